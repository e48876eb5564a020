/** What the cases of S3 are played on: buckets and objects under names of their own, and refusals that many share. */
import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  CreateMultipartUploadCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import type { AwsRefusal } from '../operation-case.ts';

/** AWS's reference of the S3 API. */
export const S3_API = 'https://docs.aws.amazon.com/AmazonS3/latest/API';
/** Folders that the cloud of every S3 case loads. */
export const S3_FOLDERS = ['s3', 'kms'];
/** A bucket that no case makes. */
export const NO_BUCKET = 'nobody-made-this-bucket';

/** Answers of AWS as another emulator's project recorded them on a real account, to compare itself with. */
export const RECORDED =
  'https://github.com/localstack/localstack/tree/master/tests/aws/services/s3 (test_s3.snapshot.json, test_s3_api.snapshot.json, test_s3_list_operations.snapshot.json)';

/** As recorded. */
export const NO_SUCH_BUCKET: AwsRefusal = {
  name: 'NoSuchBucket',
  message: 'The specified bucket does not exist',
  status: 404,
};

/** As recorded. */
export const NO_SUCH_KEY: AwsRefusal = {
  name: 'NoSuchKey',
  message: 'The specified key does not exist.',
  status: 404,
};

/** As recorded, and in AWS's list of error codes. */
export const NO_SUCH_UPLOAD: AwsRefusal = {
  name: 'NoSuchUpload',
  message:
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  status: 404,
};

/** As recorded. */
export const MALFORMED_XML: AwsRefusal = {
  name: 'MalformedXML',
  message: 'The XML you provided was not well-formed or did not validate against our published schema',
  status: 400,
};

/** A client with default settings. */
export function makeS3Client({ clientConfig }: RunningCloud): S3Client {
  return new S3Client(clientConfig);
}

/** Makes a bucket under a new name. */
export async function newBucket(
  client: S3Client,
  more: Partial<CreateBucketCommandInput> = {},
): Promise<string> {
  const Bucket = `case-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket, ...more }));
  return Bucket;
}

/** Makes a bucket with versions. */
export async function newVersionedBucket(client: S3Client): Promise<string> {
  const Bucket = await newBucket(client);
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  return Bucket;
}

/** Makes a bucket with one object, `Key` is `key` and the body `hello`. */
export async function newObject(
  client: S3Client,
  more: Partial<CreateBucketCommandInput> = {},
): Promise<{ Bucket: string; Key: string }> {
  const Bucket = await newBucket(client, more);
  await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: 'hello' }));
  return { Bucket, Key: 'key' };
}

/** Begins an upload of `key` in a new bucket. */
export async function newUpload(
  client: S3Client,
): Promise<{ Bucket: string; Key: string; UploadId: string }> {
  const Bucket = await newBucket(client);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'key' }));
  return { Bucket, Key: 'key', UploadId: UploadId ?? '' };
}
