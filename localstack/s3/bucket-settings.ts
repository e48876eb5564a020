/** The sub-resources of a bucket that are set, read and removed. */
import type * as S3 from '@aws-sdk/client-s3';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation } from '../core/service.ts';
import { checkBucketPolicy } from './bucket-policy.ts';
import { invalidArgument, malformedXml, notConfigured } from './errors.ts';
import { checkLifecycleRules } from './lifecycle-rules.ts';
import { checkLockConfiguration } from './object-lock.ts';
import type { Answer, S3State } from './state.ts';
import type { BucketRecord } from './storage/records.ts';
import { checkBucketTags } from './tags.ts';

type Table = Readonly<Record<string, Operation>>;
type Named = { readonly Bucket?: string | undefined };

/** Operations of every sub-resource. `onLifecycleChange` is called when rules were set or removed. */
export function bucketSettings(state: S3State, onLifecycleChange: () => void): Table {
  const setting = settingAccess(state);
  return {
    ...access(state),
    ...protection(state),
    GetBucketLifecycleConfiguration: ({
      Bucket,
    }: Named): Answer<S3.GetBucketLifecycleConfigurationCommandOutput> => ({
      Rules: [
        ...setting.required(
          Bucket,
          'lifecycle',
          'NoSuchLifecycleConfiguration',
          'The lifecycle configuration does not exist',
        ),
      ],
    }),
    PutBucketLifecycleConfiguration(input: S3.PutBucketLifecycleConfigurationCommandInput) {
      setting.put(input, { lifecycle: checkLifecycleRules(input.LifecycleConfiguration?.Rules) });
      onLifecycleChange();
      return {};
    },
    DeleteBucketLifecycle(input: Named) {
      setting.put(input, { lifecycle: undefined });
      onLifecycleChange();
      return {};
    },
    GetBucketTagging: ({ Bucket }: Named): Answer<S3.GetBucketTaggingCommandOutput> => ({
      TagSet: [...setting.required(Bucket, 'tags', 'NoSuchTagSet', 'The TagSet does not exist')],
    }),
    PutBucketTagging(input: S3.PutBucketTaggingCommandInput) {
      return setting.put(input, { tags: checkBucketTags(input.Tagging?.TagSet ?? []) });
    },
    DeleteBucketTagging: (input: Named) => setting.put(input, { tags: undefined }),
    GetBucketNotificationConfiguration: ({
      Bucket,
    }: Named): Answer<S3.GetBucketNotificationConfigurationCommandOutput> =>
      state.bucket(Bucket).eventBridge ? { EventBridgeConfiguration: {} } : {},
    PutBucketNotificationConfiguration(input: S3.PutBucketNotificationConfigurationCommandInput) {
      refuseMembers('s3 PutBucketNotificationConfiguration', input, ['SkipDestinationValidation']);
      const wanted = input.NotificationConfiguration ?? {};
      const direct = [
        ...(wanted.LambdaFunctionConfigurations ?? []),
        ...(wanted.QueueConfigurations ?? []),
        ...(wanted.TopicConfigurations ?? []),
      ];
      if (direct.length > 0) {
        throw new NotImplementedByLocalCloud('s3 notifications other than to EventBridge');
      }
      return setting.put(input, { eventBridge: wanted.EventBridgeConfiguration !== undefined });
    },
    GetBucketLogging({ Bucket }: Named): Answer<S3.GetBucketLoggingCommandOutput> {
      const { logging } = state.bucket(Bucket);
      return logging ? { LoggingEnabled: logging } : {};
    },
    PutBucketLogging(input: S3.PutBucketLoggingCommandInput) {
      const logging = input.BucketLoggingStatus?.LoggingEnabled;
      refuseMembers('s3 PutBucketLogging', logging ?? {}, ['TargetGrants', 'TargetObjectKeyFormat']);
      if (logging && !state.buckets.has(logging.TargetBucket ?? '')) {
        throw new AwsError('InvalidTargetBucketForLogging', 'The target bucket for logging does not exist');
      }
      return setting.put(input, { logging });
    },
  };
}

