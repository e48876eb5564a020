/** DynamoDB: tables and their settings. */
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  DYNAMODB_API,
  invalid,
  makeDynamoDBClient,
  NO_SUCH_TABLE,
  NO_TABLE,
  newTable,
  RECORDED,
} from './dynamodb-material.ts';

const arnOf = (table: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;
const NOT_TAGGABLE = {
  name: 'ResourceNotFoundException',
  message: `Requested resource not found: ResourcArn: ${arnOf(NO_TABLE)} not found`,
  status: 400,
};
/** As AWS answered somebody who listed the tags of a table that was not there. */
const NOT_TAGGABLE_SOURCE = 'https://github.com/turbot/steampipe-plugin-aws/issues/1516';
const NO_BACKUPS = { name: 'TableNotFoundException', message: `Table not found: ${NO_TABLE}`, status: 400 };
const BACKUPS_SOURCE = 'https://github.com/hashicorp/terraform-provider-aws/issues/26577';
const expire = (client: DynamoDBClient, TableName: string, Enabled = true) =>
  client.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { Enabled, AttributeName: 'ends' },
    }),
  );
const recover = (TableName: string) =>
  new UpdateContinuousBackupsCommand({
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
const tag = (table: string) =>
  new TagResourceCommand({ ResourceArn: arnOf(table), Tags: [{ Key: 'stage', Value: 'dev' }] });

export const dynamodbTableCases = serviceCases({
  service: 'dynamodb',
  folders: ['dynamodb'],
  makeClient: makeDynamoDBClient,
  operations: {
    CreateTable: {
      source: `${DYNAMODB_API}/API_CreateTable.html`,
      answers: async ({ client }) => {
        const { TableDescription } = await client.send(
          new CreateTableCommand({
            TableName: 'created',
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          }),
        );
        expect(TableDescription).toMatchObject({ TableStatus: 'CREATING', TableArn: arnOf('created') });
      },
      refuses: async ({ client }) => {
        const TableName = 'made-twice';
        const create = new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        });
        await client.send(create);
        return client.send(create);
      },
      refusal: {
        name: 'ResourceInUseException',
        message: 'Table already exists: made-twice',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    DescribeTable: {
      source: `${DYNAMODB_API}/API_DescribeTable.html`,
      answers: async ({ client }) => {
        const { Table } = await client.send(new DescribeTableCommand({ TableName: await newTable(client) }));
        expect(Table).toMatchObject({ TableStatus: 'ACTIVE', CreationDateTime: expect.any(Date) });
      },
      refuses: ({ client }) => client.send(new DescribeTableCommand({ TableName: NO_TABLE })),
      refusal: NO_SUCH_TABLE,
      refusalSource: RECORDED,
    },
    UpdateTable: {
      source: `${DYNAMODB_API}/API_UpdateTable.html`,
      answers: async ({ client }) => {
        const { TableDescription } = await client.send(
          new UpdateTableCommand({ TableName: await newTable(client), DeletionProtectionEnabled: true }),
        );
        expect(TableDescription?.DeletionProtectionEnabled).toBe(true);
      },
      refuses: ({ client }) =>
        client.send(new UpdateTableCommand({ TableName: NO_TABLE, DeletionProtectionEnabled: true })),
      refusal: NO_SUCH_TABLE,
      refusalSource: RECORDED,
    },
    DeleteTable: {
      source: `${DYNAMODB_API}/API_DeleteTable.html`,
      answers: async ({ client }) => {
        const { TableDescription } = await client.send(
          new DeleteTableCommand({ TableName: await newTable(client) }),
        );
        expect(TableDescription?.TableStatus).toBe('DELETING');
      },
      refuses: async ({ client }) =>
        client.send(
          new DeleteTableCommand({ TableName: await newTable(client, { DeletionProtectionEnabled: true }) }),
        ),
      refusal: invalid(
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      ),
      refusalSource: 'https://github.com/rebuy-de/aws-nuke/pull/1153',
    },
    ListTables: {
      source: `${DYNAMODB_API}/API_ListTables.html`,
      answers: async ({ client }) => {
        const table = await newTable(client);
        const { TableNames } = await client.send(new ListTablesCommand({}));
        expect(TableNames).toContain(table);
      },
      refuses: ({ client }) => client.send(new ListTablesCommand({ Limit: 101 })),
      refusal: invalid(
        "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
      ),
      refusalSource: 'https://github.com/awsdocs/aws-doc-sdk-examples/pull/643',
    },
    TagResource: {
      source: `${DYNAMODB_API}/API_TagResource.html`,
      answers: async ({ client }) => {
        const table = await newTable(client);
        await client.send(tag(table));
        const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arnOf(table) }));
        expect(Tags).toEqual([{ Key: 'stage', Value: 'dev' }]);
      },
      refuses: ({ client }) => client.send(tag(NO_TABLE)),
      refusal: NOT_TAGGABLE,
      refusalSource: NOT_TAGGABLE_SOURCE,
    },
    UntagResource: {
      source: `${DYNAMODB_API}/API_UntagResource.html`,
      answers: async ({ client }) => {
        const table = await newTable(client);
        await client.send(tag(table));
        const ResourceArn = arnOf(table);
        await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['stage'] }));
        const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
        expect(Tags).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(new UntagResourceCommand({ ResourceArn: arnOf(NO_TABLE), TagKeys: ['stage'] })),
      refusal: NOT_TAGGABLE,
      refusalSource: NOT_TAGGABLE_SOURCE,
    },
    ListTagsOfResource: {
      source: `${DYNAMODB_API}/API_ListTagsOfResource.html`,
      answers: async ({ client }) => {
        const table = await newTable(client);
        await client.send(tag(table));
        const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arnOf(table) }));
        expect(Tags).toEqual([{ Key: 'stage', Value: 'dev' }]);
      },
      refuses: ({ client }) => client.send(new ListTagsOfResourceCommand({ ResourceArn: arnOf(NO_TABLE) })),
      refusal: NOT_TAGGABLE,
      refusalSource: NOT_TAGGABLE_SOURCE,
    },
    UpdateTimeToLive: {
      source: `${DYNAMODB_API}/API_UpdateTimeToLive.html`,
      answers: async ({ client }) => {
        const { TimeToLiveSpecification } = await expire(client, await newTable(client));
        expect(TimeToLiveSpecification).toEqual({ Enabled: true, AttributeName: 'ends' });
      },
      refuses: async ({ client }) => {
        return expire(client, await newTable(client), false);
      },
      refusal: invalid('TimeToLive is already disabled'),
      refusalSource: 'https://github.com/cloudposse/terraform-aws-dynamodb/issues/94',
    },
    DescribeTimeToLive: {
      source: `${DYNAMODB_API}/API_DescribeTimeToLive.html`,
      answers: async ({ client }) => {
        const TableName = await newTable(client);
        const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
        expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
      },
      refuses: ({ client }) => client.send(new DescribeTimeToLiveCommand({ TableName: NO_TABLE })),
      refusal: NO_SUCH_TABLE,
      refusalSource: 'https://github.com/localstack/localstack/pull/9038 (as AWS answered its author)',
    },
    UpdateContinuousBackups: {
      source: `${DYNAMODB_API}/API_UpdateContinuousBackups.html`,
      answers: async ({ client }) => {
        const { ContinuousBackupsDescription } = await client.send(recover(await newTable(client)));
        expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: 35,
        });
      },
      refuses: ({ client }) => client.send(recover(NO_TABLE)),
      refusal: NO_BACKUPS,
      refusalSource: BACKUPS_SOURCE,
    },
    DescribeContinuousBackups: {
      source: `${DYNAMODB_API}/API_DescribeContinuousBackups.html`,
      answers: async ({ client }) => {
        const { ContinuousBackupsDescription } = await client.send(
          new DescribeContinuousBackupsCommand({ TableName: await newTable(client) }),
        );
        // "continuous backups are ENABLED on all tables at table creation"
        expect(ContinuousBackupsDescription).toMatchObject({
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
        });
      },
      refuses: ({ client }) => client.send(new DescribeContinuousBackupsCommand({ TableName: NO_TABLE })),
      refusal: NO_BACKUPS,
      refusalSource: BACKUPS_SOURCE,
    },
  },
});
