/** AWS::S3::BucketPolicy. */
import { unlessGone } from '../errors.ts';
import { mustNotExist, policyText } from './common.ts';
import { defineResource, replaces, updates } from './handler.ts';

export const bucketPolicy = defineResource({
  type: 'AWS::S3::BucketPolicy',
  properties: { Bucket: replaces('string'), PolicyDocument: updates('json') },
  required: ['Bucket', 'PolicyDocument'],
  nameProperty: 'Bucket',
  async create({ Bucket = '', PolicyDocument }, context) {
    await mustNotExist('AWS::S3::BucketPolicy', Bucket, () =>
      context.call('s3', 'GetBucketPolicy', { Bucket }),
    );
    await context.call('s3', 'PutBucketPolicy', { Bucket, Policy: policyText(PolicyDocument) });
    return { physicalId: Bucket };
  },
  async update({ physicalId: Bucket, next }, context) {
    await context.call('s3', 'PutBucketPolicy', { Bucket, Policy: policyText(next.PolicyDocument) });
    return undefined;
  },
  async delete({ physicalId: Bucket }, _properties, context) {
    await unlessGone(context.call('s3', 'DeleteBucketPolicy', { Bucket }));
  },
});
