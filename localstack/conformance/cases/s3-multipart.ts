/** Simple Storage Service: uploads in parts. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  makeS3Client,
  NO_SUCH_UPLOAD,
  newBucket,
  newUpload,
  RECORDED,
  S3_API,
  S3_FOLDERS,
} from './s3-material.ts';

type Upload = Awaited<ReturnType<typeof newUpload>>;

const sendPart = (client: S3Client, upload: Upload, PartNumber: number, Body = 'hello') =>
  client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
const copyPart = async (client: S3Client, CopySourceRange: string) => {
  const upload = await newUpload(client);
  const { Bucket } = upload;
  await client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
  const CopySource = `${Bucket}/source`;
  return client.send(new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource, CopySourceRange }));
};

export const s3MultipartCases = serviceCases({
  service: 's3',
  folders: S3_FOLDERS,
  makeClient: makeS3Client,
  operations: {
    CreateMultipartUpload: {
      source: `${S3_API}/API_CreateMultipartUpload.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const answer = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'key' }));
        expect(answer).toMatchObject({ Bucket, Key: 'key', UploadId: expect.any(String) });
      },
      refuses: async ({ client }) =>
        client.send(
          new CreateMultipartUploadCommand({
            Bucket: await newBucket(client),
            Key: 'key',
            ChecksumAlgorithm: 'SHA256',
            ChecksumType: 'FULL_OBJECT',
          }),
        ),
      refusal: {
        name: 'InvalidRequest',
        message: 'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    UploadPart: {
      source: `${S3_API}/API_UploadPart.html`,
      answers: async ({ client }) => {
        const { ETag } = await sendPart(client, await newUpload(client), 1);
        expect(ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
      },
      refuses: async ({ client }) => sendPart(client, await newUpload(client), 10_001),
      refusal: {
        name: 'InvalidArgument',
        message: 'Part number must be an integer between 1 and 10000, inclusive',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    UploadPartCopy: {
      source: `${S3_API}/API_UploadPartCopy.html`,
      answers: async ({ client }) => {
        const { CopyPartResult } = await copyPart(client, 'bytes=0-4');
        // MD5 of 01234, from md5sum
        expect(CopyPartResult?.ETag).toBe('"4100c4d44da9177247e44a5fc1546778"');
      },
      refuses: ({ client }) => copyPart(client, 'bytes=0-10'),
      refusal: {
        name: 'InvalidArgument',
        message: 'Range specified is not valid for source object of size: 10',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    ListParts: {
      source: `${S3_API}/API_ListParts.html`,
      answers: async ({ client }) => {
        const upload = await newUpload(client);
        await sendPart(client, upload, 3);
        const { Parts, IsTruncated } = await client.send(new ListPartsCommand(upload));
        expect(Parts).toMatchObject([{ PartNumber: 3, Size: 5 }]);
        expect(IsTruncated).toBe(false);
      },
      refuses: async ({ client }) =>
        client.send(new ListPartsCommand({ ...(await newUpload(client)), UploadId: 'none' })),
      refusal: NO_SUCH_UPLOAD,
      refusalSource: RECORDED,
    },
    CompleteMultipartUpload: {
      source: `${S3_API}/API_CompleteMultipartUpload.html`,
      answers: async ({ client }) => {
        const upload = await newUpload(client);
        const { ETag } = await sendPart(client, upload, 1);
        const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
        const answer = await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
        // MD5 of the part's MD5, and the number of parts
        expect(answer).toMatchObject({ ETag: expect.stringMatching(/^"[0-9a-f]{32}-1"$/), Key: 'key' });
      },
      refuses: async ({ client }) => {
        const upload = await newUpload(client);
        const Parts = [];
        for (const PartNumber of [1, 2])
          Parts.push({ PartNumber, ETag: (await sendPart(client, upload, PartNumber)).ETag });
        return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
      },
      refusal: {
        name: 'EntityTooSmall',
        message: 'Your proposed upload is smaller than the minimum allowed size',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    AbortMultipartUpload: {
      source: `${S3_API}/API_AbortMultipartUpload.html`,
      answers: async ({ client }) => {
        const upload = await newUpload(client);
        const { $metadata } = await client.send(new AbortMultipartUploadCommand(upload));
        expect($metadata.httpStatusCode).toBe(204);
        await expect(client.send(new ListPartsCommand(upload))).rejects.toThrow(NO_SUCH_UPLOAD.message);
      },
      refuses: async ({ client }) =>
        client.send(new AbortMultipartUploadCommand({ ...(await newUpload(client)), UploadId: 'none' })),
      refusal: NO_SUCH_UPLOAD,
      refusalSource: RECORDED,
    },
  },
});
