/** Simple Storage Service: objects. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  MALFORMED_XML,
  makeS3Client,
  NO_SUCH_KEY,
  newBucket,
  newObject,
  newVersionedBucket,
  RECORDED,
  S3_API,
  S3_FOLDERS,
} from './s3-material.ts';

const tag = (client: S3Client, object: { Bucket: string; Key: string }, ...values: string[]) =>
  client.send(
    new PutObjectTaggingCommand({
      ...object,
      Tagging: { TagSet: values.map((Value) => ({ Key: 'tag', Value })) },
    }),
  );
/** MD5 and SHA-256 of `hello`, from `md5sum` and `sha256sum`. */
const HELLO = {
  md5: '5d41402abc4b2a76b9719d911017c592',
  sha256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
};

export const s3ObjectCases = serviceCases({
  service: 's3',
  folders: S3_FOLDERS,
  makeClient: makeS3Client,
  operations: {
    PutObject: {
      source: `${S3_API}/API_PutObject.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const put = new PutObjectCommand({ Bucket, Key: 'key', Body: 'hello', ChecksumAlgorithm: 'SHA256' });
        expect(await client.send(put)).toMatchObject({
          ETag: `"${HELLO.md5}"`,
          ChecksumSHA256: HELLO.sha256,
          ServerSideEncryption: 'AES256',
        });
      },
      refuses: async ({ client }) =>
        client.send(
          new PutObjectCommand({
            Bucket: await newBucket(client),
            Key: 'key',
            Body: 'other',
            ChecksumSHA256: HELLO.sha256,
          }),
        ),
      refusal: {
        name: 'BadDigest',
        message: 'The SHA256 you specified did not match the calculated checksum.',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetObject: {
      source: `${S3_API}/API_GetObject.html`,
      answers: async ({ client }) => {
        const object = await newObject(client);
        const answer = await client.send(new GetObjectCommand({ ...object, Range: 'bytes=1-3' }));
        expect(answer).toMatchObject({ ContentRange: 'bytes 1-3/5', ContentLength: 3 });
        expect(await answer.Body?.transformToString()).toBe('ell');
      },
      refuses: async ({ client }) =>
        client.send(new GetObjectCommand({ Bucket: await newBucket(client), Key: 'none' })),
      refusal: NO_SUCH_KEY,
      refusalSource: RECORDED,
    },
    HeadObject: {
      source: `${S3_API}/API_HeadObject.html`,
      answers: async ({ client }) => {
        const answer = await client.send(new HeadObjectCommand(await newObject(client)));
        expect(answer).toMatchObject({ ContentLength: 5, ContentType: 'application/octet-stream' });
      },
      // a HEAD answer has no body: the SDK takes the name from its model and says what it does of all such errors
      refuses: async ({ client }) =>
        client.send(new HeadObjectCommand({ Bucket: await newBucket(client), Key: 'none' })),
      refusal: { name: 'NotFound', message: 'UnknownError', status: 404 },
      refusalSource: 'https://github.com/smithy-lang/smithy-typescript/issues/1292',
    },
    GetObjectAttributes: {
      source: `${S3_API}/API_GetObjectAttributes.html`,
      answers: async ({ client }) => {
        const answer = await client.send(
          new GetObjectAttributesCommand({
            ...(await newObject(client)),
            ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass'],
          }),
        );
        expect(answer).toMatchObject({ ETag: HELLO.md5, ObjectSize: 5, StorageClass: 'STANDARD' });
      },
      refuses: async ({ client }) =>
        client.send(
          new GetObjectAttributesCommand({
            Bucket: await newBucket(client),
            Key: 'none',
            ObjectAttributes: ['ETag'],
          }),
        ),
      refusal: NO_SUCH_KEY,
      refusalSource: RECORDED,
    },
    CopyObject: {
      source: `${S3_API}/API_CopyObject.html`,
      answers: async ({ client }) => {
        const { Bucket, Key } = await newObject(client);
        const CopySource = `${Bucket}/${Key}`;
        const { CopyObjectResult } = await client.send(
          new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }),
        );
        expect(CopyObjectResult?.ETag).toBe(`"${HELLO.md5}"`);
      },
      refuses: async ({ client }) => {
        const { Bucket, Key } = await newObject(client);
        return client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}` }));
      },
      refusal: {
        name: 'InvalidRequest',
        message:
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        status: 400,
      },
      refusalSource: RECORDED,
    },
    DeleteObject: {
      source: `${S3_API}/API_DeleteObject.html`,
      answers: async ({ client }) => {
        const Bucket = await newVersionedBucket(client);
        await client.send(new PutObjectCommand({ Bucket, Key: 'key', Body: '' }));
        const { DeleteMarker } = await client.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));
        expect(DeleteMarker).toBe(true);
      },
      refuses: async ({ client }) =>
        client.send(
          new DeleteObjectCommand({
            ...(await newObject(client)),
            VersionId: 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD',
          }),
        ),
      refusal: { name: 'InvalidArgument', message: 'Invalid version id specified', status: 400 },
      refusalSource: RECORDED,
    },
    DeleteObjects: {
      source: `${S3_API}/API_DeleteObjects.html`,
      answers: async ({ client }) => {
        const { Bucket, Key } = await newObject(client);
        const Delete = { Objects: [{ Key }, { Key: 'none' }] };
        const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
        expect(Deleted).toEqual([{ Key }, { Key: 'none' }]);
      },
      refuses: async ({ client }) =>
        client.send(new DeleteObjectsCommand({ Bucket: await newBucket(client), Delete: { Objects: [] } })),
      refusal: MALFORMED_XML,
      refusalSource: `${S3_API}/ErrorResponses.html`,
    },
    PutObjectTagging: {
      source: `${S3_API}/API_PutObjectTagging.html`,
      answers: async ({ client }) => {
        const object = await newObject(client);
        await tag(client, object, 'a');
        // takes the place of the set before
        await tag(client, object, 'b');
        const { TagSet } = await client.send(new GetObjectTaggingCommand(object));
        expect(TagSet).toEqual([{ Key: 'tag', Value: 'b' }]);
      },
      refuses: async ({ client }) => tag(client, await newObject(client), 'a', 'b'),
      refusal: {
        name: 'InvalidTag',
        message: 'Cannot provide multiple Tags with the same key',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetObjectTagging: {
      source: `${S3_API}/API_GetObjectTagging.html`,
      answers: async ({ client }) => {
        const object = await newObject(client);
        await tag(client, object, 'a');
        const { TagSet } = await client.send(new GetObjectTaggingCommand(object));
        expect(TagSet).toEqual([{ Key: 'tag', Value: 'a' }]);
      },
      refuses: async ({ client }) =>
        client.send(new GetObjectTaggingCommand({ Bucket: await newBucket(client), Key: 'none' })),
      refusal: NO_SUCH_KEY,
      refusalSource: RECORDED,
    },
    DeleteObjectTagging: {
      source: `${S3_API}/API_DeleteObjectTagging.html`,
      answers: async ({ client }) => {
        const object = await newObject(client);
        await tag(client, object, 'a');
        const { $metadata } = await client.send(new DeleteObjectTaggingCommand(object));
        expect($metadata.httpStatusCode).toBe(204);
        expect((await client.send(new GetObjectTaggingCommand(object))).TagSet).toEqual([]);
      },
      refuses: async ({ client }) =>
        client.send(new DeleteObjectTaggingCommand({ Bucket: await newBucket(client), Key: 'none' })),
      refusal: NO_SUCH_KEY,
      refusalSource: RECORDED,
    },
  },
});
