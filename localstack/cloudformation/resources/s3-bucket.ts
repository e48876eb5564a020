/** AWS::S3::Bucket. */
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import { unlessGone } from '../errors.ts';
import { given, mustNotExist } from './common.ts';
import { defineResource, type ResourceContext } from './handler.ts';
import { BUCKET_PROPERTIES, type BucketProperties } from './s3-bucket-shape.ts';

const MAX_NAME_LENGTH = 63;

type LifecycleProperty = NonNullable<
  NonNullable<BucketProperties['LifecycleConfiguration']>['Rules']
>[number];
type Notification = NonNullable<BucketProperties['NotificationConfiguration']>;

/** Sends one configuration of the bucket; absent means that it is taken away. */
type Configure = (context: ResourceContext, Bucket: string, properties: BucketProperties) => Promise<unknown>;

const asNumber = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function lifecycleFilter(rule: LifecycleProperty): LifecycleRule['Filter'] {
  const Tags = (rule.TagFilters ?? []) as { Key: string; Value: string }[];
  const parts = given({
    Prefix: rule.Prefix,
    ObjectSizeGreaterThan: asNumber(rule.ObjectSizeGreaterThan),
    ObjectSizeLessThan: asNumber(rule.ObjectSizeLessThan),
  });
  const count = Object.keys(parts).length + Tags.length;
  if (count > 1) return { And: Tags.length > 0 ? { ...parts, Tags } : parts };
  if (Tags.length > 0) return { Tag: Tags[0] };
  return count === 1 ? parts : { Prefix: '' };
}

function lifecycleRule(rule: LifecycleProperty): object {
  const expiration = given({
    Date: rule.ExpirationDate === undefined ? undefined : new Date(rule.ExpirationDate),
    Days: rule.ExpirationInDays,
    ExpiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker,
  });
  const noncurrent =
    rule.NoncurrentVersionExpiration ??
    (rule.NoncurrentVersionExpirationInDays === undefined
      ? undefined
      : { NoncurrentDays: rule.NoncurrentVersionExpirationInDays });
  return given({
    ID: rule.Id,
    Status: rule.Status,
    Filter: lifecycleFilter(rule),
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
    Expiration: Object.keys(expiration).length > 0 ? expiration : undefined,
    NoncurrentVersionExpiration: noncurrent,
    NoncurrentVersionTransitions: rule.NoncurrentVersionTransitions?.map((transition) =>
      given({
        NoncurrentDays: transition.TransitionInDays,
        NewerNoncurrentVersions: transition.NewerNoncurrentVersions,
        StorageClass: transition.StorageClass,
      }),
    ),
    Transitions: rule.Transitions?.map((transition) =>
      given({
        Date: transition.TransitionDate === undefined ? undefined : new Date(transition.TransitionDate),
        Days: transition.TransitionInDays,
        StorageClass: transition.StorageClass,
      }),
    ),
  });
}

function notificationConfiguration({ EventBridgeConfiguration }: Notification): object {
  const isBridged = EventBridgeConfiguration?.EventBridgeEnabled ?? true;
  return EventBridgeConfiguration && isBridged ? { EventBridgeConfiguration: {} } : {};
}

function putOrDelete(
  put: string,
  remove: string | undefined,
  input: (properties: BucketProperties) => object | undefined,
): Configure {
  return async (context, Bucket, properties) => {
    const configuration = input(properties);
    if (configuration) return context.call('s3', put, { Bucket, ...configuration });
    if (remove) return context.call('s3', remove, { Bucket });
    throw new NotImplementedByLocalCloud(`removing the configuration that ${put} sets from ${Bucket}`);
  };
}

