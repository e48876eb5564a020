import { afterEach, beforeEach, expect, it } from 'vitest';
import { type S3Fixture, s3Fixture } from './testing.ts';

const DAY_MS = 86_400_000;
const data = { Bucket: 'data' };
let s3: S3Fixture;

beforeEach(async () => {
  s3 = await s3Fixture();
});

afterEach(() => s3.stop());

it('refuses members within members that it would not honour, and nothing is done', async () => {
  await s3.run('PutObject', { ...data, Key: 'k', Body: 'x' });
  const locked = { Bucket: 'locked' };
  await s3.run('CreateBucket', { ...locked, ObjectLockEnabledForBucket: true });
  await s3.run('PutObject', { ...locked, Key: 'k', Body: 'x' });
  const LoggingEnabled = { TargetBucket: 'data', TargetPrefix: '' };
  const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };
  const lockWith = (more: object) => ({ Mode: 'GOVERNANCE', Days: 1, ...more });
  const lockOf = (DefaultRetention: object) => ({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention },
  });
  const until = { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + DAY_MS) };
  const log = (more: object) => ({
    BucketLoggingStatus: { LoggingEnabled: { ...LoggingEnabled, ...more } },
  });
  const cases: [string, object][] = [
    ['DeleteObjects', { Delete: { Objects: [{ Key: 'k', Size: 0 }] } }],
    ['DeleteObjects', { Delete: { Objects: [{ Key: 'k', LastModifiedTime: new Date(0) }] } }],
    ['PutObjectRetention', { ...locked, Key: 'k', Retention: { ...until, EventHold: 'ON' } }],
    ['PutObjectRetention', { ...locked, Key: 'k', Retention: { ...until, EventHoldDuration: { Days: 1 } } }],
    [
      'PutObjectLockConfiguration',
      { ...locked, ObjectLockConfiguration: lockOf(lockWith({ DefaultEventHold: { Days: 1 } })) },
    ],
    ['PutObjectLockConfiguration', { ...locked, Token: 't', ObjectLockConfiguration: lockOf(lockWith({})) }],
    ['PutBucketLogging', log({ TargetObjectKeyFormat: { SimplePrefix: {} } })],
    ['PutBucketLogging', log({ TargetGrants: [{ Permission: 'READ', Grantee: { Type: 'Group' } }] })],
    ['CreateBucket', { Bucket: 'new', CreateBucketConfiguration: { Bucket: { Type: 'Directory' } } }],
    ['CreateBucket', { Bucket: 'new', CreateBucketConfiguration: { Location: { Name: 'use1-az1' } } }],
    ['PutBucketPolicy', { Policy: '{}', ConfirmRemoveSelfBucketAccess: true }],
    [
      'PutBucketEncryption',
      {
        ServerSideEncryptionConfiguration: {
          Rules: [{ ...rule, BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } }],
        },
      },
    ],
    [
      'PutBucketNotificationConfiguration',
      { NotificationConfiguration: {}, SkipDestinationValidation: true },
    ],
    ['UploadPart', { Key: 'k', UploadId: 'u', PartNumber: 1, SSECustomerAlgorithm: 'AES256' }],
    ['ListObjectsV2', { OptionalObjectAttributes: ['RestoreStatus'] }],
    ['GetObject', { Key: 'k', RequestPayer: 'requester' }],
  ];
  for (const [operation, input] of cases) {
    await expect(s3.run(operation, { ...data, ...input }), operation).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  }
  expect(await s3.text('data', 'k')).toBe('x');
  expect(await s3.run('GetBucketLogging', data)).toEqual({});
  await expect(s3.run('CreateBucket', { Bucket: 'new', GrantWrite: 'id=1' })).rejects.toMatchObject({
    code: 'InvalidBucketAclWithObjectOwnership',
  });
  expect((await s3.run<{ Buckets: object[] }>('ListBuckets', {})).Buckets).toHaveLength(2);
  await s3.run('PutBucketNotificationConfiguration', {
    ...data,
    NotificationConfiguration: {},
    SkipDestinationValidation: false,
  });
});
