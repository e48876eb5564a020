/** The CDK CLI with an app of its own, from bootstrap to destroy. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, runCommand, runSuccessfully } from '../../testing/run-command.ts';
import { type RunningCloud, startCloud } from '../../testing/start-cloud.ts';
import { buildApp } from './app.mjs';

const SERVICES =
  'kms ssm s3 ecr dynamodb sqs sns lambda logs cloudwatch events stepfunctions cloudformation cloudcontrol';
const CLI = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));
const POLL_MS = 100;
const WATCH_MS = 100_000;
/** Many times what a command takes on a machine that does nothing else. */
const COMMAND_MS = 100_000;

let running: RunningCloud;
let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  running = await startCloud({ services: SERVICES.split(' ') });
  folder = mkdtempSync(join(tmpdir(), 'conformance-cdk-'));
  const { credentials, region } = running.clientConfig;
  environment = {
    ...process.env,
    AWS_ENDPOINT_URL: running.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // what the CLI keeps between runs belongs to this test alone
    CDK_HOME: folder,
  };
  mkdirSync(join(folder, 'handlers'));
  writeHandlers('first');
  for (const version of ['one', 'two', 'broken']) {
    buildApp({ version, handlers: join(folder, 'handlers'), outdir: join(folder, version) }).synth();
  }
  const looked = { Name: '/conformance/looked-up', Value: 'seen', Type: 'String' } as const;
  await new SSMClient(running.clientConfig).send(new PutParameterCommand(looked));
});

afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The worker's code, and the word that the workflow says. */
function writeHandlers(word: string): void {
  writeFileSync(join(folder, 'handlers/index.js'), `exports.handler = async () => ({ says: '${word}' });\n`);
  writeFileSync(join(folder, 'handlers/say.txt'), word);
}

const command = (args: readonly string[]) => [CLI, ...args, '--no-notices', '--ci'];
const options = () => ({ env: environment, cwd: folder, timeoutMs: COMMAND_MS });

/** Runs the CLI. @throws Error with all that it wrote, when it fails */
const cdk = (...args: readonly string[]): Promise<Ended> =>
  runSuccessfully(process.execPath, command(args), options());

const deployment = (version: string) =>
  ['deploy', '--all', '--app', join(folder, version), '--require-approval', 'never'] as const;

/** Status and outputs of a stack. */
async function stackOf(StackName: string) {
  const client = new CloudFormationClient(running.clientConfig);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  return { status: Stacks[0]?.StackStatus, outputs: Object.fromEntries(outputs) as Record<string, string> };
}

async function workerSays(): Promise<unknown> {
  const { outputs } = await stackOf('conformance-work');
  const client = new LambdaClient(running.clientConfig);
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: outputs.FunctionName }));
  return JSON.parse(Buffer.from(Payload ?? []).toString()).says;
}

async function workflowDefinition(): Promise<string> {
  const { outputs } = await stackOf('conformance-work');
  const client = new SFNClient(running.clientConfig);
  const order = new DescribeStateMachineCommand({ stateMachineArn: outputs.WorkflowArn });
  return (await client.send(order)).definition ?? '';
}

async function written(): Promise<string | undefined> {
  const order = new GetParameterCommand({ Name: '/conformance/written' });
  return (await new SSMClient(running.clientConfig).send(order)).Parameter?.Value;
}

async function visibilityTimeout(QueueUrl: string | undefined): Promise<string | undefined> {
  const order = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] });
  return (await new SQSClient(running.clientConfig).send(order)).Attributes?.VisibilityTimeout;
}

async function topicNames(): Promise<(string | undefined)[]> {
  const { Topics = [] } = await new SNSClient(running.clientConfig).send(new ListTopicsCommand({}));
  return Topics.map(({ TopicArn }) => TopicArn?.split(':').at(-1));
}

test('cdk bootstrap and cdk deploy make the stacks, custom resources of three kinds among them', async () => {
  await cdk('bootstrap', 'aws://000000000000/us-east-1');
  await cdk(...deployment('one'));
  const { status, outputs } = await stackOf('conformance-work');
  expect(status).toBe('CREATE_COMPLETE');
  expect(outputs).toMatchObject({ Answer: 'one after nothing', Written: '1', Looked: 'seen' });
  expect(await written()).toBe('one');
  expect(await workerSays()).toBe('first');
});

