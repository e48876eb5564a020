import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { only } from './testing.ts';

let running: RunningCloud;
let states: SFNClient;
let sqs: SQSClient;
let queueUrl: string;

async function createRole(name: string, service: string, actions: readonly string[]): Promise<string> {
  const iam = new IAMClient(running.clientConfig);
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  if (actions.length > 0) {
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'work',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
        }),
      }),
    );
  }
  return String(Role?.Arn);
}

async function start(name: string, roleArn: string, definition: object): Promise<string> {
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({
      name,
      roleArn,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    }),
  );
  const started = await states.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }));
  return String(started.executionArn);
}

async function untilEnded(executionArn: string): Promise<DescribeExecutionOutput> {
  await running.cloud.clock.advanceTo(running.cloud.clock.now() + 60_000);
  return states.send(new DescribeExecutionCommand({ executionArn }));
}

beforeAll(async () => {
  running = await startCloud({ services: ['stepfunctions', 'sqs', 'cloudwatch'] });
  states = new SFNClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
  queueUrl = String((await sqs.send(new CreateQueueCommand({ QueueName: 'work' }))).QueueUrl);
});

afterAll(() => running.stop());

describe('Step Functions over the wire', () => {
  const sendMessage = (suffix = '') =>
    only({
      Type: 'Task',
      Resource: `arn:aws:states:::sqs:sendMessage${suffix}`,
      Arguments: {
        QueueUrl: queueUrl,
        MessageBody: { n: '{% $states.input.n %}', token: suffix ? '{% $states.context.Task.Token %}' : '' },
      },
    });

  test('a role with the permission sends a message and hears back', async () => {
    const role = await createRole('sender', 'states.amazonaws.com', ['sqs:SendMessage']);
    const arn = await start('send', role, sendMessage('.waitForTaskToken'));
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 5 }),
    );
    const body = JSON.parse(String(Messages?.[0]?.Body)) as { n: number; token: string };
    expect(body.n).toBe(1);
    await states.send(new SendTaskSuccessCommand({ taskToken: body.token, output: '"heard"' }));
    expect(await untilEnded(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"heard"' });
    const { events = [] } = await states.send(new GetExecutionHistoryCommand({ executionArn: arn }));
    expect(events.map(({ id, type }) => [id, type]).slice(-2)).toEqual([
      [7, 'TaskStateExited'],
      [8, 'ExecutionSucceeded'],
    ]);
    expect(events[0]?.timestamp).toBeInstanceOf(Date);
  });

  test('a role without the permission fails the task', async () => {
    const role = await createRole('nobody', 'states.amazonaws.com', []);
    const ended = await untilEnded(await start('denied', role, sendMessage()));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SQS.AmazonSQSException' });
    expect(ended.cause).toContain('is not authorized to perform: sqs:sendmessage');
  });

  test('a role that Step Functions may not assume, or that may not make managed rules, is refused', async () => {
    const lambdaRole = await createRole('of-lambda', 'lambda.amazonaws.com', []);
    await expect(start('wrong-trust', lambdaRole, sendMessage())).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is authorized to assume the provided role.'),
    });
    const role = await createRole('no-rules', 'states.amazonaws.com', ['sagemaker:*']);
    const tuning = only({
      Type: 'Task',
      Resource: 'arn:aws:states:::sagemaker:createTransformJob.sync',
      Arguments: '{% $states.input %}',
    });
    await expect(start('no-rules', role, tuning)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `'${role}' is not authorized to create managed-rule.`,
    });
  });

  test('a long wait passes with the clock, and another is stopped', async () => {
    const role = await createRole('waiter', 'states.amazonaws.com', []);
    expect((await untilEnded(await start('short', role, only({ Type: 'Wait', Seconds: 30 })))).status).toBe(
      'SUCCEEDED',
    );
    const arn = await start('long', role, only({ Type: 'Wait', Seconds: 90_000 }));
    expect((await untilEnded(arn)).status).toBe('RUNNING');
    const { stopDate } = await states.send(new StopExecutionCommand({ executionArn: arn }));
    expect(stopDate).toBeInstanceOf(Date);
    expect((await untilEnded(arn)).status).toBe('ABORTED');
  });

  test('an InvalidDefinition arrives as such', async () => {
    await expect(
      start('bad', 'arn:aws:iam::000000000000:role/x', only({ Type: 'Jump' })),
    ).rejects.toMatchObject({
      name: 'InvalidDefinition',
    });
  });
});