// versioning precedes object lock, public access and ownership precede what they judge
const CONFIGURATIONS: readonly (readonly [keyof BucketProperties, Configure])[] = [
  [
    'OwnershipControls',
    putOrDelete('PutBucketOwnershipControls', 'DeleteBucketOwnershipControls', ({ OwnershipControls }) =>
      OwnershipControls ? { OwnershipControls } : undefined,
    ),
  ],
  [
    'PublicAccessBlockConfiguration',
    putOrDelete('PutPublicAccessBlock', 'DeletePublicAccessBlock', ({ PublicAccessBlockConfiguration }) =>
      PublicAccessBlockConfiguration ? { PublicAccessBlockConfiguration } : undefined,
    ),
  ],
  [
    'BucketEncryption',
    putOrDelete('PutBucketEncryption', 'DeleteBucketEncryption', ({ BucketEncryption }) => {
      if (!BucketEncryption) return undefined;
      const Rules = BucketEncryption.ServerSideEncryptionConfiguration?.map((rule) =>
        given({
          ApplyServerSideEncryptionByDefault: rule.ServerSideEncryptionByDefault,
          BucketKeyEnabled: rule.BucketKeyEnabled,
        }),
      );
      return { ServerSideEncryptionConfiguration: { Rules } };
    }),
  ],
  [
    'VersioningConfiguration',
    // a bucket that had versions cannot go back to never having had any
    putOrDelete('PutBucketVersioning', undefined, ({ VersioningConfiguration }) => ({
      VersioningConfiguration: VersioningConfiguration ?? { Status: 'Suspended' },
    })),
  ],
  [
    'ObjectLockConfiguration',
    putOrDelete('PutObjectLockConfiguration', undefined, ({ ObjectLockConfiguration }) => ({
      ObjectLockConfiguration: ObjectLockConfiguration ?? { ObjectLockEnabled: 'Enabled' },
    })),
  ],
  [
    'LifecycleConfiguration',
    putOrDelete('PutBucketLifecycleConfiguration', 'DeleteBucketLifecycle', ({ LifecycleConfiguration }) =>
      LifecycleConfiguration
        ? { LifecycleConfiguration: { Rules: LifecycleConfiguration.Rules?.map(lifecycleRule) } }
        : undefined,
    ),
  ],
  [
    'LoggingConfiguration',
    putOrDelete('PutBucketLogging', undefined, ({ LoggingConfiguration }) => ({
      BucketLoggingStatus: LoggingConfiguration
        ? {
            LoggingEnabled: {
              TargetBucket: LoggingConfiguration.DestinationBucketName,
              TargetPrefix: LoggingConfiguration.LogFilePrefix ?? '',
            },
          }
        : {},
    })),
  ],
  [
    'NotificationConfiguration',
    putOrDelete('PutBucketNotificationConfiguration', undefined, ({ NotificationConfiguration }) => ({
      NotificationConfiguration: notificationConfiguration(NotificationConfiguration ?? {}),
    })),
  ],
  [
    'Tags',
    putOrDelete('PutBucketTagging', 'DeleteBucketTagging', ({ Tags }) =>
      Tags?.length ? { Tagging: { TagSet: Tags } } : undefined,
    ),
  ],
];

function checkAccessControl({ AccessControl }: BucketProperties): void {
  if (AccessControl === undefined || AccessControl === 'Private') return;
  throw new NotImplementedByLocalCloud(`AccessControl ${AccessControl} of AWS::S3::Bucket`);
}

/** Object Lock can be switched on for a bucket that exists, and never off. */
async function enableObjectLock(context: ResourceContext, Bucket: string, properties: BucketProperties) {
  if (!properties.ObjectLockEnabled) {
    throw new NotImplementedByLocalCloud('removing ObjectLockEnabled of AWS::S3::Bucket');
  }
  const ObjectLockConfiguration = properties.ObjectLockConfiguration ?? { ObjectLockEnabled: 'Enabled' };
  await context.call('s3', 'PutObjectLockConfiguration', { Bucket, ObjectLockConfiguration });
}

function attributesOf(bucket: string, region: string) {
  return {
    Arn: `arn:aws:s3:::${bucket}`,
    DomainName: `${bucket}.s3.amazonaws.com`,
    DualStackDomainName: `${bucket}.s3.dualstack.${region}.amazonaws.com`,
    RegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    WebsiteURL: `http://${bucket}.s3-website-${region}.amazonaws.com`,
  };
}

export const bucket = defineResource({
  type: 'AWS::S3::Bucket',
  properties: BUCKET_PROPERTIES,
  nameProperty: 'BucketName',
  attributes: ['Arn', 'DomainName', 'DualStackDomainName', 'RegionalDomainName', 'WebsiteURL'],
  tags: 'list',
  async create(properties, context) {
    checkAccessControl(properties);
    const Bucket = properties.BucketName ?? context.name({ maxLength: MAX_NAME_LENGTH, lowerCase: true });
    // in us-east-1 S3 answers 200 to the owner who creates a bucket again; CloudFormation does not
    await mustNotExist('AWS::S3::Bucket', Bucket, () => context.call('s3', 'HeadBucket', { Bucket }));
    await context.call(
      's3',
      'CreateBucket',
      given({
        Bucket,
        ObjectLockEnabledForBucket: properties.ObjectLockEnabled,
        CreateBucketConfiguration:
          context.region === 'us-east-1' ? undefined : { LocationConstraint: context.region },
      }),
    );
    context.created(Bucket);
    for (const [name, configure] of CONFIGURATIONS) {
      if (properties[name] !== undefined) await configure(context, Bucket, properties);
    }
    return { physicalId: Bucket, attributes: attributesOf(Bucket, context.region) };
  },
  async update({ physicalId, next, changed }, context) {
    checkAccessControl(next);
    if (changed('ObjectLockEnabled')) await enableObjectLock(context, physicalId, next);
    for (const [name, configure] of CONFIGURATIONS) {
      if (changed(name)) await configure(context, physicalId, next);
    }
    return undefined;
  },
  async delete({ physicalId: Bucket }, _properties, context) {
    try {
      await unlessGone(context.call('s3', 'DeleteBucket', { Bucket }));
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'BucketNotEmpty') throw error;
      throw new AwsError(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
        { status: 409 },
      );
    }
  },
});
