/** What the cases of DynamoDB are played on: tables under names of their own, and refusals that many share. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { RunningCloud } from '../../testing/start-cloud.ts';

/** AWS's reference of the DynamoDB API. */
export const DYNAMODB_API = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference';
/** DynamoDB's answers, recorded on a real account: a table or its name that is not there, a condition that fails. */
export const RECORDED =
  'https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/dynamodb/test_dynamodb.snapshot.json';
/** A table that no case makes. */
export const NO_TABLE = 'nobody-made-this';

/** How calls on items say that a table is not there. */
export const NO_RESOURCE = {
  name: 'ResourceNotFoundException',
  message: 'Requested resource not found',
  status: 400,
};

/** How calls on tables say so. */
export const NO_SUCH_TABLE = {
  name: 'ResourceNotFoundException',
  message: `Requested resource not found: Table: ${NO_TABLE} not found`,
  status: 400,
};

/** A refusal of the request itself. */
export const invalid = (message: string) => ({ name: 'ValidationException', message, status: 400 });

/** A client with default settings. */
export function makeDynamoDBClient({ clientConfig }: RunningCloud): DynamoDBClient {
  return new DynamoDBClient(clientConfig);
}

/** Makes a table with the key `pk` under a new name. */
export async function newTable(
  client: DynamoDBClient,
  more: { readonly DeletionProtectionEnabled?: boolean } = {},
): Promise<string> {
  const TableName = `case-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      ...more,
    }),
  );
  return TableName;
}

/** Makes a table with one item, `pk` is `a` and `n` is 1. */
export async function newItem(client: DynamoDBClient): Promise<{ TableName: string; Key: typeof KEY }> {
  const TableName = await newTable(client);
  await client.send(new PutItemCommand({ TableName, Item: { ...KEY, n: { N: '1' } } }));
  return { TableName, Key: KEY };
}

/** The key of that item. */
export const KEY = { pk: { S: 'a' } };
