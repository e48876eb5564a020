import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { fakeCloud } from '../testing/fake-cloud.ts';
import { createS3Service } from './index.ts';
import { type S3Fixture, s3Fixture } from './testing.ts';

const DAY_MS = 86_400_000;
const data = { Bucket: 'data' };
let s3: S3Fixture;

beforeEach(async () => {
  s3 = await s3Fixture();
});

afterEach(() => s3.stop());

describe('buckets', () => {
  it('may be made again in us-east-1, where that changes nothing', async () => {
    await s3.run('PutObject', { ...data, Key: 'k', Body: 'kept' });
    expect(await s3.run('CreateBucket', data)).toMatchObject({ Location: '/data' });
    expect(await s3.text('data', 'k')).toBe('kept');
  });

  it('refuses bad names and other places', async () => {
    for (const Bucket of ['ab', 'Upper', 'a..b', '1.2.3.4', '-x-']) {
      await expect(s3.run('CreateBucket', { Bucket })).rejects.toMatchObject({ code: 'InvalidBucketName' });
    }
    const elsewhere = { Bucket: 'other', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } };
    await expect(s3.run('CreateBucket', elsewhere)).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
    const here = { Bucket: 'other', CreateBucketConfiguration: { LocationConstraint: 'us-east-1' } };
    await expect(s3.run('CreateBucket', here)).rejects.toMatchObject({
      code: 'InvalidLocationConstraint',
      message: 'The specified location-constraint is not valid',
    });
    await expect(s3.run('ListObjectsV2', { Bucket: 'none' })).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  it('answers settings that were never set as S3 does', async () => {
    const errors: Record<string, string> = {
      GetBucketPolicy: 'NoSuchBucketPolicy',
      GetBucketTagging: 'NoSuchTagSet',
      GetBucketLifecycleConfiguration: 'NoSuchLifecycleConfiguration',
      GetObjectLockConfiguration: 'ObjectLockConfigurationNotFoundError',
    };
    for (const [operation, code] of Object.entries(errors)) {
      await expect(s3.run(operation, data)).rejects.toMatchObject({ code, status: 404 });
    }
    expect(await s3.run('GetBucketVersioning', data)).toEqual({});
    expect(await s3.run('GetPublicAccessBlock', data)).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
    });
    expect(await s3.run('GetBucketEncryption', data)).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('refuses a public policy while those are blocked, and takes one for a role', async () => {
    const policy = (Principal: unknown) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' }],
      });
    await expect(s3.run('PutBucketPolicy', { ...data, Policy: policy('*') })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(s3.run('PutBucketPolicy', { ...data, Policy: '{' })).rejects.toMatchObject({
      code: 'MalformedPolicy',
    });
    await s3.run('PutBucketPolicy', { ...data, Policy: policy({ AWS: 'arn:aws:iam::000000000000:role/r' }) });
    expect(await s3.run('GetBucketPolicy', data)).toMatchObject({
      Policy: expect.stringContaining('role/r'),
    });
  });

  it('refuses notifications other than to EventBridge', async () => {
    const NotificationConfiguration = {
      QueueConfigurations: [{ QueueArn: 'arn', Events: ['s3:ObjectCreated:*'] }],
    };
    const put = s3.run('PutBucketNotificationConfiguration', { ...data, NotificationConfiguration });
    await expect(put).rejects.toMatchObject({ code: 'NotImplementedByLocalCloud' });
  });

  it('refuses members that it would not honour', async () => {
    const put = s3.run('PutObject', { ...data, Key: 'k', Body: '', SSEKMSEncryptionContext: 'e30=' });
    await expect(put).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
      message: 'not implemented by the local cloud: s3 PutObject SSEKMSEncryptionContext',
    });
  });

  it('refuses a caller who expects another owner', async () => {
    const head = s3.run('HeadBucket', { ...data, ExpectedBucketOwner: '111111111111' });
    await expect(head).rejects.toMatchObject({ status: 403 });
  });
});

