import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const MINUTE_MS = 60_000;
let running: RunningCloud;
let cloudWatch: CloudWatchClient;
let sqs: SQSClient;
let count = 0;

beforeAll(async () => {
  running = await startCloud({ services: ['cloudwatch', 'events', 'sns', 'sqs'] });
  cloudWatch = new CloudWatchClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
});
afterAll(() => running.stop());
beforeEach(async () => {
  count += 1;
  // every test begins just after a minute
  const { clock } = running.cloud;
  await clock.advanceTo(Math.ceil(clock.now() / MINUTE_MS) * MINUTE_MS + 1000);
});

function putAlarm(settings: Partial<PutMetricAlarmInput> = {}) {
  return cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: `alarm-${count}`,
      Namespace: 'Test',
      MetricName: `m${count}`,
      Dimensions: [{ Name: 'Model', Value: 'A' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      ...settings,
    }),
  );
}
function putData(Value: number, model = 'A') {
  const datum = {
    MetricName: `m${count}`,
    Dimensions: [{ Name: 'Model', Value: model }],
    Value,
    Timestamp: running.cloud.clock.date(),
  };
  return cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData: [datum] }));
}
const step = (minutes: number) =>
  running.cloud.clock.advanceTo(running.cloud.clock.now() + minutes * MINUTE_MS);
async function alarm(name = `alarm-${count}`) {
  const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  return MetricAlarms![0]!;
}

describe('a metric alarm', () => {
  test('looks at its own dimensions only', async () => {
    await putAlarm();
    await putData(5, 'B');
    await step(2);
    expect((await alarm()).StateValue).toBe('INSUFFICIENT_DATA');
    await putData(3, 'A');
    await step(1);
    expect(await alarm()).toMatchObject({
      StateValue: 'ALARM',
      StateReason: expect.stringMatching(
        /^Threshold Crossed: 1 datapoint \[3\.0 \(\d\d\/\d\d\/\d\d \d\d:\d\d:00\)\] was greater than the threshold \(0\.0\)\.$/,
      ),
    });
  });

  test('needs M out of N', async () => {
    await putAlarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    for (const [value, state] of [
      [5, 'INSUFFICIENT_DATA'],
      [0, 'OK'],
      [5, 'ALARM'],
      [0, 'OK'],
      [0, 'OK'],
    ] as const) {
      await putData(value);
      await step(1);
      expect((await alarm()).StateValue).toBe(state);
    }
  });

  test.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['ignore', 'ALARM'],
  ])('whose data ends and is treated as %s becomes %s', async (TreatMissingData, state) => {
    await putAlarm({ TreatMissingData });
    await putData(5);
    await step(1);
    expect((await alarm()).StateValue).toBe('ALARM');
    await step(5);
    expect((await alarm()).StateValue).toBe(state);
  });

  test('watches an expression', async () => {
    const Metric = {
      Namespace: 'Test',
      MetricName: `m${count}`,
      Dimensions: [{ Name: 'Model', Value: 'A' }],
    };
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `alarm-${count}`,
        Metrics: [
          { Id: 'e1', Expression: 'IF(m1 > 2, 1, 0)', Label: 'high', ReturnData: true },
          { Id: 'm1', MetricStat: { Metric, Period: 60, Stat: 'Maximum' }, ReturnData: false },
        ],
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      }),
    );
    await putData(2);
    await step(1);
    expect((await alarm()).StateValue).toBe('OK');
    await putData(3);
    await step(1);
    expect((await alarm()).StateValue).toBe('ALARM');
  });

  test('keeps its history', async () => {
    await putAlarm();
    await putData(1);
    await step(1);
    const { AlarmHistoryItems } = await cloudWatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName: `alarm-${count}` }),
    );
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      `Alarm "alarm-${count}" created`,
    ]);
  });
});

async function openQueue(QueueName: string, service: string): Promise<{ url: string; arn: string }> {
  const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sqs:SendMessage',
    Resource: arn,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }));
  return { url: QueueUrl!, arn };
}
async function receiveJson(QueueUrl: string) {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => JSON.parse(Body!));
}

