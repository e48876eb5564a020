/** The properties of AWS::S3::Bucket that this cloud has. */
import { TAGS } from './common.ts';
import { type PropertyValues, replaces, updates } from './handler.ts';

const LIFECYCLE_RULE = {
  Id: 'string',
  Status: 'string',
  Prefix: 'string',
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 'integer' },
  ExpirationDate: 'string',
  ExpirationInDays: 'integer',
  ExpiredObjectDeleteMarker: 'boolean',
  NoncurrentVersionExpiration: { NoncurrentDays: 'integer', NewerNoncurrentVersions: 'integer' },
  NoncurrentVersionExpirationInDays: 'integer',
  NoncurrentVersionTransitions: [
    { StorageClass: 'string', TransitionInDays: 'integer', NewerNoncurrentVersions: 'integer' },
  ],
  ObjectSizeGreaterThan: 'string',
  ObjectSizeLessThan: 'string',
  TagFilters: TAGS,
  Transitions: [{ StorageClass: 'string', TransitionDate: 'string', TransitionInDays: 'integer' }],
} as const;

export const BUCKET_PROPERTIES = {
  AccessControl: updates('string'),
  BucketEncryption: updates({
    ServerSideEncryptionConfiguration: [
      {
        BucketKeyEnabled: 'boolean',
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'string', KMSMasterKeyID: 'string' },
      },
    ],
  }),
  BucketName: replaces('string'),
  LifecycleConfiguration: updates({ Rules: [LIFECYCLE_RULE] }),
  LoggingConfiguration: updates({ DestinationBucketName: 'string', LogFilePrefix: 'string' }),
  NotificationConfiguration: updates({ EventBridgeConfiguration: { EventBridgeEnabled: 'boolean' } }),
  ObjectLockConfiguration: updates({
    ObjectLockEnabled: 'string',
    Rule: { DefaultRetention: { Mode: 'string', Days: 'integer', Years: 'integer' } },
  }),
  ObjectLockEnabled: updates('boolean'),
  OwnershipControls: updates({ Rules: [{ ObjectOwnership: 'string' }] }),
  PublicAccessBlockConfiguration: updates({
    BlockPublicAcls: 'boolean',
    BlockPublicPolicy: 'boolean',
    IgnorePublicAcls: 'boolean',
    RestrictPublicBuckets: 'boolean',
  }),
  Tags: updates(TAGS),
  VersioningConfiguration: updates({ Status: 'string' }),
} as const;

export type BucketProperties = PropertyValues<typeof BUCKET_PROPERTIES>;
