/** Tags, retention and legal hold of objects that exist. */
import type * as S3 from '@aws-sdk/client-s3';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call, Operation } from '../core/service.ts';
import { malformedXml, notConfigured } from './errors.ts';
import { checkRetentionChange, parseRetention, requireObjectLock } from './object-lock.ts';
import { checkKey } from './object-properties.ts';
import type { Answer, S3State } from './state.ts';
import type { BucketRecord, ObjectVersion } from './storage/records.ts';
import { checkTags, tagList } from './tags.ts';
import { findObject, shownVersionId } from './versions.ts';

const RETENTION_MODES = ['GOVERNANCE', 'COMPLIANCE'];

interface Named {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/** Operations on settings of single objects. */
export function objectSettings(state: S3State): Readonly<Record<string, Operation>> {
  function find(input: Named, call: Call): { bucket: BucketRecord; object: ObjectVersion } {
    const bucket = state.bucket(input.Bucket);
    const object = findObject(state, { bucket, key: checkKey(input.Key), versionId: input.VersionId }, call);
    return { bucket, object };
  }

  function change(
    bucket: BucketRecord,
    object: ObjectVersion,
    settings: { [Setting in 'tags' | 'retention' | 'legalHold']?: ObjectVersion[Setting] | undefined },
  ): void {
    const changed = Object.entries({ ...object, ...settings }).filter(([, value]) => value !== undefined);
    state.index(bucket.name).update(Object.fromEntries(changed) as unknown as ObjectVersion);
  }

  return {
    GetObjectTagging(input: S3.GetObjectTaggingCommandInput, call): Answer<S3.GetObjectTaggingCommandOutput> {
      const { bucket, object } = find(input, call);
      return { TagSet: tagList(object.tags), ...shownVersionId(bucket, object) };
    },
    PutObjectTagging(input: S3.PutObjectTaggingCommandInput, call): Answer<S3.PutObjectTaggingCommandOutput> {
      const { bucket, object } = find(input, call);
      change(bucket, object, { tags: checkTags(input.Tagging?.TagSet ?? []) });
      return shownVersionId(bucket, object);
    },
    DeleteObjectTagging(
      input: S3.DeleteObjectTaggingCommandInput,
      call,
    ): Answer<S3.DeleteObjectTaggingCommandOutput> {
      const { bucket, object } = find(input, call);
      change(bucket, object, { tags: undefined });
      return shownVersionId(bucket, object);
    },
    GetObjectRetention(
      input: S3.GetObjectRetentionCommandInput,
      call,
    ): Answer<S3.GetObjectRetentionCommandOutput> {
      const { bucket, object } = find(input, call);
      requireObjectLock(bucket);
      if (!object.retention) throw noLockConfiguration();
      const { mode, untilMs } = object.retention;
      return { Retention: { Mode: mode, RetainUntilDate: new Date(untilMs) } };
    },
    PutObjectRetention(input: S3.PutObjectRetentionCommandInput, call): object {
      const { bucket, object } = find(input, call);
      requireObjectLock(bucket);
      refuseMembers('s3 PutObjectRetention', input.Retention ?? {}, ['EventHold', 'EventHoldDuration']);
      const { Mode, RetainUntilDate } = input.Retention ?? {};
      const isRemoval = Mode === undefined && RetainUntilDate === undefined;
      if (!isRemoval && (RetainUntilDate === undefined || !RETENTION_MODES.includes(Mode ?? '')))
        throw malformedXml();
      const wanted = isRemoval ? undefined : parseRetention(Mode, RetainUntilDate, call.now);
      const requested = input.BypassGovernanceRetention === true;
      checkRetentionChange(state, object, wanted, { requested, bucket, call });
      change(bucket, object, { retention: wanted });
      return {};
    },
    GetObjectLegalHold(
      input: S3.GetObjectLegalHoldCommandInput,
      call,
    ): Answer<S3.GetObjectLegalHoldCommandOutput> {
      const { bucket, object } = find(input, call);
      requireObjectLock(bucket);
      if (object.legalHold === undefined) throw noLockConfiguration();
      return { LegalHold: { Status: object.legalHold ? 'ON' : 'OFF' } };
    },
    PutObjectLegalHold(input: S3.PutObjectLegalHoldCommandInput, call): object {
      const { bucket, object } = find(input, call);
      requireObjectLock(bucket);
      const status = input.LegalHold?.Status;
      if (status !== 'ON' && status !== 'OFF') throw malformedXml();
      change(bucket, object, { legalHold: status === 'ON' });
      return {};
    },
  };
}

function noLockConfiguration() {
  return notConfigured(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
  );
}
