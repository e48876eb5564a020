/** AWS::DynamoDB::Table. */
import type { DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import { unlessGone } from '../errors.ts';
import { given, removedTagKeys, TAGS } from './common.ts';
import { defineResource, type PropertyValues, type ResourceContext, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 255;
const POLL_MS = 50;

const KEY_SCHEMA = [{ AttributeName: 'string', KeyType: 'string' }] as const;
const PROJECTION = { NonKeyAttributes: ['string'], ProjectionType: 'string' } as const;
const THROUGHPUT = { ReadCapacityUnits: 'integer', WriteCapacityUnits: 'integer' } as const;
const ON_DEMAND = { MaxReadRequestUnits: 'integer', MaxWriteRequestUnits: 'integer' } as const;
const INDEX = { IndexName: 'string', KeySchema: KEY_SCHEMA, Projection: PROJECTION } as const;

const PROPERTIES = {
  AttributeDefinitions: updates([{ AttributeName: 'string', AttributeType: 'string' }]),
  BillingMode: updates('string'),
  DeletionProtectionEnabled: updates('boolean'),
  GlobalSecondaryIndexes: updates([
    { ...INDEX, ProvisionedThroughput: THROUGHPUT, OnDemandThroughput: ON_DEMAND },
  ]),
  KeySchema: replaces(KEY_SCHEMA),
  LocalSecondaryIndexes: replaces([INDEX]),
  OnDemandThroughput: updates(ON_DEMAND),
  PointInTimeRecoverySpecification: updates({
    PointInTimeRecoveryEnabled: 'boolean',
    RecoveryPeriodInDays: 'integer',
  }),
  ProvisionedThroughput: updates(THROUGHPUT),
  SSESpecification: updates({ KMSMasterKeyId: 'string', SSEEnabled: 'boolean', SSEType: 'string' }),
  TableClass: updates('string'),
  TableName: replaces('string'),
  Tags: updates(TAGS),
  TimeToLiveSpecification: updates({ AttributeName: 'string', Enabled: 'boolean' }),
} as const;

type TableProperties = PropertyValues<typeof PROPERTIES>;
type Index = NonNullable<TableProperties['GlobalSecondaryIndexes']>[number];

function sseSpecification(sse: TableProperties['SSESpecification']) {
  if (!sse) return undefined;
  return given({ Enabled: sse.SSEEnabled, SSEType: sse.SSEType, KMSMasterKeyId: sse.KMSMasterKeyId });
}

async function whenActive(context: ResourceContext, TableName: string) {
  for (;;) {
    const { Table } = await context.call<DescribeTableCommandOutput>('dynamodb', 'DescribeTable', {
      TableName,
    });
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    const isActive =
      Table?.TableStatus === 'ACTIVE' &&
      indexes.every(({ IndexStatus }) => IndexStatus === undefined || IndexStatus === 'ACTIVE');
    if (Table && isActive) return Table;
    await context.clock.sleep(POLL_MS, `table ${TableName} to be active`);
  }
}

async function setTimeToLive(context: ResourceContext, TableName: string, properties: TableProperties) {
  const ttl = properties.TimeToLiveSpecification;
  if (!ttl) return;
  await context.call('dynamodb', 'UpdateTimeToLive', {
    TableName,
    TimeToLiveSpecification: { AttributeName: ttl.AttributeName, Enabled: ttl.Enabled ?? true },
  });
}

async function setBackups(context: ResourceContext, TableName: string, properties: TableProperties) {
  const specification = properties.PointInTimeRecoverySpecification ?? { PointInTimeRecoveryEnabled: false };
  await context.call('dynamodb', 'UpdateContinuousBackups', {
    TableName,
    PointInTimeRecoverySpecification: specification,
  });
}

/** One index operation per UpdateTable call, as DynamoDB allows. */
function indexUpdates(before: readonly Index[], after: readonly Index[]): object[] {
  const previous = new Map(before.map((index) => [index.IndexName, index]));
  const next = new Map(after.map((index) => [index.IndexName, index]));
  const operations: object[] = [];
  for (const [IndexName, index] of previous) {
    const kept = next.get(IndexName);
    const isRebuilt =
      kept &&
      JSON.stringify([kept.KeySchema, kept.Projection]) !==
        JSON.stringify([index.KeySchema, index.Projection]);
    if (!kept || isRebuilt) operations.push({ Delete: { IndexName } });
    if (kept && isRebuilt) operations.push({ Create: kept });
    else if (kept && JSON.stringify(kept) !== JSON.stringify(index)) {
      const { ProvisionedThroughput, OnDemandThroughput } = kept;
      operations.push({ Update: given({ IndexName, ProvisionedThroughput, OnDemandThroughput }) });
    }
  }
  for (const [IndexName, index] of next) {
    if (!previous.has(IndexName)) operations.push({ Create: index });
  }
  return operations;
}

async function attributesOf(context: ResourceContext, TableName: string) {
  const Table = await whenActive(context, TableName);
  return { Arn: Table.TableArn ?? '' };
}

export const table = defineResource({
  type: 'AWS::DynamoDB::Table',
  properties: PROPERTIES,
  required: ['KeySchema'],
  nameProperty: 'TableName',
  attributes: ['Arn'],
  tags: 'list',
  async create(properties, context) {
    const TableName = properties.TableName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const { PointInTimeRecoverySpecification, TimeToLiveSpecification, ...rest } = properties;
    await context.call(
      'dynamodb',
      'CreateTable',
      given({
        ...rest,
        TableName,
        SSESpecification: sseSpecification(properties.SSESpecification),
      }),
    );
    context.created(TableName);
    await whenActive(context, TableName);
    if (TimeToLiveSpecification) await setTimeToLive(context, TableName, properties);
    if (PointInTimeRecoverySpecification) await setBackups(context, TableName, properties);
    return { physicalId: TableName, attributes: await attributesOf(context, TableName) };
  },
  async update({ physicalId: TableName, attributes, previous, next, changed }, context) {
    const update = async (input: object) => {
      await context.call('dynamodb', 'UpdateTable', { TableName, ...given(input) });
      await whenActive(context, TableName);
    };
    const { AttributeDefinitions } = next;
    if (changed('BillingMode', 'ProvisionedThroughput', 'OnDemandThroughput')) {
      const { BillingMode = 'PROVISIONED', ProvisionedThroughput, OnDemandThroughput } = next;
      await update({ BillingMode, ProvisionedThroughput, OnDemandThroughput });
    }
    const operations = indexUpdates(previous.GlobalSecondaryIndexes ?? [], next.GlobalSecondaryIndexes ?? []);
    if (operations.length === 0 && changed('AttributeDefinitions')) await update({ AttributeDefinitions });
    for (const operation of operations) {
      await update({ AttributeDefinitions, GlobalSecondaryIndexUpdates: [operation] });
    }
    if (changed('SSESpecification')) {
      await update({ SSESpecification: sseSpecification(next.SSESpecification) ?? { Enabled: false } });
    }
    if (changed('DeletionProtectionEnabled', 'TableClass')) {
      const { DeletionProtectionEnabled = false, TableClass } = next;
      await update({ DeletionProtectionEnabled, TableClass });
    }
    if (changed('TimeToLiveSpecification')) {
      const AttributeName = previous.TimeToLiveSpecification?.AttributeName;
      const disabled = { TimeToLiveSpecification: { AttributeName, Enabled: false } };
      await setTimeToLive(context, TableName, next.TimeToLiveSpecification ? next : disabled);
    }
    if (changed('PointInTimeRecoverySpecification')) await setBackups(context, TableName, next);
    if (changed('Tags')) {
      const ResourceArn = attributes.Arn;
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('dynamodb', 'UntagResource', { ResourceArn, TagKeys });
      if (next.Tags?.length) await context.call('dynamodb', 'TagResource', { ResourceArn, Tags: next.Tags });
    }
    return { physicalId: TableName, attributes: await attributesOf(context, TableName) };
  },
  async delete({ physicalId: TableName }, _properties, context) {
    await unlessGone(context.call('dynamodb', 'DeleteTable', { TableName }));
    await unlessGone(
      (async () => {
        for (;;) {
          await context.call('dynamodb', 'DescribeTable', { TableName });
          await context.clock.sleep(POLL_MS, `table ${TableName} to be gone`);
        }
      })(),
    );
  },
});
