/** Access logs: who asked a bucket for what, found in the bucket that the logs go to. */
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const HOUR_MS = 3_600_000;
let running: RunningCloud;
let client: S3Client;

beforeAll(async () => {
  running = await startCloud({ services: ['s3'] });
  client = new S3Client(running.clientConfig);
  for (const Bucket of ['watched', 'logs']) await client.send(new CreateBucketCommand({ Bucket }));
  const LoggingEnabled = { TargetBucket: 'logs', TargetPrefix: 'data/' };
  await client.send(
    new PutBucketLoggingCommand({ Bucket: 'watched', BucketLoggingStatus: { LoggingEnabled } }),
  );
});

afterAll(() => running.stop());

async function logsAfterAnHour(): Promise<string[]> {
  await client.send(new PutObjectCommand({ Bucket: 'watched', Key: 'in/a b', Body: 'hello' }));
  const missing = client.send(new GetObjectCommand({ Bucket: 'watched', Key: 'none' }));
  await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' });
  await running.cloud.clock.advanceTo(running.cloud.clock.now() + HOUR_MS);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'logs' }));
  return Contents.map(({ Key }) => Key ?? '');
}

it('are not written where the log service may not write', async () => {
  expect(await logsAfterAnHour()).toEqual([]);
});

it('hold a line for each request, in the format of AWS', async () => {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::logs/data/*',
    Condition: {
      ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::watched' },
      StringEquals: { 'aws:SourceAccount': '000000000000' },
    },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy }));
  const [Key, ...more] = await logsAfterAnHour();
  expect(more).toEqual([]);
  expect(Key).toMatch(/^data\/\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9A-F]{16}$/);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key }));
  const lines = (await Body?.transformToString())?.trimEnd().split('\n') ?? [];
  expect(lines).toHaveLength(2);
  // owner, bucket, [time, zone], address, requester, request id, operation, key, "method, URI, version", status, code
  const [put, get] = lines.map((line) => line.split(' '));
  expect(put?.[1]).toBe('watched');
  expect(`${put?.[2]} ${put?.[3]}`).toMatch(/^\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\]$/);
  expect(put?.slice(7, 14)).toEqual(
    expect.arrayContaining(['REST.PUT.OBJECT', 'in/a%2520b', '"PUT', 'HTTP/1.1"', '200', '-']),
  );
  expect(get?.slice(7, 9)).toEqual(['REST.GET.OBJECT', 'none']);
  expect(get?.slice(12, 14)).toEqual(['404', 'NoSuchKey']);
  await client.send(new DeleteBucketPolicyCommand({ Bucket: 'logs' }));
});
