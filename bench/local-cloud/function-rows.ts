/** Figures of Lambda, EventBridge and Step Functions, and of the way from an object to what it starts. */

import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createZip } from '../../localstack/lambda/zip.ts';
import type { MeasuredCloud } from './clouds.ts';
import { medianOf, milliseconds } from './measure.ts';
import { rawPerSecond } from './raw-requests.ts';
import { clientOf, type Row } from './row.ts';
import { benchBucket } from './storage-rows.ts';

const ACCOUNT = '000000000000';
const LOOK_MS = 1;

/** A role that the service may assume and that may do everything. */
export async function makeRole(cloud: MeasuredCloud, name: string, service: string): Promise<string> {
  const iam = new IAMClient(clientOf(cloud));
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document(trust) }),
  );
  const all = { Effect: 'Allow', Action: '*', Resource: '*' };
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'all', PolicyDocument: document(all) }),
  );
  return Role!.Arn!;
}

export async function makeFunction(cloud: MeasuredCloud, name: string, code: string): Promise<LambdaClient> {
  const lambda = new LambdaClient(clientOf(cloud));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: await makeRole(cloud, name, 'lambda.amazonaws.com'),
      Runtime: 'nodejs20.x',
      Handler: 'index.handler',
      Timeout: 30,
      Code: { ZipFile: createZip({ 'index.js': code }) },
    }),
  );
  return lambda;
}

const ECHO = 'exports.handler = async (event) => event;';
const ECHO_AND_LOG = 'exports.handler = async (event) => { console.log(event.n); return event; };';

const warmInvoke = (name: string, code: string) => async (cloud: MeasuredCloud) => {
  const lambda = await makeFunction(cloud, name, code);
  const Payload = '{"n":1}';
  const invoke = () => milliseconds(() => lambda.send(new InvokeCommand({ FunctionName: name, Payload })));
  await medianOf(20, invoke);
  return medianOf(100, invoke);
};

async function coldInvoke(cloud: MeasuredCloud): Promise<number> {
  return medianOf(7, async (index) => {
    const lambda = await makeFunction(cloud, `cold-${index}`, ECHO);
    return milliseconds(() => lambda.send(new InvokeCommand({ FunctionName: `cold-${index}` })));
  });
}

const putEvents = (concurrency: number) => async (cloud: MeasuredCloud) => {
  const Entries = Array.from({ length: 10 }, (_, n) => ({
    Source: 'bench',
    DetailType: 'Nobody listens',
    Detail: JSON.stringify({ n }),
  }));
  return rawPerSecond(cloud, 2000, concurrency, () => ({
    service: 'events',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({ Entries }),
  }));
};

/** A bucket that tells EventBridge, and a rule for its keys under `prefix`. */
async function makeRule(cloud: MeasuredCloud, prefix: string, target: { Arn: string; RoleArn?: string }) {
  const s3 = await benchBucket(cloud);
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'bench',
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  const events = new EventBridgeClient(clientOf(cloud));
  const Name = prefix.replace('/', '');
  const detail = { bucket: { name: ['bench'] }, object: { key: [{ prefix }] } };
  const EventPattern = JSON.stringify({ source: ['aws.s3'], 'detail-type': ['Object Created'], detail });
  await events.send(new PutRuleCommand({ Name, EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: '1', ...target }] }));
  return s3;
}

