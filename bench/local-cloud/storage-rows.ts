/** Figures of S3 and DynamoDB. */

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { signedHeaders } from '../../localstack/testing/signed-fetch.ts';
import type { MeasuredCloud } from './clouds.ts';
import { milliseconds } from './measure.ts';
import { rawPerSecond } from './raw-requests.ts';
import { clientOf, type Row } from './row.ts';

const MIB = 1024 * 1024;
const SMALL = Buffer.alloc(1024, 'a');
const MEGABYTE = Buffer.alloc(MIB, 'b');
const LARGE_MIB = 1024;

/** Makes the bucket `bench`, if it is not there. */
export async function benchBucket(cloud: MeasuredCloud): Promise<S3Client> {
  const s3 = new S3Client(clientOf(cloud));
  await s3.send(new CreateBucketCommand({ Bucket: 'bench' })).catch(() => undefined);
  return s3;
}

const puts =
  (body: Buffer<ArrayBuffer>, count: number, concurrency: number) => async (cloud: MeasuredCloud) => {
    await benchBucket(cloud);
    return rawPerSecond(cloud, count, concurrency, (index) => ({
      service: 's3',
      method: 'PUT',
      path: `/bench/put/${body.length}/${concurrency}/${index}`,
      // as SDK v3 and boto3 send it by default
      headers: { 'content-length': String(body.length), 'x-amz-checksum-crc32': crc32Of(body) },
      body,
    }));
  };

function crc32Of(body: Buffer): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return sum.toString('base64');
}

const gets = (concurrency: number) => async (cloud: MeasuredCloud) => {
  const s3 = await benchBucket(cloud);
  await s3.send(new PutObjectCommand({ Bucket: 'bench', Key: 'get', Body: SMALL }));
  return rawPerSecond(cloud, 3000, concurrency, () => ({ service: 's3', method: 'GET', path: '/bench/get' }));
};

/** One gibibyte in parts of 16 MiB, from a stream that is never whole in memory. */
async function uploadLarge(cloud: MeasuredCloud): Promise<number> {
  const client = await benchBucket(cloud);
  const pieces = function* () {
    for (let piece = 0; piece < LARGE_MIB; piece += 1) yield MEGABYTE;
  };
  return milliseconds(() =>
    new Upload({
      client,
      partSize: 16 * MIB,
      queueSize: 4,
      params: { Bucket: 'bench', Key: 'large', Body: Readable.from(pieces()) },
    }).done(),
  );
}

/** The same bytes by one request, as the CLI and boto3 read and write what has no parts. */
async function putLarge(cloud: MeasuredCloud): Promise<number> {
  await benchBucket(cloud);
  const path = '/bench/single';
  const size = LARGE_MIB * MIB;
  const headers = await signedHeaders(clientOf(cloud), {
    service: 's3',
    method: 'PUT',
    path,
    headers: { 'content-length': String(size), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  });
  const pieces = function* () {
    for (let piece = 0; piece < LARGE_MIB; piece += 1) yield MEGABYTE;
  };
  return milliseconds(async () => {
    const sent = request(cloud.endpoint + path, { method: 'PUT', headers });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    await pipeline(Readable.from(pieces()), sent);
    const [{ statusCode }] = await answered;
    if (statusCode !== 200) throw new Error(`PUT ${path} answered ${statusCode}`);
  });
}

async function getLarge(cloud: MeasuredCloud): Promise<number> {
  const s3 = await benchBucket(cloud);
  return milliseconds(async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bench', Key: 'large' }));
    for await (const _ of Body as Readable);
  });
}

const putItems = (concurrency: number) => async (cloud: MeasuredCloud) => {
  const dynamodb = new DynamoDBClient(clientOf(cloud));
  const TableName = `bench-${concurrency}`;
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return rawPerSecond(cloud, 3000, concurrency, (index) => ({
    service: 'dynamodb',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.PutItem',
    },
    body: JSON.stringify({ TableName, Item: { pk: { S: String(index) }, text: { S: 'x'.repeat(200) } } }),
  }));
};

export const STORAGE_ROWS: readonly Row[] = [
  { name: 'S3 put of 1 KB, one at a time', unit: 'per s', measure: puts(SMALL, 1500, 1) },
  { name: 'S3 put of 1 KB, 16 at a time', unit: 'per s', measure: puts(SMALL, 3000, 16) },
  { name: 'S3 get of 1 KB, one at a time', unit: 'per s', measure: gets(1) },
  { name: 'S3 get of 1 KB, 16 at a time', unit: 'per s', measure: gets(16) },
  { name: 'S3 put of 1 MB, one at a time', unit: 'per s', measure: puts(MEGABYTE, 150, 1) },
  { name: 'S3 put of 1 MB, 16 at a time', unit: 'per s', measure: puts(MEGABYTE, 300, 16) },
  {
    name: 'S3 single put of 64 MB',
    unit: 'ms',
    measure: async (cloud) => {
      const s3 = await benchBucket(cloud);
      const Body = Buffer.alloc(64 * MIB, 'c');
      return milliseconds(() => s3.send(new PutObjectCommand({ Bucket: 'bench', Key: '64', Body })));
    },
  },
  {
    name: 'S3 multipart upload of 1 GiB',
    unit: 's',
    budget: 30,
    measure: async (cloud) => (await uploadLarge(cloud)) / 1000,
  },
  {
    name: 'S3 single put of 1 GiB',
    unit: 's',
    measure: async (cloud) => (await putLarge(cloud)) / 1000,
  },
  { name: 'S3 get of 1 GiB', unit: 's', measure: async (cloud) => (await getLarge(cloud)) / 1000 },
  // after the gibibytes: whoever keeps bodies in memory shows it here
  {
    name: 'memory at its most, after put and get of 1 GiB',
    unit: 'MiB',
    budget: 300,
    measure: async (cloud) => cloud.peakMemoryMiB(),
  },
  { name: 'DynamoDB PutItem, one at a time', unit: 'per s', measure: putItems(1) },
  { name: 'DynamoDB PutItem, 16 at a time', unit: 'per s', measure: putItems(16) },
];
