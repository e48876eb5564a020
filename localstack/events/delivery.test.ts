import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import type { Service } from '../core/service.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const ACCOUNT = '000000000000';
const FUNCTION_ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:broken`;

/** A Lambda whose only function answers with what the test says. */
function brokenLambda(): Service & { attempts: number[]; fail: () => AwsError; now: () => number } {
  return {
    name: 'lambda',
    attempts: [],
    now: () => 0,
    fail: () => new AwsError('ServiceException', 'out of order', { status: 500 }),
    operations: {
      Invoke() {
        lambda.attempts.push(lambda.now());
        throw lambda.fail();
      },
    },
    authorize: () => [],
  };
}
const lambda = brokenLambda();

let running: RunningCloud;
let events: EventBridgeClient;
let sqs: SQSClient;
let count = 0;

beforeAll(async () => {
  running = await startCloud({ services: ['events', 'sqs', 'cloudwatch'], factories: [() => lambda] });
  events = new EventBridgeClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
  lambda.now = () => running.cloud.clock.now();
});
afterAll(() => running.stop());
beforeEach(() => {
  lambda.attempts = [];
  lambda.fail = () => new AwsError('ServiceException', 'out of order', { status: 500 });
  count += 1;
});

async function makeQueue(name: string, isOpen = true): Promise<{ url: string; arn: string }> {
  const arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
      Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:events:us-east-1:${ACCOUNT}:rule/*` } },
    },
  });
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, ...(isOpen && { Attributes: { Policy } }) }),
  );
  return { url: QueueUrl!, arn };
}

async function putRule(
  target: object,
  EventBusName = 'default',
  pattern: object = { source: [`test.${count}`] },
) {
  const Name = `rule-${count}`;
  await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify(pattern) }));
  await events.send(
    new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: 't', Arn: '', ...target }] }),
  );
}

function putEvent(entry: object = {}) {
  const Entries = [{ Source: `test.${count}`, DetailType: 'Test', Detail: '{"a":{"b":1}}', ...entry }];
  return events.send(new PutEventsCommand({ Entries }));
}

async function receive(url: string): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
  );
  return Messages;
}
const step = (seconds: number) => running.cloud.clock.advanceTo(running.cloud.clock.now() + seconds * 1000);

describe('a rule with a queue', () => {
  test('delivers the event with the time that the sender gave', async () => {
    const queue = await makeQueue(`plain-${count}`);
    await putRule({ Arn: queue.arn });
    await putEvent({ Time: new Date('2026-01-02T03:04:05.678Z'), Resources: ['r'] });
    await step(0);
    const [message] = await receive(queue.url);
    expect(JSON.parse(message!.Body!)).toMatchObject({
      version: '0',
      'detail-type': 'Test',
      source: `test.${count}`,
      account: ACCOUNT,
      time: '2026-01-02T03:04:05Z',
      region: 'us-east-1',
      resources: ['r'],
      detail: { a: { b: 1 } },
    });
  });

  test('sends what the queue refuses to the dead letters at once', async () => {
    const closed = await makeQueue(`closed-${count}`, false);
    const deadLetters = await makeQueue(`closed-dlq-${count}`);
    await putRule({ Arn: closed.arn, DeadLetterConfig: { Arn: deadLetters.arn } });
    await putEvent();
    await step(0);
    expect(await receive(closed.url)).toEqual([]);
    const [letter] = await receive(deadLetters.url);
    expect(letter?.MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
    expect(letter?.MessageAttributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });
});

describe('a rule with a failing function', () => {
  test('retries with growing pauses, then writes a dead letter', async () => {
    const deadLetters = await makeQueue(`retry-dlq-${count}`);
    await putRule({
      Arn: FUNCTION_ARN,
      RetryPolicy: { MaximumRetryAttempts: 3 },
      DeadLetterConfig: { Arn: deadLetters.arn },
    });
    await putEvent();
    await step(60);
    const pauses = lambda.attempts
      .slice(1)
      .map((at, index) => Math.round((at - lambda.attempts[index]!) / 1000));
    expect(pauses).toEqual([1, 2, 4]);
    const [letter] = await receive(deadLetters.url);
    expect(JSON.parse(letter!.Body!)).toMatchObject({ 'detail-type': 'Test', detail: { a: { b: 1 } } });
    const attributes = Object.entries(letter!.MessageAttributes!).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      RULE_ARN: `arn:aws:events:us-east-1:${ACCOUNT}:rule/rule-${count}`,
      TARGET_ARN: FUNCTION_ARN,
      ERROR_CODE: 'INTERNAL_ERROR',
      ERROR_MESSAGE: 'out of order',
      RETRY_ATTEMPTS: '3',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    });
  });

  test('gives up when the event is too old', async () => {
    const deadLetters = await makeQueue(`age-dlq-${count}`);
    await putRule({
      Arn: FUNCTION_ARN,
      RetryPolicy: { MaximumEventAgeInSeconds: 60 },
      DeadLetterConfig: { Arn: deadLetters.arn },
    });
    await putEvent();
    await step(120);
    const [letter] = await receive(deadLetters.url);
    expect(letter?.MessageAttributes?.EXHAUSTED_RETRY_CONDITION?.StringValue).toBe(
      'MaximumEventAgeInSeconds',
    );
    // 1 + 2 + 4 + 8 + 16 = 31 s fit into a minute, 32 s more do not
    expect(letter?.MessageAttributes?.RETRY_ATTEMPTS?.StringValue).toBe('5');
  });
});

