import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  AssociateKmsKeyCommand,
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

let running: RunningCloud;
let logs: CloudWatchLogsClient;
let count = 0;
let group = '';

beforeAll(async () => {
  running = await startCloud({ services: ['logs', 'cloudwatch', 'kms'] });
  logs = new CloudWatchLogsClient(running.clientConfig);
});
afterAll(() => running.stop());
beforeEach(async () => {
  count += 1;
  group = `/test/group-${count}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: 's' }));
});

const now = () => running.cloud.clock.now();
function put(messages: readonly string[], logStreamName = 's') {
  const logEvents = messages.map((message, index) => ({ message, timestamp: now() + index }));
  return logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName, logEvents }));
}
const messagesOf = (events: readonly { message?: string | undefined }[] | undefined) =>
  (events ?? []).map(({ message }) => message);

describe('GetLogEvents', () => {
  test('pages forwards from the head', async () => {
    await put(['a', 'b', 'c']);
    const input = { logGroupName: group, logStreamName: 's', startFromHead: true, limit: 2 };
    const first = await logs.send(new GetLogEventsCommand(input));
    expect(messagesOf(first.events)).toEqual(['a', 'b']);
    const second = await logs.send(new GetLogEventsCommand({ ...input, nextToken: first.nextForwardToken }));
    expect(messagesOf(second.events)).toEqual(['c']);
    const end = await logs.send(new GetLogEventsCommand({ ...input, nextToken: second.nextForwardToken }));
    // the same token again says that this is the end
    expect(end).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
  });

  test('gives the newest by default and pages backwards', async () => {
    await put(['a', 'b', 'c']);
    const input = { logGroupName: group, logStreamName: 's', limit: 2 };
    const newest = await logs.send(new GetLogEventsCommand(input));
    expect(messagesOf(newest.events)).toEqual(['b', 'c']);
    const older = await logs.send(new GetLogEventsCommand({ ...input, nextToken: newest.nextBackwardToken }));
    expect(messagesOf(older.events)).toEqual(['a']);
  });

  test('leaves out what is past the retention', async () => {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 1 }));
    await put(['old']);
    await running.cloud.clock.advanceTo(now() + 25 * 3_600_000);
    await put(['new']);
    const { events } = await logs.send(new GetLogEventsCommand({ logGroupName: group, logStreamName: 's' }));
    expect(messagesOf(events)).toEqual(['new']);
  });
});

describe('FilterLogEvents', () => {
  test.each<[string, string[]]>([
    [
      '',
      [
        '{"level":"INFO","ms":5}',
        '{"level":"ERROR","ms":50,"a":{"b":[true]}}',
        'ERROR in plain text',
        'WARN text',
      ],
    ],
    ['ERROR', ['{"level":"ERROR","ms":50,"a":{"b":[true]}}', 'ERROR in plain text']],
    ['ERROR -plain', ['{"level":"ERROR","ms":50,"a":{"b":[true]}}']],
    ['"plain text"', ['ERROR in plain text']],
    ['?WARN ?INFO', ['{"level":"INFO","ms":5}', 'WARN text']],
    ['{ $.level = "ERROR" }', ['{"level":"ERROR","ms":50,"a":{"b":[true]}}']],
    ['{ $.level = "*O*" && $.ms < 10 }', ['{"level":"INFO","ms":5}']],
    [
      '{ ($.ms >= 50) || ($.ms = 5) }',
      ['{"level":"INFO","ms":5}', '{"level":"ERROR","ms":50,"a":{"b":[true]}}'],
    ],
    ['{ $.a NOT EXISTS }', ['{"level":"INFO","ms":5}']],
    ['{ $.a.b[0] IS TRUE }', ['{"level":"ERROR","ms":50,"a":{"b":[true]}}']],
  ])('with %s', async (filterPattern, expected) => {
    await put([
      '{"level":"INFO","ms":5}',
      '{"level":"ERROR","ms":50,"a":{"b":[true]}}',
      'ERROR in plain text',
      'WARN text',
    ]);
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: group, filterPattern }));
    expect(messagesOf(events)).toEqual(expected);
  });

  test('merges streams by time, in pages', async () => {
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: 't' }));
    await put(['a']);
    await running.cloud.clock.advanceTo(now() + 1000);
    await put(['b'], 't');
    await running.cloud.clock.advanceTo(now() + 1000);
    await put(['c']);
    const first = await logs.send(new FilterLogEventsCommand({ logGroupName: group, limit: 2 }));
    expect(messagesOf(first.events)).toEqual(['a', 'b']);
    const { nextToken } = first;
    const rest = await logs.send(new FilterLogEventsCommand({ logGroupName: group, limit: 2, nextToken }));
    expect(messagesOf(rest.events)).toEqual(['c']);
  });
});

describe('metrics', () => {
  async function sumOf(Namespace: string, MetricName: string, Dimensions: { Name: string; Value: string }[]) {
    const { Datapoints } = await new CloudWatchClient(running.clientConfig).send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName,
        Dimensions,
        StartTime: new Date(now() - 300_000),
        EndTime: new Date(now() + 300_000),
        Period: 600,
        Statistics: ['Sum', 'SampleCount'],
      }),
    );
    return Datapoints!.reduce((total, { Sum = 0 }) => total + Sum, 0);
  }

  test('come out of the embedded metric format, for each set of dimensions', async () => {
    const event = {
      _aws: {
        Timestamp: now(),
        CloudWatchMetrics: [
          {
            Namespace: 'Emf',
            Dimensions: [['service'], ['service', 'model']],
            Metrics: [
              { Name: 'rows', Unit: 'Count' },
              { Name: 'times', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      service: 'datasets',
      model: 'A',
      rows: 7,
      times: [1, 2, 3],
    };
    await put([
      JSON.stringify(event),
      '{"_aws":{"CloudWatchMetrics":"broken"}}',
      'no JSON, CloudWatchMetrics',
    ]);
    await running.cloud.clock.advanceTo(now());
    expect(await sumOf('Emf', 'rows', [{ Name: 'service', Value: 'datasets' }])).toBe(7);
    const both = [
      { Name: 'service', Value: 'datasets' },
      { Name: 'model', Value: 'A' },
    ];
    expect(await sumOf('Emf', 'times', both)).toBe(6);
    expect(await sumOf('Emf', 'rows', [])).toBe(0);
  });

  test('come out of metric filters', async () => {
    await logs.send(
      new PutMetricFilterCommand({
        logGroupName: group,
        filterName: 'slow',
        filterPattern: '{ $.ms > 10 }',
        metricTransformations: [
          { metricName: `slow-${count}`, metricNamespace: 'Filters', metricValue: '$.ms' },
        ],
      }),
    );
    await put(['{"ms":5}', '{"ms":50}', '{"ms":20}']);
    await running.cloud.clock.advanceTo(now());
    expect(await sumOf('Filters', `slow-${count}`, [])).toBe(70);
  });
});

test('describes groups and streams', async () => {
  await put(['x']);
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
  expect(logGroups).toMatchObject([
    { logGroupName: group, arn: `arn:aws:logs:us-east-1:000000000000:log-group:${group}:*` },
  ]);
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: group }));
  expect(logStreams).toMatchObject([{ logStreamName: 's', lastEventTimestamp: expect.any(Number) }]);
});

test('a key is taken only if its policy lets CloudWatch Logs use it for this group', async () => {
  const kms = new KMSClient(running.clientConfig);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const kmsKeyId = KeyMetadata!.Arn!;
  const associate = () => logs.send(new AssociateKmsKeyCommand({ logGroupName: group, kmsKeyId }));
  await expect(associate()).rejects.toThrow('is not allowed to be used with Arn');
  const arn = `arn:aws:logs:us-east-1:000000000000:log-group:${group}`;
  const statement = (Principal: object, Condition?: object) => ({
    Effect: 'Allow',
    Principal,
    Action: 'kms:*',
    Resource: '*',
    ...(Condition && { Condition }),
  });
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      statement({ AWS: 'arn:aws:iam::000000000000:root' }),
      statement(
        { Service: 'logs.us-east-1.amazonaws.com' },
        { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': arn } },
      ),
    ],
  });
  await kms.send(new PutKeyPolicyCommand({ KeyId: kmsKeyId, Policy }));
  await expect.poll(associate, { timeout: 5000 }).toBeDefined();
});

describe('refusal', () => {
  test('of events that are not in order', async () => {
    const logEvents = [
      { message: 'b', timestamp: now() },
      { message: 'a', timestamp: now() - 10 },
    ];
    await expect(
      logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: 's', logEvents })),
    ).rejects.toThrow('must be in chronological order');
  });
  test('of what is too old, event by event', async () => {
    const logEvents = [{ message: 'old', timestamp: now() - 15 * 86_400_000 }];
    const output = await logs.send(
      new PutLogEventsCommand({ logGroupName: group, logStreamName: 's', logEvents }),
    );
    expect(output.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
  });
  test('of Logs Insights, by name', async () => {
    const query = { logGroupName: group, queryString: 'fields @message', startTime: 0, endTime: 1 };
    await expect(logs.send(new StartQueryCommand(query))).rejects.toThrow(
      'not implemented by the local cloud',
    );
  });
});
