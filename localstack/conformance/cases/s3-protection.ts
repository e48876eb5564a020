/** Simple Storage Service: versions, Object Lock, notifications and access logs of buckets. */
import {
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  type NotificationConfiguration,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  makeS3Client,
  NO_BUCKET,
  NO_SUCH_BUCKET,
  newBucket,
  newObject,
  newVersionedBucket,
  RECORDED,
  S3_API,
  S3_FOLDERS,
} from './s3-material.ts';

const LOCKED = { ObjectLockEnabledForBucket: true };
const ObjectLockConfiguration = {
  ObjectLockEnabled: 'Enabled' as const,
  Rule: { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } },
};
const retain = (client: S3Client, object: { Bucket: string; Key: string }, RetainUntilDate: Date) =>
  client.send(
    new PutObjectRetentionCommand({ ...object, Retention: { Mode: 'GOVERNANCE', RetainUntilDate } }),
  );
const LATER = new Date('2999-01-01T00:00:00Z');
const NOT_LOCKED = {
  name: 'NoSuchObjectLockConfiguration',
  message: 'The specified object does not have a ObjectLock configuration',
  status: 404,
};
const logTo = (Bucket: string, TargetBucket: string) =>
  new PutBucketLoggingCommand({
    Bucket,
    BucketLoggingStatus: { LoggingEnabled: { TargetBucket, TargetPrefix: 'log/' } },
  });

