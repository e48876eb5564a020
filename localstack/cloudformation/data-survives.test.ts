/** What lies in resources survives updates of them, and updates that fail, with the real services. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetAliasCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const SERVICES = 'kms ssm s3 dynamodb sqs sns lambda logs cloudwatch cloudformation';
const StackName = 'data';
const POLL_MS = 10;

let running: RunningCloud;
let client: CloudFormationClient;
beforeAll(async () => {
  running = await startCloud({ services: SERVICES.split(' ') });
  client = new CloudFormationClient(running.clientConfig);
});
afterAll(() => running.stop());

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const ref = (logicalId: string) => ({ Ref: logicalId });
const allow = (Service: string, Action: string, extra: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action, ...extra }],
});

/** A stack whose every resource has a setting that depends on `seconds`; `isBroken` adds one that cannot be made. */
function template(seconds: number, isBroken = false): string {
  const Description = `${seconds} seconds`;
  return JSON.stringify({
    Resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          Tags: [{ Key: 'seconds', Value: seconds }],
          DeletionProtectionEnabled: seconds === 20,
        },
      },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          LifecycleConfiguration: { Rules: [{ Id: 'r', Status: 'Enabled', ExpirationInDays: seconds }] },
        },
      },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: seconds } },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [ref('Queue')],
          PolicyDocument: allow('sns.amazonaws.com', 'sqs:SendMessage', { Resource: arn('Queue') }),
        },
      },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: Description } },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: ref('Topic'),
          Protocol: 'sqs',
          Endpoint: arn('Queue'),
          RawMessageDelivery: seconds === 20,
        },
      },
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: seconds === 20 ? 30 : 7 } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: allow('lambda.amazonaws.com', 'sts:AssumeRole'),
          Description,
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { ZipFile: `exports.handler = async () => ${seconds};` },
          Handler: 'index.handler',
          Runtime: 'nodejs22.x',
          Role: arn('Role'),
          Timeout: seconds,
        },
      },
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Function') } },
      Alias: {
        Type: 'AWS::Lambda::Alias',
        Properties: {
          FunctionName: ref('Function'),
          FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
          Name: 'live',
          Description,
        },
      },
      ...(isBroken && {
        Broken: {
          Type: 'AWS::S3::BucketPolicy',
          DependsOn: ['Table', 'Bucket', 'Subscription', 'Log', 'Alias', 'QueuePolicy'],
          Properties: { Bucket: 'not-there', PolicyDocument: {} },
        },
      }),
    },
  });
}

async function settled(): Promise<string | undefined> {
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    const status = Stacks?.[0]?.StackStatus;
    if (!status?.endsWith('_IN_PROGRESS')) return status;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function update(TemplateBody: string): Promise<string | undefined> {
  await client.send(new UpdateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
  return settled();
}

async function physicalIds(): Promise<Record<string, string>> {
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }));
  return Object.fromEntries(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
}

/** Puts something into everything that can hold it. */
async function fill(ids: Record<string, string>): Promise<void> {
  const { clientConfig } = running;
  const Item = { pk: { S: 'kept' } };
  await new DynamoDBClient(clientConfig).send(new PutItemCommand({ TableName: ids.Table, Item }));
  const object = { Bucket: ids.Bucket, Key: 'kept', Body: 'kept' };
  await new S3Client(clientConfig).send(new PutObjectCommand(object));
  const message = { QueueUrl: ids.Queue, MessageBody: 'kept' };
  await new SQSClient(clientConfig).send(new SendMessageCommand(message));
  const logs = new CloudWatchLogsClient(clientConfig);
  const stream = { logGroupName: ids.Log, logStreamName: 'kept' };
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = [{ timestamp: Date.now(), message: 'kept' }];
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
}

