/**
 * What a bucket holds goes with it, in a stage that destroys its data. CDK's own `autoDeleteObjects` brings a function
 * with an AWS-managed policy into every stack; this is one of our handlers, once per stage.
 */
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { BUCKET_CONTENTS_RESOURCE_TYPE } from '../../lambdas/governance/contract.ts';
import type { Names } from '../../lambdas/shared/names.ts';

export function removeContents(
  bucket: Bucket,
  { names, removal }: { readonly names: Names; readonly removal: RemovalPolicy },
): void {
  if (removal !== RemovalPolicy.DESTROY) return;
  new CustomResource(bucket, 'Contents', {
    resourceType: BUCKET_CONTENTS_RESOURCE_TYPE,
    serviceToken: names.arn('lambda', `function:${names.function('empty-bucket')}`),
    serviceTimeout: Duration.minutes(15),
    properties: { BucketName: bucket.bucketName },
  });
}
