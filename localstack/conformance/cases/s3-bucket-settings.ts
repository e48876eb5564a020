/** Simple Storage Service: settings of buckets. */
import {
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketTaggingCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  makeS3Client,
  NO_BUCKET,
  NO_SUCH_BUCKET,
  newBucket,
  RECORDED,
  S3_API,
  S3_FOLDERS,
} from './s3-material.ts';

const tag = (client: S3Client, Bucket: string, ...values: string[]) =>
  client.send(
    new PutBucketTaggingCommand({
      Bucket,
      Tagging: { TagSet: values.map((Value) => ({ Key: 'stage', Value })) },
    }),
  );
/** Makes a bucket that encrypts with KMS. */
const newEncryptedBucket = async (client: S3Client) => {
  const Bucket = await newBucket(client);
  const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }];
  await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
  return Bucket;
};
const algorithmOf = async (client: S3Client, Bucket: string) => {
  const answer = await client.send(new GetBucketEncryptionCommand({ Bucket }));
  const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
};
const expireAfter = (client: S3Client, Bucket: string, Days: number) =>
  client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days } }],
      },
    }),
  );
const absent = (name: string, message: string) => ({ name, message, status: 404 });
const NO_TAGS = absent('NoSuchTagSet', 'The TagSet does not exist');
const NO_LIFECYCLE = absent('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');

export const s3BucketSettingCases = serviceCases({
  service: 's3',
  folders: S3_FOLDERS,
  makeClient: makeS3Client,
  operations: {
    PutBucketTagging: {
      source: `${S3_API}/API_PutBucketTagging.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { $metadata } = await tag(client, Bucket, 'dev');
        expect($metadata.httpStatusCode).toBe(204);
        const { TagSet } = await client.send(new GetBucketTaggingCommand({ Bucket }));
        expect(TagSet).toEqual([{ Key: 'stage', Value: 'dev' }]);
      },
      refuses: async ({ client }) => tag(client, await newBucket(client), 'dev', 'prod'),
      refusal: {
        name: 'InvalidTag',
        message: 'Cannot provide multiple Tags with the same key',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetBucketTagging: {
      source: `${S3_API}/API_GetBucketTagging.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await tag(client, Bucket, 'dev');
        const { TagSet } = await client.send(new GetBucketTaggingCommand({ Bucket }));
        expect(TagSet).toEqual([{ Key: 'stage', Value: 'dev' }]);
      },
      refuses: async ({ client }) =>
        client.send(new GetBucketTaggingCommand({ Bucket: await newBucket(client) })),
      refusal: NO_TAGS,
      refusalSource: RECORDED,
    },
    DeleteBucketTagging: {
      source: `${S3_API}/API_DeleteBucketTagging.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await tag(client, Bucket, 'dev');
        await client.send(new DeleteBucketTaggingCommand({ Bucket }));
        await expect(client.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toThrow(NO_TAGS.message);
      },
      refuses: ({ client }) => client.send(new DeleteBucketTaggingCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    PutBucketLifecycleConfiguration: {
      source: `${S3_API}/API_PutBucketLifecycleConfiguration.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await expireAfter(client, Bucket, 1);
        const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
        expect(Rules).toEqual([
          { ID: 'old', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
        ]);
      },
      refuses: async ({ client }) =>
        client.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: await newBucket(client),
            LifecycleConfiguration: {
              Rules: [
                {
                  Status: 'Enabled',
                  Filter: { Prefix: '' },
                  Expiration: { Date: new Date('2030-01-01T02:30:00Z') },
                },
              ],
            },
          }),
        ),
      refusal: { name: 'InvalidArgument', message: "'Date' must be at midnight GMT", status: 400 },
      refusalSource: RECORDED,
    },
    GetBucketLifecycleConfiguration: {
      source: `${S3_API}/API_GetBucketLifecycleConfiguration.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await expireAfter(client, Bucket, 7);
        const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
        expect(Rules).toMatchObject([{ ID: 'old', Status: 'Enabled', Expiration: { Days: 7 } }]);
      },
      refuses: async ({ client }) =>
        client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: await newBucket(client) })),
      refusal: NO_LIFECYCLE,
      refusalSource: RECORDED,
    },
    DeleteBucketLifecycle: {
      source: `${S3_API}/API_DeleteBucketLifecycle.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await expireAfter(client, Bucket, 7);
        const { $metadata } = await client.send(new DeleteBucketLifecycleCommand({ Bucket }));
        expect($metadata.httpStatusCode).toBe(204);
        const get = new GetBucketLifecycleConfigurationCommand({ Bucket });
        await expect(client.send(get)).rejects.toThrow(NO_LIFECYCLE.message);
      },
      refuses: ({ client }) => client.send(new DeleteBucketLifecycleCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    PutBucketEncryption: {
      source: `${S3_API}/API_PutBucketEncryption.html`,
      answers: async ({ client }) => {
        expect(await algorithmOf(client, await newEncryptedBucket(client))).toBe('aws:kms');
      },
      refuses: async ({ client }) =>
        client.send(
          new PutBucketEncryptionCommand({
            Bucket: await newBucket(client),
            ServerSideEncryptionConfiguration: {
              Rules: [
                {
                  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256', KMSMasterKeyID: 'some-key' },
                },
              ],
            },
          }),
        ),
      refusal: {
        name: 'InvalidArgument',
        message:
          'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetBucketEncryption: {
      source: `${S3_API}/API_GetBucketEncryption.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const answer = await client.send(new GetBucketEncryptionCommand({ Bucket }));
        // "by default, all buckets have a default encryption configuration that uses SSE-S3"
        expect(answer.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
          { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ]);
      },
      refuses: ({ client }) => client.send(new GetBucketEncryptionCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    DeleteBucketEncryption: {
      source: `${S3_API}/API_DeleteBucketEncryption.html`,
      answers: async ({ client }) => {
        const Bucket = await newEncryptedBucket(client);
        const { $metadata } = await client.send(new DeleteBucketEncryptionCommand({ Bucket }));
        expect($metadata.httpStatusCode).toBe(204);
        // what every bucket has whose owner chose nothing
        expect(await algorithmOf(client, Bucket)).toBe('AES256');
      },
      refuses: ({ client }) => client.send(new DeleteBucketEncryptionCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
  },
});
