/**
 * In-memory S3, DynamoDB and EventBridge behind the SDK's own clients, as deep as the handlers use them. Strict: an
 * operation or a condition that is not known here throws.
 */
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
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
import { awsError, type FakeS3, fakeS3 } from './s3-fake.ts';

export interface FakeAws extends Omit<FakeS3, 'restore'> {
  /** `pk|sk` to item. */
  readonly items: Map<string, Record<string, unknown>>;
  readonly events: { name: string; detail: Record<string, unknown> }[];
  readonly metrics: { name: string; value: number; dimensions: Record<string, string> }[];
  /** Values of the endpoint's metrics, by name. */
  served: Record<string, number[]>;
  /** Alarms that are on. */
  alarms: { name: string; reason: string; since: string }[];
  /** Most entries in a page of a listing. */
  pageSize: number;
  keys(prefix: string): string[];
  json<T>(bucket: string, key: string): T;
  /** Runs before each call of an operation, for example to throw or to let another upload go first. */
  before: (operation: string, input: Record<string, unknown>) => Promise<void> | void;
  restore(): void;
}

/** Installs the fakes and the environment that handlers read. Call `restore` after each test. */
export function fakeAws(): FakeAws {
  const items = new Map<string, Record<string, unknown>>();
  const events: FakeAws['events'] = [];
  const metrics: FakeAws['metrics'] = [];
  const s3 = fakeS3(
    (operation, input) => fake.before(operation, input),
    () => fake.pageSize,
  );
  const { objects } = s3;
  const dynamo = mockClient(DynamoDBDocumentClient);
  const bus = mockClient(EventBridgeClient);
  const cloudWatch = mockClient(CloudWatchClient);
  const strict = (service: string) => (input: unknown) => {
    throw new Error(`not faked: ${service} ${JSON.stringify(input).slice(0, 200)}`);
  };
  dynamo.onAnyCommand().callsFake(strict('DynamoDB'));
  bus.onAnyCommand().callsFake(strict('EventBridge'));
  cloudWatch.onAnyCommand().callsFake(strict('CloudWatch'));

  const fake: FakeAws = {
    ...s3,
    pageSize: 1000,
    items,
    events,
    metrics,
    alarms: [],
    served: {},
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

  cloudWatch.on(GetMetricDataCommand).callsFake(async (input) => {
    await fake.before('GetMetricData', input);
    const MetricDataResults = input.MetricDataQueries.map(
      ({ Id, MetricStat }: { Id: string; MetricStat: { Metric: { MetricName: string } } }) => ({
        Id,
        Values: fake.served[MetricStat.Metric.MetricName] ?? [],
      }),
    );
    return { MetricDataResults };
  });
  cloudWatch.on(DescribeAlarmsCommand).callsFake(async (input) => {
    await fake.before('DescribeAlarms', input);
    if (input.StateValue !== 'ALARM') throw new Error('not faked: alarms in other states');
    const on = fake.alarms.filter(({ name }) => input.AlarmNames.includes(name));
    return {
      MetricAlarms: on.map(({ name, reason, since }) => ({
        AlarmName: name,
        StateReason: reason,
        StateUpdatedTimestamp: new Date(since),
        StateTransitionedTimestamp: new Date(since),
      })),
    };
  });

  logger.setLogLevel('SILENT');
  process.env[ENV.stage] = 'test';
  process.env[ENV.catalogTable] = 'catalog';
  process.env[ENV.eventBus] = 'bus';
  process.env[ENV.ingestStateMachine] = 'arn:aws:states:us-east-1:000000000000:stateMachine:ingest';
  return fake;
}
