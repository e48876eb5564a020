/** Simple Storage Service: buckets and lists of what is in them. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NotFound,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  makeS3Client,
  NO_BUCKET,
  NO_SUCH_BUCKET,
  newBucket,
  newObject,
  newUpload,
  newVersionedBucket,
  RECORDED,
  S3_API,
  S3_FOLDERS,
} from './s3-material.ts';

export const s3BucketCases = serviceCases({
  service: 's3',
  folders: S3_FOLDERS,
  makeClient: makeS3Client,
  operations: {
    CreateBucket: {
      source: `${S3_API}/API_CreateBucket.html`,
      answers: async ({ client }) => {
        const { Location } = await client.send(new CreateBucketCommand({ Bucket: 'case-create' }));
        expect(Location).toBe('/case-create');
      },
      refuses: ({ client }) => client.send(new CreateBucketCommand({ Bucket: 'Case_Create' })),
      refusal: { name: 'InvalidBucketName', message: 'The specified bucket is not valid.', status: 400 },
      refusalSource: RECORDED,
    },
    DeleteBucket: {
      source: `${S3_API}/API_DeleteBucket.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { $metadata } = await client.send(new DeleteBucketCommand({ Bucket }));
        expect($metadata.httpStatusCode).toBe(204);
        await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toThrow(NotFound);
      },
      refuses: async ({ client }) => {
        const { Bucket } = await newObject(client);
        return client.send(new DeleteBucketCommand({ Bucket }));
      },
      refusal: {
        name: 'BucketNotEmpty',
        message: 'The bucket you tried to delete is not empty',
        status: 409,
      },
      refusalSource: RECORDED,
    },
    HeadBucket: {
      source: `${S3_API}/API_HeadBucket.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket }));
        expect(BucketRegion).toBe('us-east-1');
      },
      // a HEAD answer has no body: the SDK takes the name from its model and says what it does of all such errors
      refuses: ({ client }) => client.send(new HeadBucketCommand({ Bucket: NO_BUCKET })),
      refusal: { name: 'NotFound', message: 'UnknownError', status: 404 },
      refusalSource: 'https://github.com/smithy-lang/smithy-typescript/issues/1292',
    },
    GetBucketLocation: {
      source: `${S3_API}/API_GetBucketLocation.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }));
        // "Buckets in Region us-east-1 have a LocationConstraint of null"
        expect(LocationConstraint).toBeUndefined();
      },
      refuses: ({ client }) => client.send(new GetBucketLocationCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    ListBuckets: {
      source: `${S3_API}/API_ListBuckets.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { Buckets } = await client.send(new ListBucketsCommand({ Prefix: Bucket }));
        expect(Buckets).toMatchObject([{ Name: Bucket, BucketRegion: 'us-east-1' }]);
      },
      refuses: ({ client }) => client.send(new ListBucketsCommand({ BucketRegion: 'eu-east-1' })),
      refusal: {
        name: 'InvalidArgument',
        message: 'Argument value eu-east-1 is not a valid AWS Region',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    ListObjectsV2: {
      source: `${S3_API}/API_ListObjectsV2.html`,
      answers: async ({ client }) => {
        const { Bucket, Key } = await newObject(client);
        const { Contents, KeyCount } = await client.send(new ListObjectsV2Command({ Bucket }));
        expect(Contents).toMatchObject([
          { Key, Size: 5, StorageClass: 'STANDARD', ETag: '"5d41402abc4b2a76b9719d911017c592"' },
        ]);
        expect(KeyCount).toBe(1);
      },
      refuses: async ({ client }) =>
        client.send(new ListObjectsV2Command({ Bucket: await newBucket(client), ContinuationToken: '!' })),
      refusal: {
        name: 'InvalidArgument',
        message: 'The continuation token provided is incorrect',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    ListObjects: {
      source: `${S3_API}/API_ListObjects.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        for (const Key of ['sample.jpg', 'photos/2006/a.jpg', 'photos/2007/b.jpg'])
          await client.send(new PutObjectCommand({ Bucket, Key, Body: '' }));
        const list = await client.send(new ListObjectsCommand({ Bucket, Delimiter: '/' }));
        expect(list.Contents?.map(({ Key }) => Key)).toEqual(['sample.jpg']);
        expect(list.CommonPrefixes).toEqual([{ Prefix: 'photos/' }]);
      },
      refuses: ({ client }) => client.send(new ListObjectsCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    ListObjectVersions: {
      source: `${S3_API}/API_ListObjectVersions.html`,
      answers: async ({ client }) => {
        const Bucket = await newVersionedBucket(client);
        for (const Body of ['a', 'b']) await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body }));
        const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket }));
        expect(Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
      },
      refuses: async ({ client }) => {
        const Bucket = await newVersionedBucket(client);
        return client.send(new ListObjectVersionsCommand({ Bucket, VersionIdMarker: 'null' }));
      },
      refusal: {
        name: 'InvalidArgument',
        message: 'A version-id marker cannot be specified without a key marker.',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    ListMultipartUploads: {
      source: `${S3_API}/API_ListMultipartUploads.html`,
      answers: async ({ client }) => {
        const { Bucket, Key, UploadId } = await newUpload(client);
        const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
        expect(Uploads).toMatchObject([{ Key, UploadId }]);
      },
      refuses: async ({ client }) => {
        const { Bucket } = await newUpload(client);
        return client.send(
          new ListMultipartUploadsCommand({ Bucket, KeyMarker: 'key', UploadIdMarker: 'none' }),
        );
      },
      refusal: { name: 'InvalidArgument', message: 'Invalid uploadId marker', status: 400 },
      refusalSource: RECORDED,
    },
  },
});
