/** What was acknowledged is there after `kill -9`, whole; what was not is there whole or not at all. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CloudProcess, startCloudProcess } from './testing/cloud-process.ts';
import { type InterruptedExecutions, startInterrupted } from './testing/interrupted-executions.ts';

/** Each writer has had this many answers before the cloud is killed. */
const ENOUGH = 20;
const Bucket = 'durable';
const TableName = 'durable';
/** Longer than killing takes, and not much longer than starting again. */
const CHILD_SECONDS = 3;
const PART_BYTES = 5 * 1024 * 1024;
const dataDirectory = mkdtempSync(join(tmpdir(), 'durability-'));

/** What the writers were told is done before the cloud was killed. */
const acknowledged = { keys: [] as string[], items: [] as string[], messages: [] as string[], count: 0 };
let cloud: CloudProcess;
let s3: S3Client;
let dynamodb: DynamoDBClient;
let sqs: SQSClient;
let sfn: SFNClient;
let iam: IAMClient;
let executions: InterruptedExecutions;

function connect({ endpoint }: CloudProcess): void {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  [s3, dynamodb] = [new S3Client(config), new DynamoDBClient(config)];
  [sqs, sfn, iam] = [new SQSClient(config), new SFNClient(config), new IAMClient(config)];
}

/** Bytes that a key stands for, so that what is torn shows; the size is the key's last word. */
function bodyOf(key: string): Buffer {
  const size = Number(key.split('-').at(-1));
  return Buffer.alloc(
    size,
    createHash('sha256')
      .update(key.slice(key.indexOf('/')))
      .digest(),
  );
}

/** The queue where the cloud listens now. */
const queueUrl = () => `${cloud.endpoint}/000000000000/durable`;

/** Repeats a write until the cloud is gone. */
async function untilKilled(write: (round: number) => Promise<void>): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      await write(round);
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      if (['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(code ?? '') || name === 'TimeoutError') return;
      throw error;
    }
  }
}

async function putInParts(Key: string): Promise<void> {
  const body = bodyOf(Key);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts = await Promise.all(
    [body.subarray(0, PART_BYTES), body.subarray(PART_BYTES)].map(async (Body, i) => {
      const part = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: i + 1, Body });
      return { PartNumber: i + 1, ETag: (await s3.send(part)).ETag };
    }),
  );
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

const writers: readonly ((round: number) => Promise<void>)[] = [
  ...[1, 2].map((writer) => async (round: number) => {
    const key = `put/${writer}-${round}-${(round * 7919) % 200_000}`;
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: bodyOf(key) }));
    acknowledged.keys.push(key);
    const copy = key.replace('put/', 'copy/');
    await s3.send(new CopyObjectCommand({ Bucket, Key: copy, CopySource: `${Bucket}/${key}` }));
    acknowledged.keys.push(copy);
  }),
  async (round) => {
    const key = `parts/${round}-${PART_BYTES + 1000 + round}`;
    await putInParts(key);
    acknowledged.keys.push(key);
  },
  async (round) => {
    const pk = `item-${round}`;
    await dynamodb.send(
      new PutItemCommand({ TableName, Item: { pk: { S: pk }, text: { S: pk.repeat(50) } } }),
    );
    acknowledged.items.push(pk);
  },
  async () => {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: { S: 'counter' } },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    acknowledged.count += 1;
  },
  async (round) => {
    const put = (pk: string) => ({ Put: { TableName, Item: { pk: { S: pk }, n: { N: String(round) } } } });
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [put('left'), put('right')] }));
  },
  async (round) => {
    const MessageBody = `message ${round}`;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody }));
    acknowledged.messages.push(MessageBody);
  },
];

function filesOnDisk(): number[] {
  const folder = join(dataDirectory, 's3', 'blobs');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
}

beforeAll(async () => {
  cloud = await startCloudProcess(dataDirectory);
  connect(cloud);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await sqs.send(new CreateQueueCommand({ QueueName: 'durable' }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  );
  const halfSent = new PassThrough();
  halfSent.write(Buffer.alloc(8 * PART_BYTES));
  const unfinished = s3
    .send(new PutObjectCommand({ Bucket, Key: 'half', Body: halfSent, ContentLength: 100 * PART_BYTES }))
    .catch(() => 'cut off');
  const writing = Promise.all(writers.map(untilKilled));
  await vi.waitFor(
    () => {
      const { keys, items, messages, count } = acknowledged;
      for (const written of [items.length, messages.length, count]) expect(written).toBeGreaterThan(ENOUGH);
      expect(keys.filter((key) => key.startsWith('copy/')).length).toBeGreaterThan(ENOUGH);
      expect(keys.some((key) => key.startsWith('parts/'))).toBe(true);
      expect(Math.max(...filesOnDisk())).toBeGreaterThan(PART_BYTES);
    },
    { timeout: 30_000, interval: 20 },
  );
  executions = await startInterrupted(iam, sfn, queueUrl(), CHILD_SECONDS);
  await cloud.kill();
  await writing;
  expect(await unfinished).toBe('cut off');
  cloud = await startCloudProcess(dataDirectory);
  connect(cloud);
});

afterAll(async () => {
  await cloud.kill();
  rmSync(dataDirectory, { recursive: true, force: true });
});

describe('after kill -9 and a restart', () => {
  it('has every acknowledged object, and no object that is not whole', async () => {
    const present = new Set<string>();
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      for (const { Key = '' } of Contents) present.add(Key);
    }
    expect(acknowledged.keys.filter((key) => !present.has(key))).toEqual([]);
    const torn: string[] = [];
    const keys = [...present];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
          const bytes = await Body?.transformToByteArray();
          if (!bytes || !bodyOf(key).equals(bytes)) torn.push(key);
        }
      }),
    );
    expect(torn).toEqual([]);
  });

  it('has no half-written files', () => {
    expect(Math.max(...filesOnDisk())).toBeLessThanOrEqual(PART_BYTES);
  });

  it('has every acknowledged item and update, and both sides of a transaction', async () => {
    const read = async (pk: string) =>
      (await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))).Item;
    const { Items } = await dynamodb.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'attribute_exists(#t)',
        ExpressionAttributeNames: { '#t': 'text' },
      }),
    );
    const texts = new Map(Items?.map(({ pk, text }) => [pk?.S ?? '', text?.S]));
    expect(acknowledged.items.filter((pk) => !texts.has(pk))).toEqual([]);
    for (const [pk, text] of texts) expect(text).toBe(pk.repeat(50));
    const counted = Number((await read('counter'))?.n?.N);
    // the last update may have been made and its answer lost
    expect([acknowledged.count, acknowledged.count + 1]).toContain(counted);
    expect((await read('left'))?.n).toEqual((await read('right'))?.n);
  });

  it('has every acknowledged message', async () => {
    const received = new Set<string>();
    const QueueUrl = queueUrl();
    for (let left = true; left; ) {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await sqs.send(receive);
      for (const { Body = '' } of Messages) received.add(Body);
      const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      left = Entries.length > 0;
      if (left) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    expect(acknowledged.messages.filter((body) => !received.has(body))).toEqual([]);
  });

  const statusOf = async (executionArn: string) =>
    (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;

  it.each(['task', 'parallel', 'map', 'parent'] as const)(
    'has the execution that was inside of a state (%s), ended as failed',
    async (name) => {
      await expect.poll(() => statusOf(executions.inside[name])).toBe('FAILED');
    },
  );

  it('has the nested execution that waited, which goes on to its end', async () => {
    await expect.poll(() => statusOf(executions.child), { timeout: 10_000 }).toBe('SUCCEEDED');
  }, 15_000);
});
