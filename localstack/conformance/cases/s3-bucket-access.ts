/** Simple Storage Service: who may use a bucket. */
import {
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  MALFORMED_XML,
  makeS3Client,
  NO_BUCKET,
  NO_SUCH_BUCKET,
  newBucket,
  RECORDED,
  S3_API,
  S3_FOLDERS,
} from './s3-material.ts';

const denyPlainHttp = (bucket: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: `arn:aws:s3:::${bucket}/*`,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
const putPolicy = (client: S3Client, Bucket: string, Policy = denyPlainHttp(Bucket)) =>
  client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
const MALFORMED_POLICY = {
  name: 'MalformedPolicy',
  message: "Policies must be valid JSON and the first byte must be '{'",
  status: 400,
};
const absent = (name: string, message: string) => ({ name, message, status: 404 });
const NO_POLICY = absent('NoSuchBucketPolicy', 'The bucket policy does not exist');
const NO_OWNERSHIP = absent('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found');
const NO_BLOCK = absent(
  'NoSuchPublicAccessBlockConfiguration',
  'The public access block configuration was not found',
);

export const s3BucketAccessCases = serviceCases({
  service: 's3',
  folders: S3_FOLDERS,
  makeClient: makeS3Client,
  operations: {
    PutBucketPolicy: {
      source: `${S3_API}/API_PutBucketPolicy.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { $metadata } = await putPolicy(client, Bucket);
        expect($metadata.httpStatusCode).toBe(204);
        const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
        expect(JSON.parse(Policy ?? '')).toEqual(JSON.parse(denyPlainHttp(Bucket)));
      },
      refuses: async ({ client }) => putPolicy(client, await newBucket(client), 'not a policy'),
      refusal: MALFORMED_POLICY,
      refusalSource: RECORDED,
    },
    GetBucketPolicy: {
      source: `${S3_API}/API_GetBucketPolicy.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await putPolicy(client, Bucket);
        const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
        expect(JSON.parse(Policy ?? '')).toEqual(JSON.parse(denyPlainHttp(Bucket)));
      },
      refuses: async ({ client }) =>
        client.send(new GetBucketPolicyCommand({ Bucket: await newBucket(client) })),
      refusal: NO_POLICY,
      refusalSource: RECORDED,
    },
    DeleteBucketPolicy: {
      source: `${S3_API}/API_DeleteBucketPolicy.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        await putPolicy(client, Bucket);
        const { $metadata } = await client.send(new DeleteBucketPolicyCommand({ Bucket }));
        expect($metadata.httpStatusCode).toBe(204);
        await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toThrow(NO_POLICY.message);
      },
      refuses: ({ client }) =>
        client.send(new DeleteBucketPolicyCommand({ Bucket: NO_BUCKET, ExpectedBucketOwner: 'abcd' })),
      refusal: {
        name: 'InvalidBucketOwnerAWSAccountID',
        message: 'The value of the expected bucket owner parameter must be an AWS Account ID... [abcd]',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    PutPublicAccessBlock: {
      source: `${S3_API}/API_PutPublicAccessBlock.html`,
      answers: async ({ client }) => {
        const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
        const Bucket = await newBucket(client);
        await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
        const answer = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
        // what is not given is false
        expect(answer.PublicAccessBlockConfiguration).toEqual({
          BlockPublicAcls: true,
          IgnorePublicAcls: false,
          BlockPublicPolicy: false,
          RestrictPublicBuckets: false,
        });
      },
      refuses: ({ client }) =>
        client.send(
          new PutPublicAccessBlockCommand({ Bucket: NO_BUCKET, PublicAccessBlockConfiguration: {} }),
        ),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    GetPublicAccessBlock: {
      source: `${S3_API}/API_GetPublicAccessBlock.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const answer = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
        // as every new bucket since April 2023
        expect(answer.PublicAccessBlockConfiguration?.BlockPublicPolicy).toBe(true);
      },
      refuses: async ({ client }) => {
        const Bucket = await newBucket(client);
        await client.send(new DeletePublicAccessBlockCommand({ Bucket }));
        return client.send(new GetPublicAccessBlockCommand({ Bucket }));
      },
      refusal: NO_BLOCK,
      refusalSource: RECORDED,
    },
    DeletePublicAccessBlock: {
      source: `${S3_API}/API_DeletePublicAccessBlock.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { $metadata } = await client.send(new DeletePublicAccessBlockCommand({ Bucket }));
        expect($metadata.httpStatusCode).toBe(204);
        const get = new GetPublicAccessBlockCommand({ Bucket });
        await expect(client.send(get)).rejects.toThrow(NO_BLOCK.message);
      },
      refuses: ({ client }) => client.send(new DeletePublicAccessBlockCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
    PutBucketOwnershipControls: {
      source: `${S3_API}/API_PutBucketOwnershipControls.html`,
      answers: async ({ client }) => {
        const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
        const Bucket = await newBucket(client);
        // a new bucket has the same already
        await client.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
        await client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
        const answer = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
        expect(answer.OwnershipControls).toEqual(OwnershipControls);
      },
      refuses: async ({ client }) =>
        client.send(
          new PutBucketOwnershipControlsCommand({
            Bucket: await newBucket(client),
            OwnershipControls: { Rules: [] },
          }),
        ),
      refusal: MALFORMED_XML,
      refusalSource: RECORDED,
    },
    GetBucketOwnershipControls: {
      source: `${S3_API}/API_GetBucketOwnershipControls.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { OwnershipControls } = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
        expect(OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
      },
      refuses: async ({ client }) => {
        const Bucket = await newBucket(client);
        await client.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
        return client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
      },
      refusal: NO_OWNERSHIP,
      refusalSource: RECORDED,
    },
    DeleteBucketOwnershipControls: {
      source: `${S3_API}/API_DeleteBucketOwnershipControls.html`,
      answers: async ({ client }) => {
        const Bucket = await newBucket(client);
        const { $metadata } = await client.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
        expect($metadata.httpStatusCode).toBe(204);
        const get = new GetBucketOwnershipControlsCommand({ Bucket });
        await expect(client.send(get)).rejects.toThrow(NO_OWNERSHIP.message);
      },
      refuses: ({ client }) => client.send(new DeleteBucketOwnershipControlsCommand({ Bucket: NO_BUCKET })),
      refusal: NO_SUCH_BUCKET,
      refusalSource: RECORDED,
    },
  },
});
