/** Every kind of target that is gone leaves a dead letter; faults deliver twice and in another order. */
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const HERE = 'us-east-1:000000000000';
let running: RunningCloud;
let events: EventBridgeClient;
let sqs: SQSClient;

beforeAll(async () => {
  running = await startCloud({
    services: ['events', 'sqs', 'sns', 'lambda', 'logs', 'stepfunctions', 'cloudwatch', 's3', 'kms'],
  });
  events = new EventBridgeClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
  const statement = (rest: object) => JSON.stringify({ Statement: { Effect: 'Allow', ...rest } });
  const iam = new IAMClient(running.clientConfig);
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'rules',
      AssumeRolePolicyDocument: statement({
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'rules',
      PolicyName: 'all',
      PolicyDocument: statement({ Action: '*', Resource: '*' }),
    }),
  );
});
afterAll(() => running.stop());

async function makeQueue(name: string): Promise<{ url: string; arn: string }> {
  const arn = `arn:aws:sqs:${HERE}:${name}`;
  const Policy = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
    },
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  return { url: QueueUrl!, arn };
}
async function receive(url: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}
async function putRule(name: string, target: object): Promise<void> {
  const EventPattern = JSON.stringify({ source: [name] });
  await events.send(new PutRuleCommand({ Name: name, EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 't', Arn: '', ...target }] }));
}
function putEvents(Source: string, numbers: readonly number[]) {
  const Entries = numbers.map((n) => ({ Source, DetailType: 'Test', Detail: JSON.stringify({ n }) }));
  return events.send(new PutEventsCommand({ Entries }));
}
const step = (seconds: number) => running.cloud.clock.advanceTo(running.cloud.clock.now() + seconds * 1000);

describe('a target that is not there', () => {
  // which of the two codes AWS gives for what is absent is not documented
  test.each<[string, string]>([
    ['function', `arn:aws:lambda:${HERE}:function:none`],
    ['state machine', `arn:aws:states:${HERE}:stateMachine:none`],
    ['queue', `arn:aws:sqs:${HERE}:none`],
    ['topic', `arn:aws:sns:${HERE}:none`],
    ['log group', `arn:aws:logs:${HERE}:log-group:/aws/events/none`],
    ['bus', `arn:aws:events:${HERE}:event-bus/none`],
  ])('%s', async (kind, Arn) => {
    const name = kind.replace(' ', '-');
    const letters = await makeQueue(`letters-${name}`);
    const RoleArn = 'arn:aws:iam::000000000000:role/rules';
    await putRule(name, { Arn, RoleArn, DeadLetterConfig: { Arn: letters.arn } });
    await putEvents(name, [1]);
    await step(1);
    const [letter] = await receive(letters.url);
    expect(JSON.parse(letter!.Body!)).toMatchObject({ source: name, detail: { n: 1 } });
    expect(letter?.MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: `arn:aws:events:${HERE}:rule/${name}` },
      TARGET_ARN: { StringValue: Arn },
      ERROR_CODE: { StringValue: expect.stringMatching(/^NO_(RESOURCE|PERMISSIONS)$/) },
      ERROR_MESSAGE: { StringValue: expect.stringMatching(/./) },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
  });
});

describe('at least once', () => {
  const sent = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  async function deliverWithFaults(name: string, seed: number): Promise<number[]> {
    const queue = await makeQueue(name);
    await putRule(name, { Arn: queue.arn });
    running.cloud.faults.add({ service: 'events', probability: 0.5, duplicate: 1, reorder: 30, seed });
    await putEvents(name, sent);
    await step(60);
    running.cloud.faults.clear();
    const messages = await receive(queue.url);
    return messages.map(({ Body }) => (JSON.parse(Body!) as { detail: { n: number } }).detail.n);
  }

  test('some events come twice and out of order, none is lost', async () => {
    const received = await deliverWithFaults('twice', 7);
    expect(received.length).toBeGreaterThan(sent.length);
    expect([...new Set(received)].sort((a, b) => a - b)).toEqual(sent);
    expect(received).not.toEqual(received.toSorted((a, b) => a - b));
  });

  test('the same seed strikes the same events', async () => {
    const count = (numbers: number[]) => sent.map((n) => numbers.filter((each) => each === n).length);
    const first = await deliverWithFaults('seeded-1', 42);
    const second = await deliverWithFaults('seeded-2', 42);
    expect(count(second)).toEqual(count(first));
  });

  test('without faults each comes once, in order', async () => {
    const queue = await makeQueue('plain');
    await putRule('plain', { Arn: queue.arn });
    await putEvents('plain', sent);
    await step(1);
    const messages = await receive(queue.url);
    expect(messages.map(({ Body }) => JSON.parse(Body!).detail.n)).toEqual(sent);
  });
});
