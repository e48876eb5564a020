/** Applies lifecycle rules at every midnight (UTC) of the cloud's clock. */
import { randomUUID } from 'node:crypto';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import type { Timer } from '../core/clock.ts';
import { dueAt, filtersByMoreThanPrefix, matchesRule, prefixOf } from './lifecycle-rules.ts';
import { isLocked } from './object-lock.ts';
import type { S3State } from './state.ts';
import type { BucketRecord, ObjectVersion, VersionRecord } from './storage/records.ts';
import { deleteCurrent, removeVersion } from './versions.ts';

const DAY_MS = 86_400_000;

export interface LifecycleSchedule {
  /** Looks again whether any bucket has rules. */
  refresh(): void;
  stop(): void;
}

/** Starts the daily run, which waits only while some bucket has an enabled rule. */
export function scheduleLifecycle(state: S3State): LifecycleSchedule {
  const { clock } = state.cloud;
  let timer: Timer | undefined;

  function refresh(): void {
    const isNeeded = state.buckets.values().some((bucket) => enabledRules(bucket).length > 0);
    if (isNeeded && !timer) {
      const midnight = (Math.floor(clock.now() / DAY_MS) + 1) * DAY_MS;
      timer = clock.at(midnight, 's3 lifecycle', () => {
        timer = undefined;
        applyLifecycle(state, clock.date());
        refresh();
      });
    } else if (!isNeeded) {
      stop();
    }
  }

  function stop(): void {
    timer?.cancel();
    timer = undefined;
  }

  return { refresh, stop };
}

/** Does everything that the rules of all buckets ask for by `now`. */
export function applyLifecycle(state: S3State, now: Date): void {
  for (const bucket of state.buckets.values()) {
    for (const rule of enabledRules(bucket)) applyRule(state, bucket, rule, now);
  }
}

function enabledRules(bucket: BucketRecord): LifecycleRule[] {
  return (bucket.lifecycle ?? []).filter(({ Status }) => Status === 'Enabled');
}

function applyRule(state: S3State, bucket: BucketRecord, rule: LifecycleRule, now: Date): void {
  const index = state.index(bucket.name);
  const walk = index.walk({ prefix: prefixOf(rule) });
  const keys: string[] = [];
  for (let key = walk.next(); key !== undefined; key = walk.next()) keys.push(key);
  for (const key of keys) {
    expireNoncurrent(state, bucket, rule, key, now);
    const current = index.current(key);
    if (current?.deleteMarker) expireMarker(state, bucket, rule, current, now);
    else if (current) expireOrTransition(state, bucket, rule, current, now);
  }
  abortUploads(state, bucket, rule, now);
}

function expireOrTransition(
  state: S3State,
  bucket: BucketRecord,
  rule: LifecycleRule,
  object: ObjectVersion,
  now: Date,
): void {
  if (!matchesRule(rule, object)) return;
  if (isDue(rule.Expiration, object.modifiedMs, now)) {
    if (bucket.versioning === undefined && isLocked(object, now.getTime())) return;
    deleteCurrent(state, { bucket, key: object.key }, now, { lifecycleRequestId: randomUUID() });
    return;
  }
  const reached = (rule.Transitions ?? []).filter((transition) => isDue(transition, object.modifiedMs, now));
  const storageClass = reached.at(-1)?.StorageClass;
  if (storageClass !== undefined && storageClass !== object.storageClass) {
    state.index(bucket.name).update({ ...object, storageClass });
  }
}

/** Removes a delete marker under which no versions are left. */
function expireMarker(
  state: S3State,
  bucket: BucketRecord,
  rule: LifecycleRule,
  marker: VersionRecord,
  now: Date,
): void {
  const isLast = state.index(bucket.name).versionsOf(marker.key).length === 1;
  const isWanted =
    rule.Expiration?.ExpiredObjectDeleteMarker === true || isDue(rule.Expiration, marker.modifiedMs, now);
  if (!isLast || !isWanted || filtersByMoreThanPrefix(rule)) return;
  removeVersion(state, bucket, marker, now, { lifecycleRequestId: randomUUID() });
}

function expireNoncurrent(
  state: S3State,
  bucket: BucketRecord,
  rule: LifecycleRule,
  key: string,
  now: Date,
): void {
  const { NoncurrentDays, NewerNoncurrentVersions = 0 } = rule.NoncurrentVersionExpiration ?? {};
  if (NoncurrentDays === undefined) return;
  const versions = [...state.index(bucket.name).versionsOf(key)];
  versions.slice(1 + NewerNoncurrentVersions).forEach((version, i) => {
    // noncurrent since the next newer version came
    const successor = versions[i + NewerNoncurrentVersions]!;
    if (dueAt(successor.modifiedMs, NoncurrentDays) > now.getTime()) return;
    if (!version.deleteMarker && (!matchesRule(rule, version) || isLocked(version, now.getTime()))) return;
    removeVersion(state, bucket, version, now, { lifecycleRequestId: randomUUID() });
  });
}

function abortUploads(state: S3State, bucket: BucketRecord, rule: LifecycleRule, now: Date): void {
  const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (days === undefined) return;
  for (const upload of state.uploadsOf(bucket.name)) {
    if (!upload.key.startsWith(prefixOf(rule)) || dueAt(upload.initiatedMs, days) > now.getTime()) continue;
    state.removeUpload(upload.id);
  }
}

function isDue(
  action: { readonly Days?: number | undefined; readonly Date?: Date | undefined } | undefined,
  sinceMs: number,
  now: Date,
): boolean {
  if (action?.Days !== undefined) return dueAt(sinceMs, action.Days) <= now.getTime();
  return action?.Date !== undefined && action.Date.getTime() <= now.getTime();
}
