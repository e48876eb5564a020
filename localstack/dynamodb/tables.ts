/** Operations on tables. */
import type {
  CreateTableCommandInput,
  DeleteTableCommandInput,
  DescribeTableCommandInput,
  GlobalSecondaryIndexUpdate,
  ListTablesCommandInput,
  UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Call, Operation } from '../core/service.ts';
import type { WireIndex, WireTable } from './dynalite.ts';
import type { Engine } from './engine.ts';
import { type TableArn, tableNameOf } from './iam.ts';
import {
  describeSettings,
  refuseStreams,
  settingsOf,
  type TableKeys,
  type TableSettings,
} from './table-settings.ts';

const UPDATED_MEMBERS = [
  'AttributeDefinitions',
  'BillingMode',
  'DeletionProtectionEnabled',
  'GlobalSecondaryIndexUpdates',
  'ProvisionedThroughput',
  'SSESpecification',
  'StreamSpecification',
  'TableClass',
  'TableName',
];
const MAX_NAMES = 100;
/** dynalite changes a table's state in a timer; this is how long to wait for one that has gone wrong. */
const MAX_WAIT_MS = 5000;

export interface TableContext {
  readonly engine: Engine;
  readonly tables: Collection<TableSettings>;
  readonly keys: TableKeys;
  readonly tableArn: TableArn;
}

export function tableOperations(context: TableContext): Readonly<Record<string, Operation>> {
  return {
    CreateTable: (input: CreateTableCommandInput, call) => createTable(context, input, call),
    DescribeTable: async (input: DescribeTableCommandInput) => ({
      Table: await describe(context, tableNameOf(input.TableName ?? '')),
    }),
    UpdateTable: (input: UpdateTableCommandInput, call) => updateTable(context, input, call),
    DeleteTable: (input: DeleteTableCommandInput) => deleteTable(context, input),
    ListTables(input: ListTablesCommandInput) {
      context.engine.check('ListTables', input);
      const names = context.tables
        .keys()
        .sort()
        .filter(
          (name) => input.ExclusiveStartTableName === undefined || name > input.ExclusiveStartTableName,
        );
      const TableNames = names.slice(0, input.Limit ?? MAX_NAMES);
      const last = TableNames.at(-1);
      return {
        TableNames,
        ...(TableNames.length < names.length && last !== undefined ? { LastEvaluatedTableName: last } : {}),
      };
    },
  };
}

async function createTable(
  context: TableContext,
  input: CreateTableCommandInput,
  call: Call,
): Promise<object> {
  const { engine, tables, keys } = context;
  const {
    SSESpecification,
    Tags,
    DeletionProtectionEnabled,
    TableClass,
    StreamSpecification: _,
    ...known
  } = input;
  const name = tableNameOf(input.TableName ?? '');
  refuseStreams(input);
  if (tables.has(name)) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
  const keyArn = await keys.choose(SSESpecification, name, call);
  const { TableDescription } = await engine.run('CreateTable', { ...known, TableName: name });
  await settled(context, name, (table) => table?.TableStatus === 'ACTIVE');
  const settings: TableSettings = {
    createdMs: call.now.getTime(),
    tags: Tags ?? [],
    deletionProtection: DeletionProtectionEnabled ?? false,
    ...(TableClass === undefined ? {} : { tableClass: TableClass }),
    ...(keyArn === undefined ? {} : { keyArn }),
  };
  tables.put(name, settings);
  return { TableDescription: fromWire(TableDescription as WireTable, settings) };
}

async function updateTable(
  context: TableContext,
  input: UpdateTableCommandInput,
  call: Call,
): Promise<object> {
  const { engine, tables, keys } = context;
  const { SSESpecification, DeletionProtectionEnabled, TableClass, StreamSpecification: _, ...known } = input;
  const name = tableNameOf(input.TableName ?? '');
  refuseStreams(input);
  for (const { Create, Update } of input.GlobalSecondaryIndexUpdates ?? []) {
    const changed = { ...Create, ...Update };
    refuseMembers('dynamodb UpdateTable', changed, ['OnDemandThroughput', 'WarmThroughput']);
  }
  const refused = Object.keys(input).find((member) => !UPDATED_MEMBERS.includes(member));
  if (refused !== undefined) throw new NotImplementedByLocalCloud(`dynamodb UpdateTable ${refused}`);
  const before = settingsOf(tables, name);
  const changesThroughput = (known.BillingMode ?? known.ProvisionedThroughput) !== undefined;
  const indexUpdates = known.GlobalSecondaryIndexUpdates ?? [];
  for (const update of indexUpdates) await changeIndex(context, name, update, known);
  const { AttributeDefinitions: _definitions, GlobalSecondaryIndexUpdates: _updates, ...throughput } = known;
  const indexThroughput = indexUpdates.filter(({ Update }) => Update !== undefined);
  if (changesThroughput || indexThroughput.length > 0) {
    const more = indexThroughput.length > 0 ? { GlobalSecondaryIndexUpdates: indexThroughput } : {};
    await engine.run('UpdateTable', { ...throughput, TableName: name, ...more });
    await settled(context, name, (table) => table?.TableStatus === 'ACTIVE');
  }
  const keyArn = SSESpecification ? await keys.choose(SSESpecification, name, call) : before.keyArn;
  const { keyArn: _before, ...kept } = before;
  tables.put(name, {
    ...kept,
    ...(keyArn === undefined ? {} : { keyArn }),
    ...(TableClass === undefined ? {} : { tableClass: TableClass }),
    deletionProtection: DeletionProtectionEnabled ?? before.deletionProtection,
  });
  return { TableDescription: await describe(context, name) };
}

