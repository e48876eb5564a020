/** Where outcomes of asynchronous invocations go, with the services themselves and enforced permissions. */
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { createZip } from './zip.ts';

const ACCOUNT = 'us-east-1:000000000000';
const SOURCE =
  'exports.handler = async (event) => { if (event.fail) throw new TypeError("no"); return { got: event } }';

let running: RunningCloud;
let lambda: LambdaClient;
let sqs: SQSClient;
let queueUrl: string;
let queueArn: string;

beforeAll(async () => {
  running = await startCloud({ services: ['lambda', 'logs', 'cloudwatch', 'sqs', 'sns', 'events'] });
  lambda = new LambdaClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
  queueArn = `arn:aws:sqs:${ACCOUNT}:outcomes`;
  const open = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: queueArn };
  const Attributes = { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [open] }) };
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'outcomes', Attributes }))).QueueUrl!;
  await makeRole('talker', ['sqs:SendMessage', 'sns:Publish', 'lambda:InvokeFunction', 'events:PutEvents']);
  await makeRole('mute', ['logs:CreateLogStream']);
});
afterAll(() => running.stop());

async function makeRole(RoleName: string, Action: string[]): Promise<void> {
  const iam = new IAMClient(running.clientConfig);
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Statement: [trust] }) }),
  );
  const Statement = [{ Effect: 'Allow', Action: [...Action, 'logs:*'], Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
}

async function makeFunction(
  FunctionName: string,
  destinations: { OnSuccess?: { Destination: string }; OnFailure?: { Destination: string } },
  more: { role?: string; deadLetters?: string } = {},
): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::000000000000:role/${more.role ?? 'talker'}`,
      Code: { ZipFile: createZip({ 'index.js': SOURCE }) },
      ...(more.deadLetters && { DeadLetterConfig: { TargetArn: more.deadLetters } }),
    }),
  );
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 0,
      DestinationConfig: destinations,
    }),
  );
}

async function invoke(FunctionName: string, event: object): Promise<void> {
  await lambda.send(
    new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }),
  );
  await running.cloud.clock.advanceTo(running.cloud.clock.now());
}

async function outcomes() {
  const input = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

/** As recorded from AWS: localstack/localstack, tests/aws/services/lambda_/test_lambda_destinations.snapshot.json */
const recordOf = (name: string, event: object) => ({
  version: '1.0',
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  requestContext: {
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    functionArn: `arn:aws:lambda:${ACCOUNT}:function:${name}:$LATEST`,
    condition: 'Success',
    approximateInvokeCount: 1,
  },
  requestPayload: event,
  responseContext: { statusCode: 200, executedVersion: '$LATEST' },
  responsePayload: { got: event },
});

describe('the record of an outcome', () => {
  test('reaches a queue', async () => {
    await makeFunction('to-queue', { OnSuccess: { Destination: queueArn } });
    await invoke('to-queue', { n: 1 });
    expect(JSON.parse((await outcomes())[0]!.Body!)).toEqual(recordOf('to-queue', { n: 1 }));
  });

  test('reaches a topic', async () => {
    const sns = new SNSClient(running.clientConfig);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'outcomes' }));
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn, Attributes }));
    await makeFunction('to-topic', { OnSuccess: { Destination: TopicArn! } });
    await invoke('to-topic', { n: 2 });
    expect(JSON.parse((await outcomes())[0]!.Body!)).toEqual(recordOf('to-topic', { n: 2 }));
  });

  test('reaches another function, as its event', async () => {
    await makeFunction('next', { OnSuccess: { Destination: queueArn } });
    await makeFunction('to-function', {
      OnSuccess: { Destination: `arn:aws:lambda:${ACCOUNT}:function:next` },
    });
    await invoke('to-function', { n: 3 });
    const { requestPayload } = JSON.parse((await outcomes())[0]!.Body!);
    expect(requestPayload).toEqual(recordOf('to-function', { n: 3 }));
  });

  test('reaches a bus, as the detail of an event', async () => {
    const events = new EventBridgeClient(running.clientConfig);
    const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: 'outcomes' }));
    const EventPattern = '{"source":["lambda"]}';
    await events.send(new PutRuleCommand({ Name: 'all', EventBusName: 'outcomes', EventPattern }));
    const Targets = [{ Id: 'q', Arn: queueArn }];
    await events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'outcomes', Targets }));
    await makeFunction('to-bus', { OnSuccess: { Destination: EventBusArn! } });
    await invoke('to-bus', { n: 4 });
    expect(JSON.parse((await outcomes())[0]!.Body!)).toMatchObject({
      account: '000000000000',
      'detail-type': 'Lambda Function Invocation Result - Success',
      source: 'lambda',
      resources: [EventBusArn, `arn:aws:lambda:${ACCOUNT}:function:to-bus:$LATEST`],
      detail: recordOf('to-bus', { n: 4 }),
    });
  });
});

test('a failure is told with what the function said, and the event itself goes to the dead letters', async () => {
  await makeFunction('fails', { OnFailure: { Destination: queueArn } }, { deadLetters: queueArn });
  await invoke('fails', { fail: true });
  const [letter, record] = await outcomes();
  expect(letter).toMatchObject({
    Body: '{"fail":true}',
    MessageAttributes: {
      RequestID: { DataType: 'String', StringValue: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: 'no' },
    },
  });
  expect(JSON.parse(record!.Body!)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
    responseContext: { functionError: 'Unhandled' },
    responsePayload: { errorType: 'TypeError', errorMessage: 'no', trace: expect.any(Array) },
  });
});

describe('refusal', () => {
  test("of destinations and dead letters that the function's role may not write to", async () => {
    await expect(
      makeFunction('mute', { OnSuccess: { Destination: queueArn } }, { role: 'mute' }),
    ).rejects.toThrow("The function's execution role does not have permissions to call SendMessage on SQS");
    await expect(makeFunction('mute-too', {}, { role: 'mute', deadLetters: queueArn })).rejects.toThrow(
      'The provided execution role does not have permissions to call SendMessage on SQS',
    );
  });

  /** Recorded from AWS: test_lambda_api.snapshot.json, test_lambda_eventinvokeconfig_exceptions */
  test.each([
    [
      `arn:aws:lambda:${ACCOUNT}:function:doesnotexist`,
      `The destination ARN arn:aws:lambda:${ACCOUNT}:function:doesnotexist is invalid.`,
    ],
    [
      `arn:aws:lambda:${ACCOUNT}:function:self`,
      "You can't specify the function as a destination for itself.",
    ],
    [
      `arn:aws:iam:${ACCOUNT}:function:self`,
      `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:iam:${ACCOUNT}:function:self), onFailure=null) is invalid.`,
    ],
  ])('of the destination %s', async (Destination, message) => {
    await makeFunction('self', {}).catch(() => {});
    const input = { FunctionName: 'self', DestinationConfig: { OnSuccess: { Destination } } };
    await expect(lambda.send(new PutFunctionEventInvokeConfigCommand(input))).rejects.toThrow(message);
  });
});
