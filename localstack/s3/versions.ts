/** Finding, adding and removing versions of objects. */
import { randomBytes } from 'node:crypto';
import type { Call } from '../core/service.ts';
import { accessDenied, invalidVersionId, methodNotAllowed, noSuchKey, noSuchVersion } from './errors.ts';
import { bucketRequest } from './iam-requests.ts';
import { type Actor, emitDeleted, emitDeleteMarker } from './notifications.ts';
import type { S3State } from './state.ts';
import type {
  BucketRecord,
  ObjectContent,
  ObjectProperties,
  ObjectVersion,
  VersionRecord,
} from './storage/records.ts';

/** 24 random bytes in base64url. */
const VERSION_ID = /^[\w-]{32}$/;

/** Names an object as requests do. */
export interface ObjectName {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/**
 * The version that a request names, or the newest.
 * @throws AwsError NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker named by its id; AccessDenied in
 * place of NoSuchKey when the caller may not list the bucket, so that absence tells nothing
 */
export function findObject(state: S3State, name: ObjectName, call: Call): ObjectVersion {
  const index = state.index(name.bucket.name);
  if (name.versionId !== undefined) {
    checkVersionId(name.bucket, name.versionId);
    const version = index.version(name.key, name.versionId);
    if (!version) throw noSuchVersion(name.key, name.versionId);
    if (version.deleteMarker) throw methodNotAllowed(call.http?.method ?? 'GET');
    return version;
  }
  const current = index.current(name.key);
  if (current && !current.deleteMarker) return current;
  if (!mayList(state, name.bucket, call)) throw accessDenied();
  throw noSuchKey(name.key);
}

/**
 * Makes the new version of a key: from here on it is durable and visible, and what it replaced is gone. Without a
 * pause since the last check of conditions, so that of two writers one wins.
 * @param modifiedMs its date, of an upload in parts that of its begin. @default - now
 */
export function addVersion(
  state: S3State,
  name: ObjectName,
  object: ObjectProperties & ObjectContent,
  now: Date,
  modifiedMs = now.getTime(),
): ObjectVersion {
  const { bucket, key } = name;
  const id = bucket.versioning === 'Enabled' ? newVersionId() : 'null';
  const version: ObjectVersion = { key, id, ...stamp(state, now), modifiedMs, ...object };
  state.blobs.retain(version.segments);
  releaseBytes(state, state.index(bucket.name).add(version));
  return version;
}

/** What became of a deletion. */
export interface Deletion {
  readonly deleteMarker?: boolean;
  readonly versionId?: string;
}

/** Deletes without naming a version: for good in a bucket without versions, else by a delete marker. */
export function deleteCurrent(
  state: S3State,
  { bucket, key }: ObjectName,
  now: Date,
  actor: Actor,
): Deletion {
  const index = state.index(bucket.name);
  if (bucket.versioning === undefined) {
    const current = index.current(key);
    if (current) removeVersion(state, bucket, current, now, actor);
    return {};
  }
  const id = bucket.versioning === 'Enabled' ? newVersionId() : 'null';
  const marker: VersionRecord = { key, id, ...stamp(state, now), deleteMarker: true };
  releaseBytes(state, index.add(marker));
  emitDeleteMarker(state, bucket, marker, actor);
  return { deleteMarker: true, versionId: id };
}

/** Deletes one version for good. */
export function removeVersion(
  state: S3State,
  bucket: BucketRecord,
  version: VersionRecord,
  now: Date,
  actor: Actor,
): void {
  state.index(bucket.name).remove(version);
  releaseBytes(state, version);
  emitDeleted(state, bucket, version, state.nextSequence(now.getTime()), actor);
}

/** @throws AwsError InvalidArgument for an id that no version of the bucket can have */
export function checkVersionId(bucket: BucketRecord, versionId: string): void {
  if (versionId === 'null') return;
  if (bucket.versioning === undefined || !VERSION_ID.test(versionId)) throw invalidVersionId(versionId);
}

/** Version id as answers carry it: absent in buckets that were never versioned. */
export function shownVersionId(bucket: BucketRecord, version: VersionRecord): { VersionId?: string } {
  return bucket.versioning === undefined ? {} : { VersionId: version.id };
}

/** Whether the caller may list the bucket, and so be told that a key is absent. */
function mayList(state: S3State, bucket: BucketRecord, call: Call): boolean {
  try {
    state.cloud.authorize([bucketRequest('s3:ListBucket', bucket.name, bucket.policy)], call.principal, call);
    return true;
  } catch (error) {
    if ((error as Error).name.startsWith('AccessDenied')) return false;
    throw error;
  }
}

function stamp(state: S3State, now: Date): { sequence: number; modifiedMs: number } {
  return { sequence: state.nextSequence(now.getTime()), modifiedMs: now.getTime() };
}

function releaseBytes(state: S3State, version: VersionRecord | undefined): void {
  if (version && !version.deleteMarker) state.blobs.release(version.segments);
}

function newVersionId(): string {
  return randomBytes(24).toString('base64url');
}
