/** Which versions a lifecycle rule means, and when. */
import type { LifecycleRule, Tag } from '@aws-sdk/client-s3';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { invalidArgument, invalidRequest, malformedXml } from './errors.ts';
import type { ObjectVersion } from './storage/records.ts';

const DAY_MS = 86_400_000;
const MAX_RULES = 1000;
const APPLIED_CLASSES = ['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];

/** Rules with an id each. @throws AwsError MalformedXML, InvalidArgument, InvalidRequest */
export function checkLifecycleRules(rules: readonly LifecycleRule[] | undefined): LifecycleRule[] {
  if (!rules || rules.length === 0 || rules.length > MAX_RULES) throw malformedXml();
  const withIds = rules.map((rule, i) => ({ ...rule, ID: rule.ID ?? `rule-${i + 1}` }));
  if (new Set(withIds.map(({ ID }) => ID)).size < withIds.length) {
    throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule', 'ID', '');
  }
  for (const rule of withIds) checkRule(rule);
  return withIds;
}

/** Epoch milliseconds at which an age in days has passed: S3 acts at the next midnight in UTC. */
export function dueAt(sinceMs: number, days: number): number {
  return Math.ceil((sinceMs + days * DAY_MS) / DAY_MS) * DAY_MS;
}

/** Whether the rule's filter takes in the object. */
export function matchesRule(rule: LifecycleRule, object: ObjectVersion): boolean {
  const filter = rule.Filter ?? {};
  const and = filter.And ?? {};
  const tags: Tag[] = [...(filter.Tag ? [filter.Tag] : []), ...(and.Tags ?? [])];
  const larger = filter.ObjectSizeGreaterThan ?? and.ObjectSizeGreaterThan;
  const smaller = filter.ObjectSizeLessThan ?? and.ObjectSizeLessThan;
  return (
    object.key.startsWith(prefixOf(rule)) &&
    tags.every(({ Key, Value }) => object.tags?.[Key ?? ''] === Value) &&
    (larger === undefined || object.size > larger) &&
    (smaller === undefined || object.size < smaller)
  );
}

/** Prefix of the keys that a rule is about. */
export function prefixOf(rule: LifecycleRule): string {
  return rule.Filter?.And?.Prefix ?? rule.Filter?.Prefix ?? rule.Prefix ?? '';
}

/** Whether a rule picks objects by more than their prefix; such rules leave delete markers and uploads alone. */
export function filtersByMoreThanPrefix(rule: LifecycleRule): boolean {
  const {
    Tag: tag,
    And: and,
    ObjectSizeGreaterThan: larger,
    ObjectSizeLessThan: smaller,
  } = rule.Filter ?? {};
  return (tag ?? and ?? larger ?? smaller) !== undefined;
}

function checkRule(rule: LifecycleRule): void {
  if (rule.Status !== 'Enabled' && rule.Status !== 'Disabled') throw malformedXml();
  const actions = [
    rule.Expiration,
    rule.NoncurrentVersionExpiration,
    rule.AbortIncompleteMultipartUpload,
    rule.Transitions?.[0],
    rule.NoncurrentVersionTransitions?.[0],
  ];
  if (actions.every((action) => action === undefined)) {
    throw invalidRequest('At least one action needs to be specified in a rule');
  }
  const days = [
    rule.Expiration?.Days,
    rule.NoncurrentVersionExpiration?.NoncurrentDays,
    rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  ];
  if (days.some((each) => each !== undefined && each < 1)) {
    throw invalidArgument("'Days' for Expiration action must be a positive integer", 'Days', '');
  }
  const tags = rule.Filter?.And?.Tags ?? [];
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw invalidRequest('Duplicate Tag Keys are not allowed.');
  const { Date: date } = rule.Expiration ?? {};
  if (date && date.getTime() % DAY_MS !== 0) {
    throw invalidArgument("'Date' must be at midnight GMT", 'Date', date.toISOString());
  }
  if (rule.NoncurrentVersionTransitions?.length) {
    throw new NotImplementedByLocalCloud('s3 lifecycle transitions of noncurrent versions');
  }
  for (const { StorageClass } of rule.Transitions ?? []) {
    if (StorageClass === undefined) throw new AwsError('MalformedXML', 'a transition needs a StorageClass');
    if (!APPLIED_CLASSES.includes(StorageClass)) {
      throw new NotImplementedByLocalCloud(`s3 lifecycle transition to ${StorageClass}`);
    }
  }
}
