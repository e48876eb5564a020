import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type S3Fixture, s3Fixture } from './testing.ts';

const DAY_MS = 86_400_000;
const data = { Bucket: 'data' };
let s3: S3Fixture;

beforeEach(async () => {
  s3 = await s3Fixture();
});

afterEach(() => s3.stop());

describe('lifecycle', () => {
  it('expires by age, prefix and tag, and cleans up versions, markers and uploads at midnight', async () => {
    await s3.run('PutBucketVersioning', { ...data, VersioningConfiguration: { Status: 'Enabled' } });
    await s3.run('PutBucketLifecycleConfiguration', {
      ...data,
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            Filter: { And: { Prefix: 'tmp/', Tags: [{ Key: 'short', Value: 'yes' }] } },
            Expiration: { Days: 1 },
          },
          {
            Status: 'Enabled',
            Filter: { Prefix: '' },
            Expiration: { ExpiredObjectDeleteMarker: true },
            NoncurrentVersionExpiration: { NoncurrentDays: 2 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
          },
        ],
      },
    });
    await s3.run('PutObject', { ...data, Key: 'tmp/tagged', Body: 'x', Tagging: 'short=yes' });
    await s3.run('PutObject', { ...data, Key: 'tmp/plain', Body: 'x' });
    await s3.run('CreateMultipartUpload', { ...data, Key: 'upload' });
    const keys = async () => {
      const { Contents = [] } = await s3.run<{ Contents?: { Key: string }[] }>('ListObjectsV2', data);
      return Contents.map(({ Key }) => Key);
    };
    await s3.cloud.clock.advanceTo(s3.cloud.clock.now() + 2 * DAY_MS);
    expect(await keys()).toEqual(['tmp/plain']);
    const listed = await s3.run('ListObjectVersions', { ...data, Prefix: 'tmp/tagged' });
    expect(listed).toMatchObject({ Versions: [{ IsLatest: false }], DeleteMarkers: [{ IsLatest: true }] });
    await s3.cloud.clock.advanceTo(s3.cloud.clock.now() + 4 * DAY_MS);
    const gone = await s3.run('ListObjectVersions', { ...data, Prefix: 'tmp/tagged' });
    expect([gone.Versions, gone.DeleteMarkers]).toEqual([undefined, undefined]);
    expect(await s3.run('ListMultipartUploads', data)).not.toHaveProperty('Uploads');
  });

  it('expires by date and by size, and says so in the words of AWS', async () => {
    await s3.run('PutBucketNotificationConfiguration', {
      ...data,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
    const midnight = (days: number) => new Date((Math.floor(s3.cloud.clock.now() / DAY_MS) + days) * DAY_MS);
    await s3.run('PutBucketLifecycleConfiguration', {
      ...data,
      LifecycleConfiguration: {
        Rules: [
          { Status: 'Enabled', Filter: { Prefix: 'dated/' }, Expiration: { Date: midnight(3) } },
          { Status: 'Enabled', Filter: { ObjectSizeGreaterThan: 100 }, Expiration: { Days: 1 } },
          { Status: 'Disabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
        ],
      },
    });
    for (const [Key, size] of [
      ['dated/small', 1],
      ['large', 101],
      ['edge', 100],
    ] as const)
      await s3.run('PutObject', { ...data, Key, Body: 'x'.repeat(size) });
    const keys = async () => {
      const { Contents = [] } = await s3.run<{ Contents?: { Key: string }[] }>('ListObjectsV2', data);
      return Contents.map(({ Key }) => Key);
    };
    await s3.cloud.clock.advanceTo(midnight(2).getTime());
    expect(await keys()).toEqual(['dated/small', 'edge']);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: by S3 itself, from no address
    expect(s3.cloud.events.at(-1)?.detail).toEqual({
      version: '0',
      bucket: { name: 'data' },
      object: { key: 'large', sequencer: expect.any(String) },
      'request-id': expect.any(String),
      requester: 's3.amazonaws.com',
      reason: 'Lifecycle Expiration',
      'deletion-type': 'Permanently Deleted',
    });
    await s3.cloud.clock.advanceTo(midnight(1).getTime());
    expect(await keys()).toEqual(['edge']);
  });

  it('refuses rules that it would not carry out', async () => {
    const rule = (more: object) =>
      s3.run('PutBucketLifecycleConfiguration', {
        ...data,
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Filter: {}, ...more }] },
      });
    await expect(rule({ Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] })).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
    await expect(rule({})).rejects.toMatchObject({ code: 'InvalidRequest' });
  });
});