/** Adds or removes an index. A new one is filled before the call returns; on AWS that goes on in the background. */
async function changeIndex(
  { engine, tableArn }: TableContext,
  name: string,
  update: GlobalSecondaryIndexUpdate,
  input: { readonly AttributeDefinitions?: UpdateTableCommandInput['AttributeDefinitions'] },
): Promise<void> {
  const table = await engine.table(name);
  const existing = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  if (update.Delete) {
    const index = update.Delete.IndexName ?? '';
    if (!existing.includes(index)) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Requested resource not found: Index: ${index} not found`,
      );
    }
    await engine.removeIndex(table, index);
  }
  if (!update.Create) return;
  const IndexName = update.Create.IndexName ?? '';
  if (existing.includes(IndexName)) {
    throw new AwsError(
      'ValidationException',
      `Attempting to create an index which already exists: ${IndexName}`,
    );
  }
  const definitions = new Map(table.AttributeDefinitions.map((each) => [each.AttributeName, each]));
  for (const { AttributeName = '', AttributeType = 'S' } of input.AttributeDefinitions ?? []) {
    definitions.set(AttributeName, { AttributeName, AttributeType });
  }
  const undefinedKey = (update.Create.KeySchema ?? []).find(
    ({ AttributeName = '' }) => !definitions.has(AttributeName),
  );
  if (undefinedKey) {
    throw new AwsError(
      'ValidationException',
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${undefinedKey.AttributeName}]`,
    );
  }
  const index = {
    ...update.Create,
    IndexArn: `${tableArn(name)}/index/${IndexName}`,
    IndexStatus: 'ACTIVE',
    IndexSizeBytes: 0,
    ItemCount: 0,
    ProvisionedThroughput: {
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
      ...update.Create.ProvisionedThroughput,
      NumberOfDecreasesToday: 0,
    },
  } as unknown as WireIndex;
  await engine.addIndex({ ...table, AttributeDefinitions: [...definitions.values()] }, index);
}

async function deleteTable(context: TableContext, input: DeleteTableCommandInput): Promise<object> {
  const { engine, tables } = context;
  const name = tableNameOf(input.TableName ?? '');
  const settings = settingsOf(tables, name);
  if (settings.deletionProtection) {
    throw new AwsError(
      'ValidationException',
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  const { TableDescription } = await engine.run('DeleteTable', { TableName: name });
  await settled(context, name, (table) => table === undefined);
  tables.delete(name);
  return {
    TableDescription: { ...fromWire(TableDescription as WireTable, settings), TableStatus: 'DELETING' },
  };
}

async function describe({ engine, tables }: TableContext, name: string): Promise<object> {
  const settings = settingsOf(tables, name);
  return fromWire(await engine.table(name), settings);
}

/** A description with the SDK's types. */
function fromWire(table: WireTable, settings: TableSettings): object {
  return { ...(toDates(structuredClone(table)) as object), ...describeSettings(settings) };
}

/** dynalite's times are seconds, in members that end with DateTime. */
function toDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key.endsWith('DateTime') && typeof each === 'number' ? new Date(each * 1000) : toDates(each),
    ]),
  );
}

async function settled(
  { engine }: TableContext,
  name: string,
  isSettled: (table: WireTable | undefined) => boolean,
): Promise<void> {
  for (const endAt = Date.now() + MAX_WAIT_MS; Date.now() < endAt; ) {
    const table = await engine.table(name).catch((error: Error) => {
      if (error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    });
    if (isSettled(table)) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`table ${name} did not settle in ${MAX_WAIT_MS} ms`);
}
