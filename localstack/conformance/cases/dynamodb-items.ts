/** DynamoDB: items. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  DYNAMODB_API,
  invalid,
  KEY,
  makeDynamoDBClient,
  NO_RESOURCE,
  NO_TABLE,
  newItem,
  newTable,
  RECORDED,
} from './dynamodb-material.ts';

const ITEM = { ...KEY, n: { N: '1' } };
const MISMATCH = invalid('The provided key element does not match the schema');

export const dynamodbItemCases = serviceCases({
  service: 'dynamodb',
  folders: ['dynamodb'],
  makeClient: makeDynamoDBClient,
  operations: {
    PutItem: {
      source: `${DYNAMODB_API}/API_PutItem.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const put = new PutItemCommand({ TableName, Item: KEY, ReturnValues: 'ALL_OLD' });
        expect((await client.send(put)).Attributes).toEqual(ITEM);
      },
      refuses: async ({ client }) =>
        client.send(
          new PutItemCommand({
            TableName: (await newItem(client)).TableName,
            Item: KEY,
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      refusal: {
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    GetItem: {
      source: `${DYNAMODB_API}/API_GetItem.html`,
      answers: async ({ client }) => {
        const { Item } = await client.send(new GetItemCommand(await newItem(client)));
        expect(Item).toEqual(ITEM);
      },
      refuses: ({ client }) => client.send(new GetItemCommand({ TableName: NO_TABLE, Key: KEY })),
      refusal: NO_RESOURCE,
      refusalSource: 'https://github.com/boto/boto3/issues/4101',
    },
    UpdateItem: {
      source: `${DYNAMODB_API}/API_UpdateItem.html`,
      answers: async ({ client }) => {
        const { Attributes } = await client.send(
          new UpdateItemCommand({
            ...(await newItem(client)),
            UpdateExpression: 'SET n = n + :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        expect(Attributes).toEqual({ n: { N: '2' } });
      },
      refuses: async ({ client }) =>
        client.send(
          new UpdateItemCommand({
            ...(await newItem(client)),
            UpdateExpression: 'SET year = :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          }),
        ),
      refusal: invalid(
        'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: year',
      ),
      refusalSource: 'https://github.com/kayomarz/dynamodb-data-types/issues/18',
    },
    DeleteItem: {
      source: `${DYNAMODB_API}/API_DeleteItem.html`,
      answers: async ({ client }) => {
        const remove = new DeleteItemCommand({ ...(await newItem(client)), ReturnValues: 'ALL_OLD' });
        expect((await client.send(remove)).Attributes).toEqual(ITEM);
        expect((await client.send(remove)).Attributes).toBeUndefined();
      },
      refuses: async ({ client }) =>
        client.send(new DeleteItemCommand({ TableName: await newTable(client), Key: { id: { S: 'a' } } })),
      refusal: MISMATCH,
      refusalSource: 'https://github.com/aws/aws-sdk-go/issues/1534',
    },
    Query: {
      source: `${DYNAMODB_API}/API_Query.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const answer = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': KEY.pk },
          }),
        );
        expect(answer).toMatchObject({ Items: [ITEM], Count: 1, ScannedCount: 1 });
      },
      refuses: async ({ client }) =>
        client.send(
          new QueryCommand({
            TableName: await newTable(client),
            IndexName: 'by-owner',
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': KEY.pk },
          }),
        ),
      refusal: invalid('The table does not have the specified index: by-owner'),
      refusalSource: 'https://github.com/awslabs/aws-sdk-ios-samples/issues/58',
    },
    Scan: {
      source: `${DYNAMODB_API}/API_Scan.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const answer = await client.send(new ScanCommand({ TableName, Select: 'COUNT' }));
        expect(answer).toMatchObject({ Count: 1, ScannedCount: 1 });
      },
      refuses: ({ client }) => client.send(new ScanCommand({ TableName: NO_TABLE })),
      refusal: NO_RESOURCE,
      refusalSource: 'https://github.com/aws-samples/chalice-workshop/issues/41',
    },
    BatchGetItem: {
      source: `${DYNAMODB_API}/API_BatchGetItem.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const { Responses, UnprocessedKeys } = await client.send(
          new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [KEY, { pk: { S: 'none' } }] } } }),
        );
        expect(Responses).toEqual({ [TableName]: [ITEM] });
        expect(UnprocessedKeys).toEqual({});
      },
      refuses: async ({ client }) =>
        client.send(
          new BatchGetItemCommand({ RequestItems: { [await newTable(client)]: { Keys: [KEY, KEY] } } }),
        ),
      refusal: invalid('Provided list of item keys contains duplicates'),
      refusalSource: 'https://github.com/boto/boto3/issues/4131',
    },
    BatchWriteItem: {
      source: `${DYNAMODB_API}/API_BatchWriteItem.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const requests = [{ DeleteRequest: { Key: KEY } }, { PutRequest: { Item: { pk: { S: 'b' } } } }];
        const { UnprocessedItems } = await client.send(
          new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
        );
        expect(UnprocessedItems).toEqual({});
        const { Items } = await client.send(new ScanCommand({ TableName }));
        expect(Items).toEqual([{ pk: { S: 'b' } }]);
      },
      refuses: async ({ client }) => {
        const twice = [{ DeleteRequest: { Key: KEY } }, { PutRequest: { Item: KEY } }];
        return client.send(new BatchWriteItemCommand({ RequestItems: { [await newTable(client)]: twice } }));
      },
      refusal: invalid('Provided list of item keys contains duplicates'),
      refusalSource: 'https://github.com/mirrorfm/core/issues/8',
    },
    TransactWriteItems: {
      source: `${DYNAMODB_API}/API_TransactWriteItems.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const answer = await client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Delete: { TableName, Key: KEY } },
              { Put: { TableName, Item: { pk: { S: 'b' } } } },
            ],
          }),
        );
        expect(answer.$metadata.httpStatusCode).toBe(200);
        const { Items } = await client.send(new ScanCommand({ TableName }));
        expect(Items).toEqual([{ pk: { S: 'b' } }]);
      },
      refuses: async ({ client }) => {
        const { TableName } = await newItem(client);
        const ConditionExpression = 'attribute_not_exists(pk)';
        return client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: { TableName, Item: KEY, ConditionExpression } },
              { Put: { TableName, Item: { pk: { S: 'b' } }, ConditionExpression } },
            ],
          }),
        );
      },
      refusal: {
        name: 'TransactionCanceledException',
        message:
          'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]',
        status: 400,
      },
      refusalSource: 'https://github.com/sensedeep/dynamodb-onetable/issues/275',
    },
    TransactGetItems: {
      source: `${DYNAMODB_API}/API_TransactGetItems.html`,
      answers: async ({ client }) => {
        const { TableName } = await newItem(client);
        const keys = [{ pk: { S: 'none' } }, KEY];
        const { Responses } = await client.send(
          new TransactGetItemsCommand({ TransactItems: keys.map((Key) => ({ Get: { TableName, Key } })) }),
        );
        expect(Responses).toEqual([{}, { Item: ITEM }]);
      },
      refuses: ({ client }) =>
        client.send(
          new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: NO_TABLE, Key: KEY } }] }),
        ),
      refusal: NO_RESOURCE,
      refusalSource: RECORDED,
    },
  },
});