test('cdk diff shows the changes, and cdk deploy makes them in place or replaces, keeping the data', async () => {
  const { outputs } = await stackOf('conformance-storage');
  const dynamo = new DynamoDBClient(running.clientConfig);
  const s3 = new S3Client(running.clientConfig);
  const TableName = outputs.TableName;
  const object = { Bucket: outputs.BucketName, Key: 'kept' };
  await dynamo.send(new PutItemCommand({ TableName, Item: { pk: { S: 'kept' }, owner: { S: 'me' } } }));
  await s3.send(new PutObjectCommand({ ...object, Body: 'kept' }));

  const shown = await cdk('diff', '--all', '--app', join(folder, 'two'));
  expect(shown.stdout + shown.stderr).toMatch(/\[~\] AWS::DynamoDB::Table[\s\S]*GlobalSecondaryIndexes/);
  expect(shown.stdout + shown.stderr).toMatch(/AWS::SNS::Topic Topic .* replace/);
  await cdk(...deployment('two'));

  expect((await stackOf('conformance-work')).outputs).toMatchObject({
    Answer: 'two after one',
    Written: '2',
  });
  expect(await visibilityTimeout(outputs.QueueUrl)).toBe('45');
  expect(await topicNames()).toEqual(['conformance-second']);
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
  expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['by-owner']);
  const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: 'kept' } } }));
  expect(Item?.owner?.S).toBe('me');
  const { Body } = await s3.send(new GetObjectCommand(object));
  expect(await Body?.transformToString()).toBe('kept');
});

test('a cdk deploy that fails goes back to the old properties, also of custom resources', async () => {
  const { code, stdout, stderr } = await runCommand(
    process.execPath,
    command(deployment('broken')),
    options(),
  );
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('broken as asked');
  const { status, outputs } = await stackOf('conformance-work');
  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(outputs.Answer).toBe('two after one');
  expect(await written()).toBe('two');
});

test(
  'cdk watch swaps the code of a function and the definition of a state machine in place',
  async () => {
    const client = new CloudFormationClient(running.clientConfig);
    const countEvents = async () => {
      const order = new DescribeStackEventsCommand({ StackName: 'conformance-work' });
      return (await client.send(order)).StackEvents?.length;
    };
    const app = `${process.execPath} ${MAIN} two ${join(folder, 'handlers')}`;
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app, watch: { include: ['handlers/**'] } }));
    const before = await countEvents();
    const watch = spawn(process.execPath, command(['watch', '--all', '--hotswap']), {
      env: environment,
      cwd: folder,
    });
    let output = '';
    for (const stream of [watch.stdout, watch.stderr]) stream.on('data', (text) => (output += String(text)));
    const ended = new Promise((resolve) => watch.once('close', resolve));
    const until = async (isReached: () => boolean | Promise<boolean>) => {
      const giveUpAt = performance.now() + WATCH_MS;
      while (!(await isReached())) {
        if (performance.now() > giveUpAt) throw new Error(`cdk watch does not get on: ${output}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    };
    try {
      // it deploys once at the start, and then waits for changes
      await until(() => output.includes('Deployment time') || /conformance-work.*no changes/s.test(output));
      writeHandlers('second');
      await until(async () => (await workflowDefinition()).includes('second'));
      await until(async () => (await workerSays()) === 'second');
    } finally {
      watch.kill();
      await ended;
    }
    expect(await countEvents()).toBe(before);
  },
  3 * WATCH_MS,
);

test('cdk destroy leaves nothing, not even a bucket with objects', async () => {
  const { outputs } = await stackOf('conformance-storage');
  await cdk('destroy', '--all', '--force', '--app', join(folder, 'two'));
  await expect(stackOf('conformance-storage')).rejects.toThrow(
    'Stack with id conformance-storage does not exist',
  );
  await expect(written()).rejects.toMatchObject({ name: 'ParameterNotFound' });
  const gone = new S3Client(running.clientConfig).send(new HeadBucketCommand({ Bucket: outputs.BucketName }));
  await expect(gone).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  expect(await topicNames()).toEqual([]);
});
