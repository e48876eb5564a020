import {
  CreateTableCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const TableName = 'plain';
let running: RunningCloud;
let client: DynamoDBClient;

beforeAll(async () => {
  running = await startCloud({ services: ['dynamodb'] });
  client = new DynamoDBClient(running.clientConfig);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  );
});

afterAll(() => running.stop());

it('refuses members of indexes and pages of tags that it would not honour', async () => {
  const refused = { name: 'NotImplementedByLocalCloud' };
  const index = {
    IndexName: 'warm',
    KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'ALL' as const },
    WarmThroughput: { ReadUnitsPerSecond: 12_000 },
  };
  const create = new CreateTableCommand({
    TableName: 'warm',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [index],
  });
  await expect(client.send(create)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('GlobalSecondaryIndexes.WarmThroughput'),
  });
  const update = new UpdateTableCommand({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'sk', AttributeType: 'S' }],
    GlobalSecondaryIndexUpdates: [{ Create: index }],
  });
  await expect(client.send(update)).rejects.toMatchObject(refused);
  const ResourceArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
  const next = new ListTagsOfResourceCommand({ ResourceArn, NextToken: 'x' });
  await expect(client.send(next)).rejects.toMatchObject(refused);
});