export const s3ProtectionCases = serviceCases({
  service: 's3',
  folders: S3_FOLDERS,
  makeClient: makeS3Client,
  operations: {
    PutBucketVersioning: {
      source: `${S3_API}/API_PutBucketVersioning.html`,
      answers: async ({ client }) => {
        const Bucket = await newVersionedBucket(client);
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
        expect(Status).toBe('Enabled');
      },
      refuses: async ({ client }) =>
        client.send(
          new PutBucketVersioningCommand({
            Bucket: await newBucket(client, LOCKED),
            VersioningConfiguration: { Status: 'Suspended' },
          }),
        ),
      refusal: {
        name: 'InvalidBucketState',
        message:
          'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
        status: 409,
      },
      refusalSource: RECORDED,
    },
    GetBucketVersioning: {
      source: `${S3_API}/API_GetBucketVersioning.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
        // "if you have never enabled versioning, the response does not return a Status value"
        expect(Status).toBeUndefined();
      },
      refuses: ({ client }) => client.send(new GetBucketVersioningCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    PutObjectLockConfiguration: {
      source: `${S3_API}/API_PutObjectLockConfiguration.html`,
      answers: async ({ client }) => {
        const Bucket = await newVersionedBucket(client);
        await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
        const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket }));
        expect(answer.ObjectLockConfiguration).toEqual(ObjectLockConfiguration);
      },
      refuses: async ({ client }) =>
        client.send(
          new PutObjectLockConfigurationCommand({
            Bucket: await newBucket(client),
            ObjectLockConfiguration,
          }),
        ),
      refusal: {
        name: 'InvalidBucketState',
        message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        status: 409,
      },
      refusalSource: RECORDED,
    },
    GetObjectLockConfiguration: {
      source: `${S3_API}/API_GetObjectLockConfiguration.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client, LOCKED);
        const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket }));
        expect(answer.ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled' });
      },
      refuses: async ({ client }) =>
        client.send(new GetObjectLockConfigurationCommand({ Bucket: await newBucket(client) })),
      refusal: {
        name: 'ObjectLockConfigurationNotFoundError',
        message: 'Object Lock configuration does not exist for this bucket',
        status: 404,
      },
      refusalSource: RECORDED,
    },
    PutObjectRetention: {
      source: `${S3_API}/API_PutObjectRetention.html`,
      answers: async ({ client }) => {
        const object = await newObject(client, LOCKED);
        await retain(client, object, LATER);
        expect(await client.send(new HeadObjectCommand(object))).toMatchObject({
          ObjectLockMode: 'GOVERNANCE',
          ObjectLockRetainUntilDate: LATER,
        });
      },
      refuses: async ({ client }) =>
        retain(client, await newObject(client, LOCKED), new Date('2020-01-01T00:00:00Z')),
      refusal: {
        name: 'InvalidArgument',
        message: 'The retain until date must be in the future!',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetObjectRetention: {
      source: `${S3_API}/API_GetObjectRetention.html`,
      answers: async ({ client }) => {
        const object = await newObject(client, LOCKED);
        await retain(client, object, LATER);
        const { Retention } = await client.send(new GetObjectRetentionCommand(object));
        expect(Retention).toEqual({ Mode: 'GOVERNANCE', RetainUntilDate: LATER });
      },
      refuses: async ({ client }) =>
        client.send(new GetObjectRetentionCommand(await newObject(client, LOCKED))),
      refusal: NOT_LOCKED,
      refusalSource: RECORDED,
    },
    PutObjectLegalHold: {
      source: `${S3_API}/API_PutObjectLegalHold.html`,
      answers: async ({ client }) => {
        const object = await newObject(client, LOCKED);
        const hold = (Status: 'ON' | 'OFF') =>
          client.send(new PutObjectLegalHoldCommand({ ...object, LegalHold: { Status } }));
        const held = async () => (await client.send(new HeadObjectCommand(object))).ObjectLockLegalHoldStatus;
        await hold('ON');
        expect(await held()).toBe('ON');
        await hold('OFF');
        expect(await held()).toBe('OFF');
      },
      refuses: async ({ client }) =>
        client.send(
          new PutObjectLegalHoldCommand({ ...(await newObject(client)), LegalHold: { Status: 'ON' } }),
        ),
      refusal: {
        name: 'InvalidRequest',
        message: 'Bucket is missing Object Lock Configuration',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetObjectLegalHold: {
      source: `${S3_API}/API_GetObjectLegalHold.html`,
      answers: async ({ client }) => {
        const object = await newObject(client, LOCKED);
        await client.send(new PutObjectLegalHoldCommand({ ...object, LegalHold: { Status: 'ON' } }));
        const { LegalHold } = await client.send(new GetObjectLegalHoldCommand(object));
        expect(LegalHold).toEqual({ Status: 'ON' });
      },
      refuses: async ({ client }) =>
        client.send(new GetObjectLegalHoldCommand(await newObject(client, LOCKED))),
      refusal: NOT_LOCKED,
      refusalSource: RECORDED,
    },
    PutBucketNotificationConfiguration: {
      source: `${S3_API}/API_PutBucketNotificationConfiguration.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const set = (NotificationConfiguration: NotificationConfiguration) =>
          client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
        const get = new GetBucketNotificationConfigurationCommand({ Bucket });
        await set({ EventBridgeConfiguration: {} });
        expect((await client.send(get)).EventBridgeConfiguration).toEqual({});
        // "if this element is empty, notifications are turned off for the bucket"
        await set({});
        expect((await client.send(get)).EventBridgeConfiguration).toBeUndefined();
      },
      refuses: ({ client }) =>
        client.send(
          new PutBucketNotificationConfigurationCommand({
            Bucket: NO_BUCKET,
            NotificationConfiguration: { EventBridgeConfiguration: {} },
          }),
        ),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    GetBucketNotificationConfiguration: {
      source: `${S3_API}/API_GetBucketNotificationConfiguration.html`,
      answers: async ({ client }) => {
        const NotificationConfiguration = { EventBridgeConfiguration: {} };
        const Bucket = await newBucket(client);
        const get = new GetBucketNotificationConfigurationCommand({ Bucket });
        // "if notifications are not enabled on the bucket, the action returns an empty element"
        expect((await client.send(get)).EventBridgeConfiguration).toBeUndefined();
        await client.send(
          new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
        );
        expect((await client.send(get)).EventBridgeConfiguration).toEqual({});
      },
      refuses: ({ client }) =>
        client.send(new GetBucketNotificationConfigurationCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    PutBucketLogging: {
      source: `${S3_API}/API_PutBucketLogging.html`,
      answers: async ({ client }) => {
        const [Bucket, TargetBucket] = [await newBucket(client), await newBucket(client)];
        const get = new GetBucketLoggingCommand({ Bucket });
        await client.send(logTo(Bucket, TargetBucket));
        expect((await client.send(get)).LoggingEnabled).toEqual({ TargetBucket, TargetPrefix: 'log/' });
        // "to disable logging, you use an empty BucketLoggingStatus request element"
        await client.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }));
        expect((await client.send(get)).LoggingEnabled).toBeUndefined();
      },
      refuses: async ({ client }) => client.send(logTo(await newBucket(client), NO_BUCKET)),
      refusal: {
        name: 'InvalidTargetBucketForLogging',
        message: 'The target bucket for logging does not exist',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetBucketLogging: {
      source: `${S3_API}/API_GetBucketLogging.html`,
      answers: async ({ client }) => {
        const [Bucket, TargetBucket] = [await newBucket(client), await newBucket(client)];
        await client.send(logTo(Bucket, TargetBucket));
        const { LoggingEnabled } = await client.send(new GetBucketLoggingCommand({ Bucket }));
        expect(LoggingEnabled).toMatchObject({ TargetBucket, TargetPrefix: 'log/' });
      },
      refuses: ({ client }) => client.send(new GetBucketLoggingCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
  },
});
