/** Transactions and time to live: writes that are decided together, and items that end on the cloud's clock. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const TableName = 'accounts';
const MINUTE_MS = 60_000;
const dataDirectory = mkdtempSync(join(tmpdir(), 'transactions-'));
let running: RunningCloud;
let client: DynamoDBClient;

async function start(): Promise<void> {
  running = await startCloud({ services: ['dynamodb'], dataDirectory });
  client = new DynamoDBClient(running.clientConfig);
}

beforeAll(async () => {
  await start();
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'owner', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-owner',
          KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
});

afterAll(() => running.stop());

const key = (pk: string) => ({ TableName, Key: { pk: { S: pk } } });
const read = async (pk: string): Promise<Record<string, AttributeValue> | undefined> =>
  (await client.send(new GetItemCommand(key(pk)))).Item;
const put = (pk: string, more: Record<string, AttributeValue> = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk }, ...more } }));
const transact = (TransactItems: TransactWriteItemsCommandInput['TransactItems'], token?: string) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems,
      ...(token === undefined ? {} : { ClientRequestToken: token }),
    }),
  );
const addOne = (pk: string) => ({
  Update: {
    ...key(pk),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});

describe('TransactWriteItems', () => {
  it('writes all, indexes too', async () => {
    await put('old');
    await transact([
      { Put: { TableName, Item: { pk: { S: 'new' }, owner: { S: 'ann' } } } },
      addOne('counter'),
      { Delete: key('old') },
      { ConditionCheck: { ...key('none'), ConditionExpression: 'attribute_not_exists(pk)' } },
    ]);
    expect(await read('new')).toMatchObject({ owner: { S: 'ann' } });
    expect(await read('counter')).toMatchObject({ n: { N: '1' } });
    expect(await read('old')).toBeUndefined();
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-owner',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': { S: 'ann' } },
      }),
    );
    expect(Items).toMatchObject([{ pk: { S: 'new' } }]);
  });

  it('writes nothing when one condition fails, and gives the reason of each', async () => {
    await put('taken', { owner: { S: 'bob' } });
    const refused = transact([
      { Put: { TableName, Item: { pk: { S: 'beside' } } } },
      {
        Put: {
          TableName,
          Item: { pk: { S: 'taken' } },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ]);
    await expect(refused).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { pk: { S: 'taken' }, owner: { S: 'bob' } },
        },
      ],
    });
    expect(await read('beside')).toBeUndefined();
  });

  it('refuses two operations on one item', async () => {
    const refused = transact([addOne('same'), { Delete: key('same') }]);
    await expect(refused).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
  });

  it('loses no update of many at once', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 === 0
          ? transact([addOne('busy'), addOne(`side-${i}`)])
          : client.send(new UpdateItemCommand(addOne('busy').Update)),
      ),
    );
    expect(await read('busy')).toMatchObject({ n: { N: '40' } });
  });

  it('knows a repeated request by its token, for ten minutes and across a restart', async () => {
    await transact([addOne('once')], 'token-1');
    await transact([addOne('once')], 'token-1');
    client.destroy();
    await running.stop();
    await start();
    await transact([addOne('once')], 'token-1');
    expect(await read('once')).toMatchObject({ n: { N: '1' } });
    await expect(transact([addOne('twice')], 'token-1')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    await running.cloud.clock.advanceTo(running.cloud.clock.now() + 11 * MINUTE_MS);
    await transact([addOne('once')], 'token-1');
    expect(await read('once')).toMatchObject({ n: { N: '2' } });
  });
});

it('TransactGetItems reads in order, and leaves what is absent empty', async () => {
  await put('here', { a: { S: '1' }, b: { S: '2' } });
  const { Responses } = await client.send(
    new TransactGetItemsCommand({
      TransactItems: [{ Get: key('nowhere') }, { Get: { ...key('here'), ProjectionExpression: 'b' } }],
    }),
  );
  expect(Responses).toEqual([{}, { Item: { b: { S: '2' } } }]);
});

it('deletes items when their time has come, not those with another type or more than five years ago', async () => {
  const nowSeconds = Math.floor(running.cloud.clock.now() / 1000);
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'ends' };
  await put('before', { ends: { N: String(nowSeconds + 3600) } });
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  await put('after', { ends: { N: String(nowSeconds + 60) }, owner: { S: 'ttl' } });
  await put('prolonged', { ends: { N: String(nowSeconds + 60) } });
  await put('prolonged', { ends: { N: String(nowSeconds + 7200) } });
  await put('text', { ends: { S: String(nowSeconds) } });
  await put('ancient', { ends: { N: String(nowSeconds - 6 * 365 * 86_400) } });
  const left = async () => {
    const scan = new ScanCommand({ TableName, FilterExpression: 'attribute_exists(ends)' });
    return (await client.send(scan)).Items?.map(({ pk }) => pk?.S).sort();
  };
  await running.cloud.clock.advanceTo(running.cloud.clock.now() + 2 * MINUTE_MS);
  expect(await left()).toEqual(['ancient', 'before', 'prolonged', 'text']);
  await running.cloud.clock.advanceTo(running.cloud.clock.now() + 60 * MINUTE_MS);
  expect(await left()).toEqual(['ancient', 'prolonged', 'text']);
  const index = await client.send(new ScanCommand({ TableName, IndexName: 'by-owner' }));
  expect(index.Items?.map(({ pk }) => pk?.S)).not.toContain('after');
});