describe('events', () => {
  beforeEach(() =>
    s3.run('PutBucketNotificationConfiguration', {
      ...data,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );

  it('tells of what was created and deleted, in order', async () => {
    await s3.run('PutObject', { ...data, Key: 'in/a b', Body: 'hello' });
    await s3.run('CopyObject', { ...data, Key: 'copy', CopySource: 'data/in/a b' });
    await s3.run('DeleteObject', { ...data, Key: 'copy' });
    const [put, copied, deleted] = s3.cloud.events;
    // member by member as AWS's example of the event has it, and as events of AWS were recorded
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    const sequencer = expect.stringMatching(/^[0-9A-F]{18}$/);
    const common = {
      version: '0',
      bucket: { name: 'data' },
      'request-id': expect.any(String),
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
    };
    expect(put).toEqual({
      source: 'aws.s3',
      detailType: 'Object Created',
      resources: ['arn:aws:s3:::data'],
      detail: {
        ...common,
        object: { key: 'in/a b', size: 5, etag: '5d41402abc4b2a76b9719d911017c592', sequencer },
        reason: 'PutObject',
      },
    });
    expect(copied).toMatchObject({ detail: { reason: 'CopyObject' } });
    expect(deleted).toEqual({
      source: 'aws.s3',
      detailType: 'Object Deleted',
      resources: ['arn:aws:s3:::data'],
      detail: {
        ...common,
        object: { key: 'copy', sequencer },
        reason: 'DeleteObject',
        'deletion-type': 'Permanently Deleted',
      },
    });
    const sequencers = s3.cloud.events.map(
      ({ detail }) => (detail as { object: { sequencer: string } }).object.sequencer,
    );
    expect(sequencers).toEqual([...sequencers].sort());
    expect(put?.detail).not.toHaveProperty('object.version-id');
  });

  it('names versions in versioned buckets', async () => {
    await s3.run('PutBucketVersioning', { ...data, VersioningConfiguration: { Status: 'Enabled' } });
    const put = await s3.run('PutObject', { ...data, Key: 'k', Body: '' });
    await s3.run('DeleteObject', { ...data, Key: 'k' });
    expect(s3.cloud.events).toMatchObject([
      { detail: { object: { 'version-id': put.VersionId, size: 0 } } },
      { detail: { 'deletion-type': 'Delete Marker Created' } },
    ]);
  });
});

describe('encryption with KMS', () => {
  const arn = 'arn:aws:kms:us-east-1:000000000000:key/k1';
  let state: string;

  beforeEach(async () => {
    state = 'Enabled';
    s3.cloud.respond('kms', 'DescribeKey', ({ KeyId }: { KeyId: string }) => {
      if (KeyId !== 'alias/k' && KeyId !== arn)
        throw new AwsError('NotFoundException', `Key '${KeyId}' does not exist`);
      return { KeyMetadata: { Arn: arn, KeyState: state } };
    });
    s3.cloud.respond('kms', 'GetKeyPolicy', () => ({ Policy: '{"key":"policy"}' }));
    await s3.run('PutBucketEncryption', {
      ...data,
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/k' },
            BucketKeyEnabled: true,
          },
        ],
      },
    });
  });

  it('asks for the key of whoever writes and reads, and hides the MD5', async () => {
    const put = await s3.run('PutObject', { ...data, Key: 'k', Body: 'hello' });
    expect(put).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: arn, BucketKeyEnabled: true });
    expect(put.ETag).not.toBe('"5d41402abc4b2a76b9719d911017c592"');
    await s3.run('HeadObject', { ...data, Key: 'k' });
    const context = {
      'kms:ViaService': 's3.us-east-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::data',
    };
    expect(s3.cloud.authorized.flatMap(({ requests }) => requests)).toMatchObject([
      { action: 'kms:GenerateDataKey', resource: arn, resourcePolicy: '{"key":"policy"}', context },
      { action: 'kms:Decrypt', resource: arn, context },
    ]);
  });

  it('refuses a key that does not exist or is disabled', async () => {
    const other = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'other' };
    await expect(s3.run('PutObject', { ...data, Key: 'k', Body: '', ...other })).rejects.toMatchObject({
      code: 'KMS.NotFoundException',
    });
    state = 'Disabled';
    await expect(s3.run('PutObject', { ...data, Key: 'k', Body: '' })).rejects.toMatchObject({
      code: 'KMS.DisabledException',
    });
  });
});