describe('PutEvents', () => {
  test.each<[string, object, string]>([
    ['a source of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
    ['a detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
    ['no detail type', { DetailType: '' }, 'InvalidArgument'],
  ])('fails the entry for %s', async (_name, entry, code) => {
    const output = await putEvent(entry);
    expect(output.FailedEntryCount).toBe(1);
    expect(output.Entries?.[0]?.ErrorCode).toBe(code);
  });

  test('refuses more than 1 MB', async () => {
    const Detail = JSON.stringify({ text: 'x'.repeat(1_048_576) });
    await expect(putEvent({ Detail })).rejects.toThrow(
      'Total size of the entries in the request is over the limit.',
    );
  });
});

test('a bus forwards to another bus under a role, and not further', async () => {
  const iam = new IAMClient(running.clientConfig);
  const trust = {
    Statement: { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' },
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'forward', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: 'second' }));
  const allow = { Statement: { Effect: 'Allow', Action: 'events:PutEvents', Resource: EventBusArn } };
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'forward', PolicyName: 'p', PolicyDocument: JSON.stringify(allow) }),
  );
  const queue = await makeQueue('forwarded');
  await putRule({ Arn: EventBusArn, RoleArn: Role!.Arn });
  await putRule({ Arn: queue.arn }, 'second');
  await putEvent();
  await step(0);
  expect(await receive(queue.url)).toHaveLength(1);
});

test('an archive keeps matching events and replays them', async () => {
  const source = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
  const EventPattern = JSON.stringify({ source: [`test.${count}`] });
  const { ArchiveArn } = await events.send(
    new CreateArchiveCommand({ ArchiveName: 'kept', EventSourceArn: source, EventPattern }),
  );
  await putEvent();
  await putEvent({ Source: 'other' });
  const queue = await makeQueue('replayed');
  await putRule({ Arn: queue.arn });
  await events.send(
    new StartReplayCommand({
      ReplayName: 'again',
      EventSourceArn: ArchiveArn,
      EventStartTime: new Date(running.cloud.clock.now() - 60_000),
      EventEndTime: new Date(running.cloud.clock.now() + 60_000),
      Destination: { Arn: source },
    }),
  );
  await step(2);
  expect(await events.send(new DescribeReplayCommand({ ReplayName: 'again' }))).toMatchObject({
    State: 'COMPLETED',
  });
  const messages = await receive(queue.url);
  expect(messages.map(({ Body }) => JSON.parse(Body!))).toMatchObject([
    { 'replay-name': 'again', detail: { a: { b: 1 } } },
  ]);
});

test('a scheduled rule fires on the clock', async () => {
  const queue = await makeQueue('scheduled');
  await events.send(new PutRuleCommand({ Name: 'hourly', ScheduleExpression: 'rate(1 hour)' }));
  await events.send(new PutTargetsCommand({ Rule: 'hourly', Targets: [{ Id: 't', Arn: queue.arn }] }));
  await step(2 * 3600 + 1);
  const messages = await receive(queue.url);
  expect(messages.map(({ Body }) => JSON.parse(Body!)['detail-type'])).toEqual([
    'Scheduled Event',
    'Scheduled Event',
  ]);
});

test('a target of a kind that is not there is refused by name', async () => {
  await expect(putRule({ Arn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s` })).rejects.toThrow(
    'not implemented by the local cloud: EventBridge target arn:aws:kinesis',
  );
});
