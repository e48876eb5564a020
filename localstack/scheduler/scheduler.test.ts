import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  type CreateScheduleInput,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import type { Service } from '../core/service.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const ROLE = 'arn:aws:iam::000000000000:role/scheduler';
const GROUP = 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/default';

/** A Lambda that notes when it was invoked and with what, and fails as often as it is told. */
const invocations: { at: string; payload: string }[] = [];
let failures = 0;
const lambda: Service = {
  name: 'lambda',
  operations: {
    Invoke({ Payload }: { Payload: Buffer }) {
      invocations.push({
        at: running.cloud.clock.date().toISOString().slice(0, 16),
        payload: Payload.toString(),
      });
      failures -= 1;
      if (failures >= 0) throw new AwsError('ServiceException', 'out of order', { status: 500 });
      return {};
    },
  },
  authorize: (_operation, { FunctionName }: { FunctionName: string }) => [
    { action: 'lambda:InvokeFunction', resource: FunctionName },
  ],
};
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

let running: RunningCloud;
let scheduler: SchedulerClient;
let sqs: SQSClient;
let count = 0;

beforeAll(async () => {
  running = await startCloud({ services: ['scheduler', 'sqs', 'cloudwatch'], factories: [() => lambda] });
  scheduler = new SchedulerClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
  const iam = new IAMClient(running.clientConfig);
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'scheduler.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceArn': GROUP, 'aws:SourceAccount': '000000000000' } },
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new CreateRoleCommand({ RoleName: 'scheduler', AssumeRolePolicyDocument }));
  const allow = { Effect: 'Allow', Action: ['lambda:InvokeFunction', 'sqs:*'], Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: allow });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'scheduler', PolicyName: 'p', PolicyDocument }));
});
afterAll(() => running.stop());
beforeEach(() => {
  count += 1;
  invocations.length = 0;
  failures = 0;
});

function create(settings: Partial<CreateScheduleInput> = {}, target: object = {}) {
  return scheduler.send(
    new CreateScheduleCommand({
      Name: `schedule-${count}`,
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '{}', ...target },
      ...settings,
    }),
  );
}
const until = (iso: string) => running.cloud.clock.advanceTo(Date.parse(iso));
const step = (hours: number) => running.cloud.clock.advanceTo(running.cloud.clock.now() + hours * 3_600_000);
async function disable(Name = `schedule-${count}`): Promise<void> {
  const {
    $metadata: _,
    Arn: __,
    CreationDate: ___,
    LastModificationDate: ____,
    ...schedule
  } = await scheduler.send(new GetScheduleCommand({ Name }));
  await scheduler.send(
    new UpdateScheduleCommand({ ...(schedule as CreateScheduleInput), State: 'DISABLED' }),
  );
}

test('a rate begins at once and goes on', async () => {
  await create();
  await step(2.5);
  await disable();
  await step(2);
  expect(invocations).toHaveLength(3);
});

test('cron follows the time zone through the change to summer time', async () => {
  // far enough ahead that the clock has not passed it: Berlin changes on 28 March 2027
  await until('2027-03-26T12:00:00Z');
  await create({ ScheduleExpression: 'cron(0 9 * * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' });
  await until('2027-03-29T12:00:00Z');
  await disable();
  expect(invocations.map(({ at }) => at)).toEqual([
    '2027-03-27T08:00',
    '2027-03-28T07:00',
    '2027-03-29T07:00',
  ]);
});