/** Who may do what: policy, public access, ownership. */
function access(state: S3State): Table {
  const setting = settingAccess(state);
  const policyOf = (bucket: string | undefined) =>
    setting.required(bucket, 'policy', 'NoSuchBucketPolicy', 'The bucket policy does not exist');
  return {
    GetBucketPolicy: ({ Bucket }: Named): Answer<S3.GetBucketPolicyCommandOutput> => ({
      Policy: policyOf(Bucket),
    }),
    PutBucketPolicy(input: S3.PutBucketPolicyCommandInput) {
      refuseMembers('s3 PutBucketPolicy', input, ['ConfirmRemoveSelfBucketAccess']);
      return setting.put(input, {
        policy: checkBucketPolicy(state.bucket(input.Bucket), input.Policy ?? ''),
      });
    },
    DeleteBucketPolicy: (input: Named) => setting.put(input, { policy: undefined }),
    GetPublicAccessBlock: ({ Bucket }: Named): Answer<S3.GetPublicAccessBlockCommandOutput> => ({
      PublicAccessBlockConfiguration: setting.required(
        Bucket,
        'publicAccessBlock',
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
      ),
    }),
    PutPublicAccessBlock(input: S3.PutPublicAccessBlockCommandInput) {
      const wanted = input.PublicAccessBlockConfiguration ?? {};
      const publicAccessBlock = {
        BlockPublicAcls: wanted.BlockPublicAcls ?? false,
        IgnorePublicAcls: wanted.IgnorePublicAcls ?? false,
        BlockPublicPolicy: wanted.BlockPublicPolicy ?? false,
        RestrictPublicBuckets: wanted.RestrictPublicBuckets ?? false,
      };
      return setting.put(input, { publicAccessBlock });
    },
    DeletePublicAccessBlock: (input: Named) => setting.put(input, { publicAccessBlock: undefined }),
    GetBucketOwnershipControls: ({ Bucket }: Named): Answer<S3.GetBucketOwnershipControlsCommandOutput> => ({
      OwnershipControls: setting.required(
        Bucket,
        'ownership',
        'OwnershipControlsNotFoundError',
        'The bucket ownership controls were not found',
      ),
    }),
    PutBucketOwnershipControls(input: S3.PutBucketOwnershipControlsCommandInput) {
      if (input.OwnershipControls?.Rules?.length !== 1) throw malformedXml();
      return setting.put(input, { ownership: input.OwnershipControls });
    },
    DeleteBucketOwnershipControls: (input: Named) => setting.put(input, { ownership: undefined }),
  };
}

/** What keeps data: versions, encryption, lock. */
function protection(state: S3State): Table {
  const setting = settingAccess(state);
  return {
    GetBucketVersioning({ Bucket }: Named): Answer<S3.GetBucketVersioningCommandOutput> {
      const { versioning } = state.bucket(Bucket);
      return versioning ? { Status: versioning } : {};
    },
    PutBucketVersioning(input: S3.PutBucketVersioningCommandInput) {
      const versioning = input.VersioningConfiguration?.Status;
      if (input.VersioningConfiguration?.MFADelete === 'Enabled') {
        throw new NotImplementedByLocalCloud('s3 MFA delete');
      }
      if (versioning === undefined) {
        throw new AwsError(
          'IllegalVersioningConfigurationException',
          'The Versioning element must be specified',
        );
      }
      if (versioning !== 'Enabled' && versioning !== 'Suspended') throw malformedXml();
      if (versioning === 'Suspended' && state.bucket(input.Bucket).objectLock) {
        throw new AwsError(
          'InvalidBucketState',
          'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
          { status: 409 },
        );
      }
      return setting.put(input, { versioning });
    },
    GetBucketEncryption({ Bucket }: Named): Answer<S3.GetBucketEncryptionCommandOutput> {
      const byDefault = { SSEAlgorithm: 'AES256' as const };
      return {
        ServerSideEncryptionConfiguration: state.bucket(Bucket).encryption ?? {
          Rules: [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: false }],
        },
      };
    },
    PutBucketEncryption(input: S3.PutBucketEncryptionCommandInput) {
      const [rule, more] = input.ServerSideEncryptionConfiguration?.Rules ?? [];
      const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
      if (!rule || more || !algorithm) throw malformedXml();
      refuseMembers('s3 PutBucketEncryption', rule, ['BlockedEncryptionTypes']);
      if (algorithm === 'AES256' && rule.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID !== undefined) {
        throw invalidArgument(
          'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
          'ApplyServerSideEncryptionByDefault',
          algorithm,
        );
      }
      const encryption = { Rules: [{ ...rule, BucketKeyEnabled: rule.BucketKeyEnabled ?? false }] };
      return setting.put(input, { encryption });
    },
    DeleteBucketEncryption: (input: Named) => setting.put(input, { encryption: undefined }),
    GetObjectLockConfiguration: ({ Bucket }: Named): Answer<S3.GetObjectLockConfigurationCommandOutput> => ({
      ObjectLockConfiguration: setting.required(
        Bucket,
        'objectLock',
        'ObjectLockConfigurationNotFoundError',
        'Object Lock configuration does not exist for this bucket',
      ),
    }),
    PutObjectLockConfiguration: (input: S3.PutObjectLockConfigurationCommandInput) =>
      setting.put(input, {
        objectLock: checkLockConfiguration(state.bucket(input.Bucket), input.ObjectLockConfiguration),
      }),
  };
}

function settingAccess(state: S3State) {
  return {
    put(
      input: Named,
      change: { [Setting in keyof BucketRecord]?: BucketRecord[Setting] | undefined },
    ): object {
      const record = { ...state.bucket(input.Bucket), ...change };
      const present = Object.entries(record).filter(([, value]) => value !== undefined);
      state.buckets.put(record.name, Object.fromEntries(present) as unknown as BucketRecord);
      return {};
    },
    required<Setting extends keyof BucketRecord>(
      bucket: string | undefined,
      setting: Setting,
      code: string,
      message: string,
    ): NonNullable<BucketRecord[Setting]> {
      const value = state.bucket(bucket)[setting];
      if (value === undefined) throw notConfigured(code, message);
      return value as NonNullable<BucketRecord[Setting]>;
    },
  };
}
