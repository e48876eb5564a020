/** Object Lock: retention and legal hold, and what they forbid. */
import type { ObjectLockConfiguration } from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call } from '../core/service.ts';
import { accessDenied, invalidArgument, invalidRequest, malformedXml } from './errors.ts';
import type { S3State } from './state.ts';
import type { BucketRecord, ObjectVersion, Retention } from './storage/records.ts';

const DAY_MS = 86_400_000;
const DAYS_PER_YEAR = 365;

interface LockRequest {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

/** Lock of a new object: what the request says, else the bucket's default retention. @throws AwsError InvalidRequest, InvalidArgument */
export function chooseLock(
  bucket: BucketRecord,
  request: LockRequest,
  now: Date,
): { retention?: Retention; legalHold?: boolean } {
  const asked = request.ObjectLockMode !== undefined || request.ObjectLockLegalHoldStatus !== undefined;
  if (asked) requireObjectLock(bucket);
  const legalHold = request.ObjectLockLegalHoldStatus === 'ON' ? { legalHold: true } : {};
  if ((request.ObjectLockMode === undefined) !== (request.ObjectLockRetainUntilDate === undefined)) {
    throw invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
      'x-amz-object-lock-mode',
      request.ObjectLockMode ?? '',
    );
  }
  if (request.ObjectLockMode !== undefined) {
    const retention = parseRetention(request.ObjectLockMode, request.ObjectLockRetainUntilDate, now);
    return { retention, ...legalHold };
  }
  const byDefault = bucket.objectLock?.Rule?.DefaultRetention;
  if (!byDefault?.Mode) return legalHold;
  const days = byDefault.Days ?? (byDefault.Years ?? 0) * DAYS_PER_YEAR;
  return { retention: { mode: byDefault.Mode, untilMs: now.getTime() + days * DAY_MS }, ...legalHold };
}

/** @throws AwsError InvalidArgument when the date is not in the future, MalformedXML for another mode */
export function parseRetention(mode: string | undefined, until: Date | undefined, now: Date): Retention {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument('Unknown wormMode directive.', 'x-amz-object-lock-mode', mode ?? '');
  }
  if (!until) throw malformedXml();
  if (until.getTime() <= now.getTime()) {
    throw invalidArgument(
      'The retain until date must be in the future!',
      'x-amz-object-lock-retain-until-date',
      until.toISOString(),
    );
  }
  return { mode, untilMs: until.getTime() };
}

/** @throws AwsError InvalidRequest */
export function requireObjectLock(bucket: BucketRecord): void {
  if (bucket.objectLock?.ObjectLockEnabled !== 'Enabled') {
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  }
}

/** @throws AwsError MalformedXML, InvalidBucketState; NotImplementedByLocalCloud for event holds */
export function checkLockConfiguration(
  bucket: BucketRecord,
  configuration: ObjectLockConfiguration | undefined,
): ObjectLockConfiguration {
  if (configuration?.ObjectLockEnabled !== 'Enabled') throw malformedXml();
  if (bucket.versioning !== 'Enabled') {
    throw new AwsError(
      'InvalidBucketState',
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
      { status: 409 },
    );
  }
  const retention = configuration.Rule?.DefaultRetention;
  refuseMembers('s3 PutObjectLockConfiguration', retention ?? {}, ['DefaultEventHold']);
  if (
    configuration.Rule &&
    (!retention?.Mode || (retention.Days === undefined) === (retention.Years === undefined))
  ) {
    throw malformedXml();
  }
  if (retention && (retention.Days ?? retention.Years ?? 0) < 1) {
    throw invalidArgument('Default retention period must be a positive integer value.', 'Days', '0');
  }
  return configuration;
}

/** True while the version may not be deleted by lifecycle rules. */
export function isLocked(object: ObjectVersion, nowMs: number): boolean {
  return object.legalHold === true || (object.retention !== undefined && object.retention.untilMs > nowMs);
}

/** What a request needs to pass governance retention. */
export interface Bypass {
  readonly requested: boolean;
  readonly bucket: BucketRecord;
  readonly call: Call;
}

/** @throws AwsError AccessDenied when the version is locked and the caller may not pass the lock */
export function checkDeletable(state: S3State, object: ObjectVersion, bypass: Bypass): void {
  const locked = 'Access Denied because object protected by object lock.';
  if (object.legalHold) throw accessDenied(locked);
  if (!object.retention || object.retention.untilMs <= bypass.call.now.getTime()) return;
  if (object.retention.mode === 'COMPLIANCE' || !bypass.requested) throw accessDenied(locked);
  authorizeBypass(state, object.key, bypass);
}

/** Longer retention is always allowed; a shorter one or another mode as `checkDeletable`. @throws AwsError AccessDenied */
export function checkRetentionChange(
  state: S3State,
  object: ObjectVersion,
  wanted: Retention | undefined,
  bypass: Bypass,
): void {
  const current = object.retention;
  if (!current || current.untilMs <= bypass.call.now.getTime()) return;
  const isStronger = wanted?.mode === 'COMPLIANCE' || wanted?.mode === current.mode;
  if (wanted && isStronger && wanted.untilMs >= current.untilMs) return;
  if (current.mode === 'COMPLIANCE' || !bypass.requested) {
    throw accessDenied('Access Denied because object protected by object lock.');
  }
  authorizeBypass(state, object.key, bypass);
}

function authorizeBypass(state: S3State, key: string, { bucket, call }: Bypass): void {
  const resource = `arn:aws:s3:::${bucket.name}/${key}`;
  const policy = bucket.policy === undefined ? {} : { resourcePolicy: bucket.policy };
  const context = { 'aws:SecureTransport': 'true' };
  state.cloud.authorize(
    [{ action: 's3:BypassGovernanceRetention', resource, context, ...policy }],
    call.principal,
    call,
  );
}