describe('Object Lock', () => {
  it('keeps versions until their retention ends, unless governance is bypassed', async () => {
    const locked = { Bucket: 'locked' };
    await s3.run('CreateBucket', { ...locked, ObjectLockEnabledForBucket: true });
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } };
    await s3.run('PutObjectLockConfiguration', {
      ...locked,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule },
    });
    const { VersionId } = await s3.run<{ VersionId: string }>('PutObject', {
      ...locked,
      Key: 'k',
      Body: 'x',
    });
    const version = { ...locked, Key: 'k', VersionId };
    await s3.run('DeleteObject', { ...locked, Key: 'k' }); // a delete marker is allowed
    await expect(s3.run('DeleteObject', version)).rejects.toMatchObject({
      code: 'AccessDenied',
      status: 403,
    });
    const shorter = { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + 1000) };
    await expect(s3.run('PutObjectRetention', { ...version, Retention: shorter })).rejects.toMatchObject({
      status: 403,
    });
    const longer = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 2 * DAY_MS) };
    await s3.run('PutObjectRetention', { ...version, Retention: longer });
    const bypass = { ...version, BypassGovernanceRetention: true };
    await expect(s3.run('DeleteObject', bypass)).rejects.toMatchObject({ status: 403 });
    await s3.cloud.clock.advanceTo(Date.now() + 3 * DAY_MS);
    await s3.run('DeleteObject', version);
    const suspend = { ...locked, VersioningConfiguration: { Status: 'Suspended' } };
    await expect(s3.run('PutBucketVersioning', suspend)).rejects.toMatchObject({
      code: 'InvalidBucketState',
    });
  });
});

it('has everything again after a restart on the same data', async () => {
  await s3.run('PutBucketVersioning', { ...data, VersioningConfiguration: { Status: 'Enabled' } });
  await s3.run('PutObject', { ...data, Key: 'k', Body: 'one' });
  await s3.run('PutObject', { ...data, Key: 'k', Body: 'two' });
  await s3.stop();
  const again = await s3Fixture(s3.cloud);
  expect(await again.text('data', 'k')).toBe('two');
  expect(await again.run('ListObjectVersions', data)).toMatchObject({ Versions: [{ IsLatest: true }, {}] });
});

it('knows the permissions of every operation', () => {
  const service = createS3Service(fakeCloud());
  for (const operation of Object.keys(service.operations)) {
    const input = { Bucket: 'data', Key: 'k', CopySource: 'data/k' } as never;
    expect(service.authorize(operation, input, fakeCloud().callAs()), operation).toBeDefined();
  }
});

it('asks for tagging and version permissions when tags and versions are used', async () => {
  await s3.run('PutObject', { ...data, Key: 'k', Body: '', Tagging: 'a=b' });
  const service = createS3Service(s3.cloud);
  const actions = (operation: string, input: object) =>
    service
      .authorize(operation, { ...data, Key: 'k', ...input } as never, s3.cloud.callAs())
      .map(({ action, resource }) => `${action} ${resource.slice('arn:aws:s3:::'.length)}`);
  expect(actions('GetObject', { VersionId: 'v' })).toEqual(['s3:GetObjectVersion data/k']);
  expect(actions('PutObject', { Tagging: 'x=y' })).toEqual([
    's3:PutObject data/k',
    's3:PutObjectTagging data/k',
  ]);
  expect(actions('CopyObject', { Key: 'to', CopySource: 'data/k' })).toEqual([
    's3:GetObject data/k',
    's3:GetObjectTagging data/k',
    's3:PutObject data/to',
    's3:PutObjectTagging data/to',
  ]);
  expect(actions('ListObjectsV2', { Prefix: 'p/' })).toEqual(['s3:ListBucket data']);
});
