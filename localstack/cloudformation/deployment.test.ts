/** CloudFormation with the real services, through the SDK over HTTP. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Capability,
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalCloud } from '../cloud.ts';
import { type RunningServer, startServer } from '../server.ts';
import { loadServices } from '../services.ts';

const SERVICES = [
  'iam',
  'sts',
  'kms',
  'ssm',
  's3',
  'ecr',
  'dynamodb',
  'sqs',
  'lambda',
  'logs',
  'cloudwatch',
  'cloudformation',
];
const CAPABILITIES: Capability[] = ['CAPABILITY_NAMED_IAM'];
const POLL_MS = 10;

const directory = mkdtempSync(join(tmpdir(), 'cloudformation-'));
let server: RunningServer;
let settings: object;
let cloudFormation: CloudFormationClient;

beforeAll(async () => {
  const cloud = createLocalCloud({ dataDirectory: directory, factories: await loadServices(SERVICES) });
  server = await startServer({ cloud, port: 0 });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials };
  cloudFormation = new CloudFormationClient(settings);
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function settled(StackName: string): Promise<Stack> {
  for (;;) {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const stack = Stacks?.[0] as Stack;
    if (!stack.StackStatus?.endsWith('_IN_PROGRESS')) return stack;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function create(StackName: string, TemplateBody: string): Promise<Stack> {
  const input = { StackName, TemplateBody, Capabilities: CAPABILITIES };
  const { StackId } = await cloudFormation.send(new CreateStackCommand(input));
  return settled(StackId ?? '');
}

async function update(StackName: string, template: object): Promise<Stack> {
  const input = { StackName, TemplateBody: JSON.stringify(template), Capabilities: CAPABILITIES };
  const { StackId } = await cloudFormation.send(new UpdateStackCommand(input));
  return settled(StackId ?? '');
}

describe('stacks on the real services', () => {
  test("CDK's own bootstrap template is created, with its bucket as it says", async () => {
    const cdk = createRequire(import.meta.url).resolve('aws-cdk/package.json');
    const template = join(dirname(cdk), 'lib/api/bootstrap/bootstrap-template.yaml');
    // CreateStack takes 51,200 bytes; the CLI sends the template without its comments too
    const body = readFileSync(template, 'utf8').replaceAll(/^\s*#.*\n/gm, '');
    const stack = await create('CDKToolkit', body);
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    const Bucket = 'cdk-hnb659fds-assets-000000000000-us-east-1';
    const s3 = new S3Client(settings);
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
        ?.SSEAlgorithm,
    ).toBe('aws:kms');
    const lifecycle = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(lifecycle.Rules?.map(({ ID }) => ID)).toEqual([
      'CleanupOldVersions',
      'AbortIncompleteMultipartUploads',
    ]);
  });

  test('a table keeps its rows when an update adds an index, and when an update fails', async () => {
    const table = (indexed: boolean, ttl: boolean) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'rows',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          ...(indexed ? [{ AttributeName: 'other', AttributeType: 'S' }] : []),
        ],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        ...(indexed && {
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by-other',
              KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        }),
        ...(ttl && { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } }),
      },
    });
    const dynamo = new DynamoDBClient(settings);
    const row = async () => {
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'rows', Key: { pk: { S: 'a' } } }));
      return Item?.value?.S;
    };
    const first = await create('data', JSON.stringify({ Resources: { Table: table(false, false) } }));
    expect(first.StackStatus).toBe('CREATE_COMPLETE');
    await dynamo.send(
      new PutItemCommand({ TableName: 'rows', Item: { pk: { S: 'a' }, value: { S: 'kept' } } }),
    );

    expect((await update('data', { Resources: { Table: table(true, false) } })).StackStatus).toBe(
      'UPDATE_COMPLETE',
    );
    expect(await row()).toBe('kept');

    const policy = {
      Type: 'AWS::S3::BucketPolicy',
      DependsOn: 'Table',
      Properties: { Bucket: 'absent', PolicyDocument: {} },
    };
    const failed = await update('data', { Resources: { Table: table(true, true), Policy: policy } });
    expect(failed.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await row()).toBe('kept');
  });

  test('a custom resource is answered by a function over HTTP', async () => {
    const code = `
      exports.handler = async (event) => {
        const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'answer', Data: { Sum: String(Number(event.ResourceProperties.A) + 1) } });
        await fetch(event.ResponseURL, { method: 'PUT', body });
      };`;
    const trust = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    };
    const stack = await create(
      'custom',
      JSON.stringify({
        Resources: {
          Role: {
            Type: 'AWS::IAM::Role',
            Properties: {
              AssumeRolePolicyDocument: trust,
              ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
            },
          },
          Function: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Code: { ZipFile: code },
              Handler: 'index.handler',
              Runtime: 'nodejs22.x',
              Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            },
          },
          Answer: {
            Type: 'Custom::Answer',
            Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, A: 41 },
          },
        },
        Outputs: { Sum: { Value: { 'Fn::GetAtt': ['Answer', 'Sum'] } } },
      }),
    );
    expect([stack.StackStatus, stack.Outputs?.[0]?.OutputValue]).toEqual(['CREATE_COMPLETE', '42']);
    await cloudFormation.send(new DeleteStackCommand({ StackName: stack.StackId }));
    expect((await settled(stack.StackId ?? '')).StackStatus).toBe('DELETE_COMPLETE');
  });
});
