/**
 * Typed access to the catalog's items. Reads are consistent. Every item carries a `revision`, raised by each write
 * through `replaceItem`, on which concurrent writers win or lose.
 */
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { documents } from './clients.ts';
import { catalogTable } from './env.ts';
import { isAwsError } from './errors.ts';

/** An item as read; give `revision` back to `replaceItem`. */
export interface Stored<Item> {
  readonly item: Item;
  readonly sk: string;
  readonly revision: number;
}

export interface QueryOptions {
  /** Most items to return. @default - all */
  readonly limit?: number;
  /** Descending by sort key. @default false */
  readonly newestFirst?: boolean;
}

interface Row extends Record<string, unknown> {
  readonly pk: string;
  readonly sk: string;
  readonly revision?: number;
}

/** The item under these keys, or undefined. */
export async function getItem<Item>(pk: string, sk: string): Promise<Stored<Item> | undefined> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: catalogTable(), Key: { pk, sk }, ConsistentRead: true }),
  );
  return Item ? stored<Item>(Item as Row) : undefined;
}

/** Writes whatever was there. For items that one writer owns or whose content is the same each time. */
export async function putItem(pk: string, sk: string, item: object): Promise<void> {
  await documents.send(new PutCommand({ TableName: catalogTable(), Item: { ...item, pk, sk, revision: 1 } }));
}

/** Writes only if nothing is there. @returns whether this call created the item. */
export async function createItem(pk: string, sk: string, item: object): Promise<boolean> {
  return conditionalPut(
    new PutCommand({
      TableName: catalogTable(),
      Item: { ...item, pk, sk, revision: 1 },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

/**
 * Writes only if the item is still at the revision that was read.
 * @param revision as read; undefined when there was no item, and there still must be none.
 * @returns whether this call won.
 */
export async function replaceItem(
  pk: string,
  sk: string,
  item: object,
  revision: number | undefined,
): Promise<boolean> {
  if (revision === undefined) return createItem(pk, sk, item);
  return conditionalPut(
    new PutCommand({
      TableName: catalogTable(),
      Item: { ...item, pk, sk, revision: revision + 1 },
      ConditionExpression: '#revision = :revision',
      ExpressionAttributeNames: { '#revision': 'revision' },
      ExpressionAttributeValues: { ':revision': revision },
    }),
  );
}

/** Removes the item, if it is there. */
export async function deleteItem(pk: string, sk: string): Promise<void> {
  await documents.send(new DeleteCommand({ TableName: catalogTable(), Key: { pk, sk } }));
}

/** All items of a partition whose sort key begins with `prefix`, in order of sort key. */
export async function queryItems<Item>(
  pk: string,
  prefix: string,
  { limit, newestFirst = false }: QueryOptions = {},
): Promise<Stored<Item>[]> {
  const found: Stored<Item>[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: catalogTable(),
        // an empty prefix is not a legal key value, so the whole partition has its own condition
        KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: prefix === '' ? { ':pk': pk } : { ':pk': pk, ':prefix': prefix },
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
        Limit: limit,
        ExclusiveStartKey: from,
      }),
    );
    for (const row of page.Items ?? []) found.push(stored<Item>(row as Row));
    from = page.LastEvaluatedKey;
  } while (from && (limit === undefined || found.length < limit));
  return limit === undefined ? found : found.slice(0, limit);
}

async function conditionalPut(command: PutCommand): Promise<boolean> {
  try {
    await documents.send(command);
    return true;
  } catch (error) {
    if (isAwsError(error, 'ConditionalCheckFailedException')) return false;
    throw error;
  }
}

function stored<Item>({ pk: _pk, sk, revision, ...item }: Row): Stored<Item> {
  return { item: item as Item, sk, revision: revision ?? 0 };
}
