/** Conditional requests. */
import { noSuchKey, notModified, preconditionFailed } from './errors.ts';
import type { ObjectVersion, VersionRecord } from './storage/records.ts';

export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

export interface ReadConditions extends WriteConditions {
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/**
 * Checks a conditional write against the key's newest version.
 * @throws AwsError PreconditionFailed, or NoSuchKey for If-Match on a key that is not there
 */
export function checkWrite(
  key: string,
  current: VersionRecord | undefined,
  conditions: WriteConditions,
): void {
  const existing = current?.deleteMarker ? undefined : current;
  if (conditions.IfMatch !== undefined) {
    if (!existing) throw noSuchKey(key);
    if (!matches(conditions.IfMatch, existing.etag)) throw preconditionFailed('If-Match');
  }
  if (conditions.IfNoneMatch !== undefined && existing && matches(conditions.IfNoneMatch, existing.etag)) {
    throw preconditionFailed('If-None-Match');
  }
}

/**
 * Checks a conditional read; entity tags win over dates, as in RFC 9110.
 * @throws AwsError PreconditionFailed or NotModified
 */
export function checkRead(object: ObjectVersion, conditions: ReadConditions): void {
  const modifiedMs = wholeSeconds(object.modifiedMs);
  if (conditions.IfMatch !== undefined) {
    if (!matches(conditions.IfMatch, object.etag)) throw preconditionFailed('If-Match');
  } else if (conditions.IfUnmodifiedSince && modifiedMs > conditions.IfUnmodifiedSince.getTime()) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (conditions.IfNoneMatch !== undefined) {
    if (matches(conditions.IfNoneMatch, object.etag)) throw notModified();
  } else if (conditions.IfModifiedSince && modifiedMs <= conditions.IfModifiedSince.getTime()) {
    throw notModified();
  }
}

/** Checks the conditions on the source of a copy, which all fail with 412. @throws AwsError PreconditionFailed */
export function checkCopySource(
  object: ObjectVersion,
  conditions: {
    readonly CopySourceIfMatch?: string | undefined;
    readonly CopySourceIfNoneMatch?: string | undefined;
    readonly CopySourceIfModifiedSince?: Date | undefined;
    readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  },
): void {
  try {
    checkRead(object, {
      IfMatch: conditions.CopySourceIfMatch,
      IfNoneMatch: conditions.CopySourceIfNoneMatch,
      IfModifiedSince: conditions.CopySourceIfModifiedSince,
      IfUnmodifiedSince: conditions.CopySourceIfUnmodifiedSince,
    });
  } catch (error) {
    if ((error as Error).name === 'NotModified') throw preconditionFailed('copy source');
    throw error;
  }
}

/** Whether an entity tag is one of a header's; `*` matches any. */
export function matches(header: string, etag: string): boolean {
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((tag) => tag === '*' || tag === etag);
}

/** HTTP dates have no milliseconds. */
function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000;
}