test('a one-time schedule is deleted after its invocation', async () => {
  const at = new Date(running.cloud.clock.now() + 3_600_000).toISOString().slice(0, 19);
  await create({ ScheduleExpression: `at(${at})`, ActionAfterCompletion: 'DELETE' });
  await step(2);
  expect(invocations).toHaveLength(1);
  await expect(scheduler.send(new GetScheduleCommand({ Name: `schedule-${count}` }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Schedule schedule-${count} does not exist.`,
  });
});

test('dates bound a rate', async () => {
  const now = running.cloud.clock.now();
  await create({ StartDate: new Date(now + 3_600_000), EndDate: new Date(now + 3.5 * 3_600_000) });
  await step(6);
  expect(invocations).toHaveLength(3);
});

test('a flexible window delays within its minutes', async () => {
  const start = Math.ceil(running.cloud.clock.now() / 3_600_000) * 3_600_000;
  const at = new Date(start).toISOString().slice(0, 19);
  await create({
    ScheduleExpression: `at(${at})`,
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
  });
  await step(2);
  const delayMinutes = (Date.parse(`${invocations[0]!.at}:00Z`) - start) / 60_000;
  expect(delayMinutes).toBeGreaterThanOrEqual(0);
  expect(delayMinutes).toBeLessThanOrEqual(30);
});

test('placeholders are filled; without input there is an event', async () => {
  const Input =
    '{"s":"<aws.scheduler.schedule-arn>","n":<aws.scheduler.attempt-number>,"t":"<aws.scheduler.scheduled-time>"}';
  const start = new Date(Math.ceil(running.cloud.clock.now() / 60_000) * 60_000 + 60_000)
    .toISOString()
    .slice(0, 19);
  await create({ ScheduleExpression: `at(${start})` }, { Input });
  await create({ ScheduleExpression: `at(${start})`, Name: 'without' }, { Input: undefined });
  await step(1);
  const payloads = invocations.map(({ payload }) => JSON.parse(payload));
  expect(payloads).toContainEqual({
    s: `arn:aws:scheduler:us-east-1:000000000000:schedule/default/schedule-${count}`,
    n: 1,
    t: `${start}Z`,
  });
  expect(payloads).toContainEqual(
    expect.objectContaining({ source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' }),
  );
});

async function makeQueue(name: string): Promise<{ url: string; arn: string }> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return { url: QueueUrl!, arn: `arn:aws:sqs:us-east-1:000000000000:${name}` };
}
const soon = () => `at(${new Date(running.cloud.clock.now() + 60_000).toISOString().slice(0, 19)})`;

test('at least once: a fault invokes twice', async () => {
  running.cloud.faults.add({ service: 'scheduler', duplicate: 1, times: 1 });
  await create();
  await step(1.5);
  await disable();
  running.cloud.faults.clear();
  // at once, twice; after an hour, once
  expect(invocations).toHaveLength(3);
});

describe('a failing target', () => {
  test('is tried again', async () => {
    failures = 2;
    await create({ ScheduleExpression: soon() });
    await step(1);
    expect(invocations).toHaveLength(3);
  });

  test('ends in the dead letters', async () => {
    failures = 9;
    const queue = await makeQueue('letters');
    await create(
      { ScheduleExpression: soon() },
      { Input: '{"a":1}', RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: queue.arn } },
    );
    await step(1);
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, MessageAttributeNames: ['All'] }),
    );
    expect(Messages).toMatchObject([
      {
        Body: '{"a":1}',
        MessageAttributes: {
          TARGET_ARN: { StringValue: FUNCTION },
          ERROR_CODE: { StringValue: 'ServiceException' },
          RETRY_ATTEMPTS: { StringValue: '2' },
          EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
          IS_PAYLOAD_TRUNCATED: { StringValue: 'false' },
        },
      },
    ]);
  });
});

test('a group takes its schedules with it', async () => {
  await scheduler.send(new CreateScheduleGroupCommand({ Name: 'short-lived' }));
  // the role trusts the default group only, and says so
  await expect(create({ GroupName: 'short-lived' })).rejects.toThrow(
    'must allow AWS EventBridge Scheduler to assume the role',
  );
  await scheduler.send(new DeleteScheduleGroupCommand({ Name: 'short-lived' }));
  await expect(scheduler.send(new ListSchedulesCommand({ GroupName: 'short-lived' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

describe('refusal', () => {
  test.each(['cron(0 1 * * * *)', 'rate(1 minutes)', 'at(2021-12-31)', 'rate(10 seconds)'])(
    'of %s',
    async (expression) => {
      await expect(create({ ScheduleExpression: expression })).rejects.toThrow(
        `Invalid Schedule Expression ${expression}.`,
      );
    },
  );
  test('of a second schedule of the same name', async () => {
    await create({ State: 'DISABLED' });
    await expect(create()).rejects.toMatchObject({ name: 'ConflictException' });
  });
  test('of targets that are not there, by name', async () => {
    for (const Arn of [
      'arn:aws:ecs:us-east-1:000000000000:cluster/c',
      'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
    ]) {
      await expect(create({}, { Arn })).rejects.toThrow(
        `not implemented by the local cloud: scheduler target ${Arn}`,
      );
    }
  });
});