/** What is in the resources now; a message that is received comes back at once. */
async function contents(ids: Record<string, string>) {
  const { clientConfig } = running;
  const key = { TableName: ids.Table, Key: { pk: { S: 'kept' } } };
  const { Item } = await new DynamoDBClient(clientConfig).send(new GetItemCommand(key));
  const s3 = new S3Client(clientConfig);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: ids.Bucket, Key: 'kept' }));
  const sqs = new SQSClient(clientConfig);
  const receive = { QueueUrl: ids.Queue, VisibilityTimeout: 0 };
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
  const stream = { logGroupName: ids.Log, logStreamName: 'kept' };
  const { events = [] } = await new CloudWatchLogsClient(clientConfig).send(new GetLogEventsCommand(stream));
  const subscriptions = await new SNSClient(clientConfig).send(
    new ListSubscriptionsByTopicCommand({ TopicArn: ids.Topic }),
  );
  const live = { FunctionName: ids.Function, Name: 'live' };
  const { FunctionVersion } = await new LambdaClient(clientConfig).send(new GetAliasCommand(live));
  return {
    item: Item?.pk?.S,
    object: await Body?.transformToString(),
    messages: Messages.map(({ Body }) => Body),
    events: events.map(({ message }) => message),
    subscriptions: subscriptions.Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn),
    liveVersion: FunctionVersion,
  };
}

/** The settings that the template derives from its seconds, as the services have them. */
async function settings(ids: Record<string, string>) {
  const { clientConfig } = running;
  const tableOrder = new DescribeTableCommand({ TableName: ids.Table });
  const { Table } = await new DynamoDBClient(clientConfig).send(tableOrder);
  const queueOrder = { QueueUrl: ids.Queue, AttributeNames: ['VisibilityTimeout', 'Policy'] as const };
  const { Attributes } = await new SQSClient(clientConfig).send(
    new GetQueueAttributesCommand({ ...queueOrder, AttributeNames: [...queueOrder.AttributeNames] }),
  );
  const topicOrder = new GetTopicAttributesCommand({ TopicArn: ids.Topic });
  const topic = await new SNSClient(clientConfig).send(topicOrder);
  const logOrder = new DescribeLogGroupsCommand({ logGroupNamePrefix: ids.Log });
  const { logGroups } = await new CloudWatchLogsClient(clientConfig).send(logOrder);
  const functionOrder = new GetFunctionConfigurationCommand({ FunctionName: ids.Function });
  const { Timeout, CodeSha256 } = await new LambdaClient(clientConfig).send(functionOrder);
  return {
    isProtected: Table?.DeletionProtectionEnabled,
    visibility: Attributes?.VisibilityTimeout,
    hasPolicy: Attributes?.Policy?.includes('sns.amazonaws.com'),
    display: topic.Attributes?.DisplayName,
    retention: logGroups?.[0]?.retentionInDays,
    timeout: Timeout,
    code: CodeSha256,
  };
}

test('data, versions and subscriptions survive an update in place and one that is rolled back', async () => {
  const TemplateBody = template(10);
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
  expect(await settled()).toBe('CREATE_COMPLETE');
  const ids = await physicalIds();
  await fill(ids);
  const filled = await contents(ids);
  expect(filled).toMatchObject({
    item: 'kept',
    object: 'kept',
    messages: ['kept'],
    events: ['kept'],
    liveVersion: '1',
  });
  expect(filled.subscriptions).toEqual([ids.Subscription]);

  expect(await update(template(20))).toBe('UPDATE_COMPLETE');
  expect(await physicalIds()).toEqual(ids);
  expect(await contents(ids)).toEqual(filled);
  const updated = await settings(ids);
  expect(updated).toMatchObject({
    isProtected: true,
    visibility: '20',
    hasPolicy: true,
    display: '20 seconds',
    retention: 30,
    timeout: 20,
  });

  expect(await update(template(30, true))).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await physicalIds()).toEqual(ids);
  expect(await contents(ids)).toEqual(filled);
  expect(await settings(ids)).toEqual(updated);
});
