/** A project's bucket and the catalog's table in a local cloud of the test's own, as the command line sees them. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Connection } from '../../console/client/connect.ts';
import { PROJECTS_PK, projectPk } from '../../lambdas/shared/catalog-items.ts';
import { Names } from '../../lambdas/shared/names.ts';
import { startCloud } from '../../localstack/testing/start-cloud.ts';

export const PROJECT = 'flights';

export interface CloudConnection {
  readonly connection: Connection;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  putItem(sk: string, item: object): Promise<void>;
  putObject(key: string, body: string | Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** @param more services beside S3, DynamoDB and KMS. */
export async function startCloudConnection(more: readonly string[] = []): Promise<CloudConnection> {
  const running = await startCloud({ services: ['s3', 'dynamodb', 'kms', ...more] });
  const config = running.clientConfig;
  const names = new Names('local', { account: '000000000000', region: 'us-east-1' });
  const dynamo = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(dynamo);
  const s3 = new S3Client(config);
  const bucket = names.dataBucket(PROJECT);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await dynamo.send(
    new CreateTableCommand({
      TableName: names.catalog(),
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  // as a deploy lists its projects
  const listed = { pk: PROJECTS_PK, sk: PROJECT };
  await documents.send(new PutCommand({ TableName: names.catalog(), Item: listed }));
  return {
    endpoint: running.endpoint,
    connection: {
      stage: 'local',
      project: PROJECT,
      names,
      bucket,
      account: '000000000000',
      region: 'us-east-1',
      identity: 'arn:aws:iam::000000000000:root',
      s3,
      documents,
      events: new EventBridgeClient(config),
      cloudWatch: new CloudWatchClient(config),
      logs: new CloudWatchLogsClient(config),
      sagemaker: new SageMakerClient(config),
      runtime: new SageMakerRuntimeClient(config),
      stepFunctions: new SFNClient(config),
      lambda: new LambdaClient(config),
    },
    async putItem(sk, item) {
      await documents.send(
        new PutCommand({ TableName: names.catalog(), Item: { ...item, pk: projectPk(PROJECT), sk } }),
      );
    },
    async putObject(key, body) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(body) }));
    },
    async stop() {
      s3.destroy();
      dynamo.destroy();
      await running.stop();
    },
  };
}
