/** A bucket as every bucket here is: encrypted with the stage's key, versioned, private, TLS only, logged. */
import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';
import { removeContents } from './bucket-contents.ts';

export interface BucketContext {
  readonly key: IKey;
  readonly names: Names;
  readonly removal: RemovalPolicy;
}

export function secureBucket(
  scope: Construct,
  id: string,
  context: BucketContext,
  props: s3.BucketProps,
): s3.Bucket {
  const bucket = new s3.Bucket(scope, id, {
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: context.key,
    // One data key per bucket instead of one per object: KMS is billed by the request.
    bucketKeyEnabled: true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    versioned: true,
    serverAccessLogsBucket: s3.Bucket.fromBucketName(scope, `${id}-logs`, context.names.accessLogBucket()),
    serverAccessLogsPrefix: `${id}/`,
    removalPolicy: context.removal,
    ...props,
    lifecycleRules: [
      { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ...(props.lifecycleRules ?? []),
    ],
  });
  Validations.of(bucket).acknowledge({
    id: 'Annotation::@aws-cdk/aws-s3:accessLogsPolicyNotAdded',
    reason: 'The platform stack lets S3 write access logs for every bucket of the account.',
  });
  removeContents(bucket, context);
  return bucket;
}