test('a change of state is an event of the shape that AWS sends, and a notification', async () => {
  const queue = await openQueue('alarm-events', 'events.amazonaws.com');
  const events = new EventBridgeClient(running.clientConfig);
  const EventPattern = JSON.stringify({
    source: ['aws.cloudwatch'],
    detail: { alarmName: [`alarm-${count}`] },
  });
  await events.send(new PutRuleCommand({ Name: 'alarms', EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: 'alarms', Targets: [{ Id: 't', Arn: queue.arn }] }));
  const notified = await openQueue('alarm-notifications', 'sns.amazonaws.com');
  const sns = new SNSClient(running.clientConfig);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: notified.arn }));
  await putAlarm({ AlarmDescription: 'too many', AlarmActions: [TopicArn!] });
  await putData(3);
  await step(1);

  const [event] = await receiveJson(queue.url);
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  expect(event).toMatchObject({
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    resources: [`arn:aws:cloudwatch:us-east-1:000000000000:alarm:alarm-${count}`],
  });
  expect(event.detail).toEqual({
    alarmName: `alarm-${count}`,
    state: {
      value: 'ALARM',
      reason: expect.stringContaining('Threshold Crossed'),
      reasonData: expect.any(String),
      timestamp: time,
    },
    previousState: {
      value: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      timestamp: time,
    },
    configuration: {
      description: 'too many',
      metrics: [
        {
          id: expect.any(String),
          metricStat: {
            metric: { namespace: 'Test', name: `m${count}`, dimensions: { Model: 'A' } },
            period: 60,
            stat: 'Sum',
          },
          returnData: true,
        },
      ],
    },
  });
  expect(JSON.parse(event.detail.state.reasonData)).toMatchObject({
    version: '1.0',
    queryDate: time,
    startDate: time,
    statistic: 'Sum',
    period: 60,
    recentDatapoints: [3],
    threshold: 0,
    evaluatedDatapoints: [{ timestamp: time, sampleCount: 1, value: 3 }],
  });

  const [envelope] = await receiveJson(notified.url);
  expect(envelope.Subject).toBe(`ALARM: "alarm-${count}" in US East (N. Virginia)`);
  expect(JSON.parse(envelope.Message)).toMatchObject({
    NewStateValue: 'ALARM',
    OldStateValue: 'INSUFFICIENT_DATA',
    Trigger: { Statistic: 'SUM', Dimensions: [{ name: 'Model', value: 'A' }] },
  });
});

test('a composite alarm follows its children', async () => {
  const [first, second, both] = ['first', 'second', 'both'].map((name) => `${name}-${count}`) as [
    string,
    string,
    string,
  ];
  await putAlarm({ AlarmName: first });
  await putAlarm({ AlarmName: second });
  const AlarmRule = `ALARM("${first}") AND NOT (OK(${second}) OR FALSE)`;
  await cloudWatch.send(new PutCompositeAlarmCommand({ AlarmName: both, AlarmRule }));
  const set = (AlarmName: string, StateValue: 'OK' | 'ALARM') =>
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'test' }));
  const describeBoth = async () => {
    const input = { AlarmNames: [both], AlarmTypes: ['CompositeAlarm' as const] };
    return (await cloudWatch.send(new DescribeAlarmsCommand(input))).CompositeAlarms![0]!;
  };
  expect((await describeBoth()).StateValue).toBe('OK');
  await set(first, 'ALARM');
  expect(await describeBoth()).toMatchObject({
    StateValue: 'ALARM',
    StateReason: expect.stringMatching(
      /:alarm:first-\d+ transitioned to ALARM at \w+day \d\d \w+, \d{4} \d\d:\d\d:\d\d UTC$/,
    ),
  });
  await set(second, 'OK');
  expect((await describeBoth()).StateValue).toBe('OK');
});

test('a dead letter raises an alarm by the metrics of its queue', async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'letters' }));
  await putAlarm({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'letters' }],
    Statistic: 'Maximum',
    TreatMissingData: 'notBreaching',
  });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'dead' }));
  await step(2);
  expect((await alarm()).StateValue).toBe('ALARM');
});

test('a month of minutes passes and leaves a quiet alarm OK', async () => {
  await putAlarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2, TreatMissingData: 'notBreaching' });
  await putData(1);
  await step(30 * 24 * 60);
  expect((await alarm()).StateValue).toBe('OK');
});
