/** S3 with IAM and KMS: what a role needs to read and write. */

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const Bucket = 'data';
const forbidden = { $metadata: { httpStatusCode: 403 } };
let running: RunningCloud;
let root: S3Client;
let iam: IAMClient;

beforeAll(async () => {
  running = await startCloud({ services: ['s3', 'kms'] });
  root = new S3Client(running.clientConfig);
  iam = new IAMClient(running.clientConfig);
  await root.send(new CreateBucketCommand({ Bucket }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'in/a', Body: 'x' }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'out/b', Body: 'x' }));
});

afterAll(() => running.stop());

/** A client that acts as a new role with these statements. */
async function clientWith(RoleName: string, Statement: object[]): Promise<S3Client> {
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    }),
  );
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));
  return new S3Client(running.clientConfigAs(Role?.Arn ?? ''));
}

describe('a role', () => {
  it('reads what it may, and is not told what exists elsewhere unless it may list', async () => {
    const reader = await clientWith('reader', [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/in/*' },
    ]);
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'in/a' }))).resolves.toBeDefined();
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'out/b' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      ...forbidden,
    });
    await expect(reader.send(new HeadObjectCommand({ Bucket, Key: 'in/none' }))).rejects.toMatchObject(
      forbidden,
    );
    const lister = await clientWith('lister', [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::data' },
    ]);
    await expect(lister.send(new HeadObjectCommand({ Bucket, Key: 'in/none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('lists only under the prefix of its condition', async () => {
    const client = await clientWith('prefixed', [
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::data',
        Condition: { StringLike: { 's3:prefix': 'in/*' } },
      },
    ]);
    const list = (Prefix: string) => client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect((await list('in/')).KeyCount).toBe(1);
    await expect(list('out/')).rejects.toMatchObject(forbidden);
  });

  it('deletes those keys of a list that it may delete', async () => {
    await root.send(new PutObjectCommand({ Bucket, Key: 'in/old', Body: 'x' }));
    const client = await clientWith('deleter', [
      { Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::data/in/*' },
    ]);
    const Objects = [{ Key: 'in/old' }, { Key: 'out/b' }];
    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Deleted).toMatchObject([{ Key: 'in/old' }]);
    expect(answer.Errors).toMatchObject([{ Key: 'out/b', Code: 'AccessDenied' }]);
  });

  it('needs the key of an encrypted bucket, by its own permissions', async () => {
    const kms = new KMSClient(running.clientConfig);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const encrypted = { Bucket: 'encrypted' };
    await root.send(new CreateBucketCommand(encrypted));
    const ApplyServerSideEncryptionByDefault = {
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: KeyMetadata?.Arn,
    } as const;
    await root.send(
      new PutBucketEncryptionCommand({
        ...encrypted,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }],
        },
      }),
    );
    const objects = {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::encrypted/*',
    };
    const writer = await clientWith('writer', [
      objects,
      { Effect: 'Allow', Action: 'kms:GenerateDataKey*', Resource: KeyMetadata?.Arn },
    ]);
    const put = await writer.send(new PutObjectCommand({ ...encrypted, Key: 'k', Body: 'x' }));
    expect(put).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata?.Arn });
    await expect(writer.send(new GetObjectCommand({ ...encrypted, Key: 'k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('kms:Decrypt'),
    });
    const viaS3 = {
      StringEquals: {
        'kms:ViaService': 's3.us-east-1.amazonaws.com',
        'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::encrypted',
      },
    };
    const reader = await clientWith('decrypter', [
      objects,
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: KeyMetadata?.Arn, Condition: viaS3 },
    ]);
    await expect(reader.send(new GetObjectCommand({ ...encrypted, Key: 'k' }))).resolves.toBeDefined();
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    // the key's state is remembered for a second
    await expect
      .poll(
        () => reader.send(new GetObjectCommand({ ...encrypted, Key: 'k' })).catch((error) => error.name),
        {
          timeout: 3000,
        },
      )
      .toBe('KMS.DisabledException');
  });

  it('is told of keys that are not there or not enabled in the words that AWS was recorded with', async () => {
    const kms = new KMSClient(running.clientConfig);
    const make = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    const [disabled, doomed] = [await make(), await make()];
    await kms.send(new DisableKeyCommand({ KeyId: disabled }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: doomed, PendingWindowInDays: 7 }));
    const absent = 'arn:aws:kms:us-east-1:000000000000:key/134f2428-cec1-4b25-a1ae-9048164dba47';
    await root.send(new CreateBucketCommand({ Bucket: 'keys' }));
    const put = (SSEKMSKeyId: string) =>
      root.send(
        new PutObjectCommand({ Bucket: 'keys', Key: 'k', ServerSideEncryption: 'aws:kms', SSEKMSKeyId }),
      );
    for (const [key, name, message] of [
      ['fake-key-id', 'KMS.NotFoundException', "Invalid keyId 'fake-key-id'"],
      [absent, 'KMS.NotFoundException', `Key '${absent}' does not exist`],
      [disabled, 'KMS.DisabledException', `${disabled} is disabled.`],
      [doomed, 'KMS.KMSInvalidStateException', `${doomed} is pending deletion.`],
    ] as const) {
      await expect(put(key)).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode: 400 } });
    }
  });

  it('may use the AWS managed key through S3 without permissions on it', async () => {
    const client = await clientWith('managed', [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::data/*' },
    ]);
    const managed = { Bucket, Key: 'managed', Body: 'x', ServerSideEncryption: 'aws:kms' } as const;
    expect((await client.send(new PutObjectCommand(managed))).SSEKMSKeyId).toContain(':key/');
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'managed' }))).resolves.toBeDefined();
  });
});
