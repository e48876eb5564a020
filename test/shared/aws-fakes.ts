/**
 * In-memory S3, DynamoDB and EventBridge behind the SDK's own clients, as deep as the handlers use them. Strict: an
 * operation or a condition that is not known here throws.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { ENV } from '../../lambdas/shared/contract.ts';
import { logger } from '../../lambdas/shared/logger.ts';

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly lastModified: Date;
}

export interface FakeAws {
  /** `bucket/key` to object. */
  readonly objects: Map<string, StoredObject>;
  /** `pk|sk` to item. */
  readonly items: Map<string, Record<string, unknown>>;
  readonly events: { name: string; detail: Record<string, unknown> }[];
  readonly metrics: { name: string; value: number; dimensions: Record<string, string> }[];
  put(bucket: string, key: string, content: string | Uint8Array): { etag: string };
  keys(prefix: string): string[];
  json<T>(bucket: string, key: string): T;
  /** Runs before each call of an operation, for example to throw or to let another upload go first. */
  before: (operation: string, input: Record<string, unknown>) => Promise<void> | void;
  restore(): void;
}

/** Installs the fakes and the environment that handlers read. Call `restore` after each test. */
export function fakeAws(): FakeAws {
  const objects = new Map<string, StoredObject>();
  const items = new Map<string, Record<string, unknown>>();
  const events: FakeAws['events'] = [];
  const metrics: FakeAws['metrics'] = [];
  const s3 = mockClient(S3Client);
  const dynamo = mockClient(DynamoDBDocumentClient);
  const bus = mockClient(EventBridgeClient);
  const cloudWatch = mockClient(CloudWatchClient);
  const strict = (service: string) => (input: unknown) => {
    throw new Error(`not faked: ${service} ${JSON.stringify(input).slice(0, 200)}`);
  };
  s3.onAnyCommand().callsFake(strict('S3'));
  dynamo.onAnyCommand().callsFake(strict('DynamoDB'));
  bus.onAnyCommand().callsFake(strict('EventBridge'));
  cloudWatch.onAnyCommand().callsFake(strict('CloudWatch'));

  const fake: FakeAws = {
    objects,
    items,
    events,
    metrics,
    put(bucket, key, content) {
      const bytes = Buffer.from(content);
      const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
      objects.set(`${bucket}/${key}`, { bytes, etag, lastModified: new Date() });
      return { etag };
    },
    keys: (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    json: (bucket, key) => {
      const object = objects.get(`${bucket}/${key}`);
      if (!object) throw new Error(`no object ${bucket}/${key}; there are ${[...objects.keys()].join(', ')}`);
      return JSON.parse(object.bytes.toString());
    },
    before: () => {},
    restore: () => {
      for (const mock of [s3, dynamo, bus, cloudWatch]) mock.restore();
      for (const name of Object.values(ENV)) delete process.env[name];
    },
  };
  const find = (bucket: string, key: string) => {
    const object = objects.get(`${bucket}/${key}`);
    if (!object) throw awsError('NoSuchKey');
    return object;
  };

  s3.on(PutObjectCommand).callsFake(async (input) => {
    await fake.before('PutObject', input);
    const bytes = await collect(input.Body);
    if (input.IfNoneMatch === '*' && objects.has(`${input.Bucket}/${input.Key}`))
      throw awsError('PreconditionFailed');
    return { ETag: fake.put(input.Bucket, input.Key, bytes).etag };
  });
  s3.on(GetObjectCommand).callsFake(async (input) => {
    await fake.before('GetObject', input);
    const object = find(input.Bucket, input.Key);
    if (input.IfMatch && input.IfMatch !== object.etag) throw awsError('PreconditionFailed');
    const body = Readable.from([object.bytes]) as Readable & { transformToString(): Promise<string> };
    body.transformToString = async () => object.bytes.toString();
    return { Body: body, ETag: object.etag, ContentLength: object.bytes.length };
  });
  s3.on(ListObjectsV2Command).callsFake(async (input) => {
    await fake.before('ListObjectsV2', input);
    const start = `${input.Bucket}/`;
    return {
      Contents: fake
        .keys(`${start}${input.Prefix ?? ''}`)
        .slice(0, input.MaxKeys ?? 1000)
        .map((key) => {
          const { bytes, etag, lastModified } = objects.get(key)!;
          return { Key: key.slice(start.length), Size: bytes.length, ETag: etag, LastModified: lastModified };
        }),
    };
  });
  s3.on(CopyObjectCommand).callsFake(async (input) => {
    await fake.before('CopyObject', input);
    const [bucket, ...rest] = input.CopySource.split('/');
    const source = find(bucket, decodeURIComponent(rest.join('/')));
    if (input.CopySourceIfMatch && input.CopySourceIfMatch !== source.etag)
      throw awsError('PreconditionFailed');
    fake.put(input.Bucket, input.Key, source.bytes);
    return {};
  });
  s3.on(DeleteObjectCommand).callsFake(async (input) => {
    await fake.before('DeleteObject', input);
    objects.delete(`${input.Bucket}/${input.Key}`);
    return {};
  });

  dynamo.on(GetCommand).callsFake(async (input) => {
    await fake.before('GetItem', input);
    const item = items.get(`${input.Key.pk}|${input.Key.sk}`);
    return { Item: item && structuredClone(item) };
  });
  dynamo.on(PutCommand).callsFake(async (input) => {
    await fake.before('PutItem', input);
    const key = `${input.Item.pk}|${input.Item.sk}`;
    const present = items.get(key);
    if (input.ConditionExpression === 'attribute_not_exists(pk)') {
      if (present) throw awsError('ConditionalCheckFailedException');
    } else if (input.ConditionExpression === '#revision = :revision') {
      if (present?.revision !== input.ExpressionAttributeValues[':revision']) {
        throw awsError('ConditionalCheckFailedException');
      }
    } else if (input.ConditionExpression) {
      throw new Error(`not faked: condition ${input.ConditionExpression}`);
    }
    items.set(key, JSON.parse(JSON.stringify(input.Item)));
    return {};
  });
  dynamo.on(QueryCommand).callsFake(async (input) => {
    await fake.before('Query', input);
    const { ':pk': pk, ':prefix': prefix = '' } = input.ExpressionAttributeValues;
    const keys = [...items.keys()].filter((key) => key.startsWith(`${pk}|${prefix}`)).sort();
    if (input.ScanIndexForward === false) keys.reverse();
    return { Items: keys.slice(0, input.Limit ?? keys.length).map((key) => structuredClone(items.get(key))) };
  });
  dynamo.on(DeleteCommand).callsFake(async (input) => {
    await fake.before('DeleteItem', input);
    items.delete(`${input.Key.pk}|${input.Key.sk}`);
    return {};
  });
  bus.on(PutEventsCommand).callsFake(async (input) => {
    await fake.before('PutEvents', input);
    for (const { DetailType, Detail } of input.Entries)
      events.push({ name: DetailType, detail: JSON.parse(Detail) });
    return { FailedEntryCount: 0, Entries: input.Entries.map(() => ({ EventId: 'id' })) };
  });
  cloudWatch.on(PutMetricDataCommand).callsFake(async (input) => {
    await fake.before('PutMetricData', input);
    for (const { MetricName, Value, Dimensions } of input.MetricData) {
      const dimensions = Object.fromEntries(
        Dimensions.map(({ Name, Value: value }: { Name: string; Value: string }) => [Name, value]),
      );
      metrics.push({ name: MetricName, value: Value, dimensions });
    }
    return {};
  });

  logger.setLogLevel('SILENT');
  process.env[ENV.stage] = 'test';
  process.env[ENV.catalogTable] = 'catalog';
  process.env[ENV.eventBus] = 'bus';
  return fake;
}

async function collect(body: unknown): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  for await (const chunk of body as Readable) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function awsError(name: string): Error {
  return Object.assign(new Error(name), { name });
}