/** The handler tells when it ran: the same clock on this machine, in ms with fractions. */
async function objectToFunction(cloud: MeasuredCloud): Promise<number> {
  const QueueName = 'arrived';
  const sqs = new SQSClient(clientOf(cloud));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const code = `
    const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
    const sqs = new SQSClient({});
    exports.handler = async (event) => {
      const at = performance.timeOrigin + performance.now();
      const body = JSON.stringify({ key: event.detail.object.key, at });
      await sqs.send(new SendMessageCommand({ QueueUrl: '${QueueUrl}', MessageBody: body }));
    };`;
  const lambda = await makeFunction(cloud, 'arrives', code);
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'arrives',
      StatementId: 'events',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    }),
  );
  const Arn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:arrives`;
  const s3 = await makeRule(cloud, 'function/', { Arn });
  const once = async (index: number) => {
    const Key = `function/${index}`;
    const begun = performance.timeOrigin + performance.now();
    await s3.send(new PutObjectCommand({ Bucket: 'bench', Key, Body: 'x' }));
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      const told = Messages.map(({ Body }) => JSON.parse(Body!) as { key: string; at: number });
      const ours = told.find(({ key }) => key === Key);
      if (ours) return ours.at - begun;
    }
  };
  await medianOf(5, (index) => once(-1 - index));
  return medianOf(30, once);
}

async function makeStateMachine(cloud: MeasuredCloud, name: string): Promise<string> {
  const { stateMachineArn = '' } = await new SFNClient(clientOf(cloud)).send(
    new CreateStateMachineCommand({
      name,
      roleArn: await makeRole(cloud, `${name}-states`, 'states.amazonaws.com'),
      definition: JSON.stringify({ StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } }),
    }),
  );
  return stateMachineArn;
}

/** How many of the state machine's executions have succeeded. */
async function succeeded(states: SFNClient, stateMachineArn: string): Promise<number> {
  const { executions = [] } = await states.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED', maxResults: 1000 }),
  );
  return executions.length;
}

/** From one put to the end of the execution that it starts; with `count` puts at once, to the end of all. */
const objectToExecution = (name: string, count: number) => async (cloud: MeasuredCloud) => {
  const stateMachineArn = await makeStateMachine(cloud, name);
  const RoleArn = await makeRole(cloud, `${name}-events`, 'events.amazonaws.com');
  const s3 = await makeRule(cloud, `${name}/`, { Arn: stateMachineArn, RoleArn });
  const states = new SFNClient(clientOf(cloud));
  let before = 0;
  return medianOf(count === 1 ? 15 : 1, async (index) => {
    const expected = before + count;
    before = expected;
    return milliseconds(async () => {
      const keys = Array.from({ length: count }, (_, each) => `${name}/${index}-${each}`);
      await Promise.all(
        keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: 'bench', Key, Body: 'x' }))),
      );
      while ((await succeeded(states, stateMachineArn)) < expected) await sleep(LOOK_MS);
    });
  });
};

const startExecutions = (concurrency: number) => async (cloud: MeasuredCloud) => {
  const stateMachineArn = await makeStateMachine(cloud, `accepts-${concurrency}`);
  return rawPerSecond(cloud, 1500, concurrency, () => ({
    service: 'states',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AWSStepFunctions.StartExecution',
    },
    body: JSON.stringify({ stateMachineArn, input: '{"n":1}' }),
  }));
};

export const FUNCTION_ROWS: readonly Row[] = [
  { name: 'Lambda, cold', unit: 'ms', measure: coldInvoke },
  { name: 'Lambda, warm, silent', unit: 'ms', budget: 3, measure: warmInvoke('silent', ECHO) },
  {
    name: 'Lambda, warm, with a line of log',
    unit: 'ms',
    budget: 3,
    measure: warmInvoke('logs', ECHO_AND_LOG),
  },
  { name: 'PutEvents of 10 entries, one at a time', unit: 'per s', measure: putEvents(1) },
  { name: 'PutEvents of 10 entries, 16 at a time', unit: 'per s', measure: putEvents(16) },
  { name: 'S3 put, rule, function has the event', unit: 'ms', measure: objectToFunction },
  { name: 'S3 put, rule, execution has ended', unit: 'ms', measure: objectToExecution('one', 1) },
  {
    name: 'burst of 200 puts, all executions have ended',
    unit: 'ms',
    measure: objectToExecution('burst', 200),
  },
  { name: 'StartExecution, one at a time', unit: 'per s', measure: startExecutions(1) },
  { name: 'StartExecution, 16 at a time', unit: 'per s', measure: startExecutions(16) },
];
