import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import { accessRequests } from './iam.ts';

let running: RunningCloud;
let client: DynamoDBClient;
const dataDirectory = mkdtempSync(join(tmpdir(), 'dynamodb-test-'));
const TableName = 'catalog';

beforeAll(async () => {
  running = await startCloud({ services: ['dynamodb', 'kms'], dataDirectory });
  client = new DynamoDBClient(running.clientConfig);
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      DeletionProtectionEnabled: true,
      SSESpecification: { Enabled: true, SSEType: 'KMS' },
      Tags: [{ Key: 'stage', Value: 'local' }],
    }),
  );
});

afterAll(() => running.stop());

describe('items', () => {
  it('keeps every type of attribute value', async () => {
    const Item = {
      pk: { S: 'types' },
      sk: { S: 'all' },
      number: { N: '1.5' },
      bytes: { B: new Uint8Array([0, 255, 7]) },
      list: { L: [{ B: new Uint8Array([1]) }, { NULL: true }] },
      map: { M: { yes: { BOOL: true }, set: { BS: [new Uint8Array([2])] } } },
    };
    await client.send(new PutItemCommand({ TableName, Item }));
    const { pk, sk } = Item;
    const read = await client.send(new GetItemCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }));
    expect(read.Item).toEqual(Item);
  });

  it('lets one conditional writer win and tells the loser what is there', async () => {
    const put = (owner: string) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { pk: { S: 'lock' }, sk: { S: 'lock' }, owner: { S: owner } },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    const outcomes = await Promise.allSettled([put('a'), put('b')]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]?.reason).toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { pk: { S: 'lock' }, owner: {} },
    });
  });

  it('updates by expression, with reserved words and returned values', async () => {
    const update = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: 'count' }, sk: { S: 'x' } },
      UpdateExpression: 'SET #n = if_not_exists(#n, :zero) + :one ADD #t :set',
      ExpressionAttributeNames: { '#n': 'count', '#t': 'tags' },
      ExpressionAttributeValues: { ':zero': { N: '0' }, ':one': { N: '1' }, ':set': { SS: ['a'] } },
      ReturnValues: 'ALL_NEW',
    });
    await client.send(update);
    const { Attributes } = await client.send(update);
    expect(Attributes).toMatchObject({ count: { N: '2' }, tags: { SS: ['a'] } });
    const bad = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: 'count' }, sk: { S: 'x' } },
      UpdateExpression: 'SET count = :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    await expect(client.send(bad)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('reserved keyword: count'),
    });
  });

  it('queries in order, page by page, with filters and projections', async () => {
    const requests = Array.from({ length: 25 }, (_, i) => ({
      PutRequest: {
        Item: { pk: { S: 'page' }, sk: { S: String(i).padStart(2, '0') }, even: { BOOL: i % 2 === 0 } },
      },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      FilterExpression: 'even = :yes',
      ProjectionExpression: 'sk',
      ExpressionAttributeValues: {
        ':pk': { S: 'page' },
        ':from': { S: '05' },
        ':to': { S: '14' },
        ':yes': { BOOL: true },
      },
      ScanIndexForward: false,
      Limit: 4,
    };
    const first = await client.send(new QueryCommand(query));
    expect(first).toMatchObject({ Items: [{ sk: { S: '14' } }, { sk: { S: '12' } }], ScannedCount: 4 });
    const { LastEvaluatedKey } = first;
    expect(LastEvaluatedKey).toEqual({ pk: { S: 'page' }, sk: { S: '11' } });
    const second = await client.send(new QueryCommand({ ...query, ExclusiveStartKey: LastEvaluatedKey }));
    expect(second.Items).toEqual([{ sk: { S: '10' } }, { sk: { S: '08' } }]);
    const batch = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: [{ pk: { S: 'page' }, sk: { S: '03' } }] } },
      }),
    );
    expect(batch.Responses?.[TableName]).toMatchObject([{ sk: { S: '03' } }]);
  });

  it('cuts a page at 1 MB', async () => {
    const [pk, Value] = ['large', 'x'.repeat(300_000)];
    for (const sk of ['1', '2', '3', '4', '5']) {
      const Item = { pk: { S: pk }, sk: { S: sk }, Value: { S: Value } };
      await client.send(new PutItemCommand({ TableName, Item }));
    }
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: pk } } };
    const first = await client.send(new QueryCommand({ TableName, ...query }));
    expect(first.Items?.length).toBeLessThan(5);
    expect(first.LastEvaluatedKey).toEqual({ pk: { S: pk }, sk: first.Items?.at(-1)?.sk });
    const { LastEvaluatedKey } = first;
    const second = await client.send(
      new QueryCommand({ TableName, ...query, ExclusiveStartKey: LastEvaluatedKey }),
    );
    expect((first.Count ?? 0) + (second.Count ?? 0)).toBe(5);
    expect(second.LastEvaluatedKey).toBeUndefined();
  });

  it('refuses streams and other members that it would not honour', async () => {
    const create = new CreateTableCommand({
      TableName: 'streamed',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    await expect(client.send(create)).rejects.toMatchObject({ name: 'NotImplementedByLocalCloud' });
    const update = new UpdateTableCommand({ TableName, WarmThroughput: { ReadUnitsPerSecond: 12_000 } });
    await expect(client.send(update)).rejects.toMatchObject({
      message: 'not implemented by the local cloud: dynamodb UpdateTable WarmThroughput',
    });
  });
});

