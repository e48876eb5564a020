/** Operations on items. */
import type { Call, Operation } from '../core/service.ts';
import { decodeItem, type WireItem } from './attribute-values.ts';
import type { Engine } from './engine.ts';
import { tableNameOf } from './iam.ts';
import type { Transactions } from './transactions.ts';

/** Reads and writes of items, each with the action that it needs on the table. */
export const ITEM_OPERATIONS = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'BatchWriteItem',
] as const;

interface ItemInput {
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string } | undefined>>[];
}

/** The operations. `beforeAccess` is asked to let the caller use the key of every table that a call names. */
export function itemOperations(
  engine: Engine,
  transactions: Transactions,
  beforeAccess: (tableName: string, call: Call) => Promise<void>,
): Readonly<Record<string, Operation>> {
  const afterAccess =
    <Input extends ItemInput>(run: (input: Input) => Promise<object>) =>
    async (input: Input, call: Call) => {
      for (const table of tableNamesOf(input)) await beforeAccess(table, call);
      return run(input);
    };
  const single = ITEM_OPERATIONS.map((name) => [
    name,
    afterAccess(async (input) => decodeOutput(await engine.run(name, withTableNames(input)))),
  ]);
  return {
    ...(Object.fromEntries(single) as Record<string, Operation>),
    TransactWriteItems: afterAccess(transactions.write as (input: ItemInput) => Promise<object>),
    TransactGetItems: afterAccess(transactions.get as (input: ItemInput) => Promise<object>),
  };
}

/** Names of the tables of an item operation, without ARNs. */
export function tableNamesOf(input: ItemInput): string[] {
  if (input.TableName !== undefined) return [tableNameOf(input.TableName)];
  if (input.RequestItems) return Object.keys(input.RequestItems).map(tableNameOf);
  const entries = (input.TransactItems ?? []).flatMap((entry) => Object.values(entry));
  return [...new Set(entries.map((entry) => tableNameOf(entry?.TableName ?? '')))];
}

/** dynalite knows names only. */
function withTableNames(input: ItemInput): object {
  const { TableName, RequestItems } = input;
  if (TableName !== undefined) return { ...input, TableName: tableNameOf(TableName) };
  if (!RequestItems) return input;
  const named = Object.entries(RequestItems).map(([table, each]) => [tableNameOf(table), each]);
  return { ...input, RequestItems: Object.fromEntries(named) };
}

interface WireOutput {
  Item?: WireItem;
  Attributes?: WireItem;
  Items?: WireItem[];
  LastEvaluatedKey?: WireItem;
  Responses?: Record<string, WireItem[]>;
  UnprocessedKeys?: Record<string, { Keys: WireItem[] }>;
  UnprocessedItems?: Record<string, { PutRequest?: { Item: WireItem }; DeleteRequest?: { Key: WireItem } }[]>;
}

function decodeOutput(output: WireOutput): object {
  const { Item, Attributes, Items, LastEvaluatedKey, Responses, UnprocessedKeys, UnprocessedItems, ...rest } =
    output;
  return {
    ...rest,
    ...(Item ? { Item: decodeItem(Item) } : {}),
    ...(Attributes ? { Attributes: decodeItem(Attributes) } : {}),
    ...(Items ? { Items: Items.map(decodeItem) } : {}),
    ...(LastEvaluatedKey ? { LastEvaluatedKey: decodeItem(LastEvaluatedKey) } : {}),
    ...(Responses ? { Responses: mapValues(Responses, (items) => items.map(decodeItem)) } : {}),
    ...(UnprocessedKeys
      ? {
          UnprocessedKeys: mapValues(UnprocessedKeys, ({ Keys, ...each }) => ({
            ...each,
            Keys: Keys.map(decodeItem),
          })),
        }
      : {}),
    ...(UnprocessedItems
      ? {
          UnprocessedItems: mapValues(UnprocessedItems, (requests) =>
            requests.map(({ PutRequest, DeleteRequest }) => ({
              ...(PutRequest ? { PutRequest: { Item: decodeItem(PutRequest.Item) } } : {}),
              ...(DeleteRequest ? { DeleteRequest: { Key: decodeItem(DeleteRequest.Key) } } : {}),
            })),
          ),
        }
      : {}),
  };
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