describe('tables', () => {
  it('is active at once, and described with what it was made with', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: true,
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
    });
    expect(Table?.CreationDateTime).toBeInstanceOf(Date);
    const tags = await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    expect(tags.Tags).toEqual([{ Key: 'stage', Value: 'local' }]);
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([TableName]);
    await expect(client.send(new DescribeTableCommand({ TableName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('stores time to live and recovery', async () => {
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
    expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      PointInTimeRecoveryStatus: 'ENABLED',
    });
  });

  it('adds an index to a table with items, and removes it', async () => {
    const update = await client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'by-owner',
              KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          },
        ],
      }),
    );
    expect(update.TableDescription?.GlobalSecondaryIndexes).toMatchObject([{ IndexStatus: 'ACTIVE' }]);
    const query = (owner: string) =>
      client.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-owner',
          KeyConditionExpression: '#o = :o',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':o': { S: owner } },
        }),
      );
    const Item = { pk: { S: 'later' }, sk: { S: 'x' }, owner: { S: 'c' } };
    await client.send(new PutItemCommand({ TableName, Item }));
    expect((await query('c')).Items).toEqual([Item]);
    const existing = await client.send(
      new GetItemCommand({ TableName, Key: { pk: { S: 'lock' }, sk: { S: 'lock' } } }),
    );
    expect((await query(existing.Item?.owner?.S ?? '')).Items).toEqual([existing.Item]);
    const GlobalSecondaryIndexUpdates = [{ Delete: { IndexName: 'by-owner' } }];
    await client.send(new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates }));
    await expect(query('c')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is still there after a restart, and goes only when unprotected', async () => {
    client.destroy();
    await running.stop();
    running = await startCloud({ services: ['dynamodb', 'kms'], dataDirectory });
    client = new DynamoDBClient(running.clientConfig);
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'page' } } };
    expect((await client.send(new QueryCommand({ TableName, ...query }))).Count).toBe(25);
    await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await client.send(new DeleteTableCommand({ TableName }));
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
  });
});

it('asks for permissions on tables, indexes and every table of a batch', () => {
  const arn = (name: string) => `arn:${name}`;
  expect(accessRequests('Query', { TableName: 't', IndexName: 'i' }, arn)).toEqual([
    { action: 'dynamodb:Query', resource: 'arn:t/index/i' },
  ]);
  const RequestItems = { a: {}, 'arn:aws:dynamodb:us-east-1:000000000000:table/b': {} };
  expect(accessRequests('BatchWriteItem', { RequestItems }, arn)).toEqual([
    { action: 'dynamodb:BatchWriteItem', resource: 'arn:a' },
    { action: 'dynamodb:BatchWriteItem', resource: 'arn:b' },
  ]);
  const TransactItems = [{ Put: { TableName: 'a' } }, { ConditionCheck: { TableName: 'b' } }];
  expect(accessRequests('TransactWriteItems', { TransactItems }, arn)).toEqual([
    { action: 'dynamodb:PutItem', resource: 'arn:a' },
    { action: 'dynamodb:ConditionCheckItem', resource: 'arn:b' },
  ]);
});
