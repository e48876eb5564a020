/** Items and tables over `dynalite`: reads from LevelDB, writes decided at once and made in order. */
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import { toWire, type WireItem } from './attribute-values.ts';
import {
  type EngineError,
  loadAction,
  loadDatabase,
  loadMembers,
  loadValidations,
  noSuchResource,
  promised,
  RETURN_ON_FAILURE,
  toAwsError,
  unknownMembers,
  type Wire,
  type WireIndex,
  type WireTable,
} from './dynalite.ts';
import { createStagedStore, itemKey, type StagedStore } from './staged-store.ts';
import { type Change, WriteQueue } from './write-queue.ts';

/** A request whose members dynalite has accepted. */
export interface CheckedRequest {
  readonly operation: string;
  readonly data: Wire;
}

/** DynamoDB's operations on wire JSON, and writes of several items at once. */
export interface Engine {
  /** Runs an operation on wire JSON. @throws AwsError as DynamoDB; NotImplementedByLocalCloud for members that dynalite ignores */
  run(operation: string, input: object): Promise<Wire>;
  /** Checks the members of a request for themselves. @throws AwsError, NotImplementedByLocalCloud */
  check(operation: string, input: object): CheckedRequest;
  /** Decides writes without a pause, then makes all of them or, when `decide` throws, none. */
  write<T>(decide: (writer: ItemWriter) => T): Promise<T>;
  /** All items of a table, as they were when the walk began. */
  items(table: string): AsyncIterable<WireItem>;
  /** Keys and values that were written beside tables and items, under a prefix. */
  entries(prefix: string): AsyncIterable<[string, unknown]>;
  /** @throws AwsError ResourceNotFoundException */
  table(name: string): Promise<WireTable>;
  addIndex(table: WireTable, index: WireIndex): Promise<void>;
  removeIndex(table: WireTable, indexName: string): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Reads and writes on what all earlier writes left, without a pause. */
export interface ItemWriter {
  /** @throws AwsError as the operation refuses */
  run(request: CheckedRequest): Wire;
  /** The item that a request names by its key or contains, for comparing. @throws AwsError when it has no such key */
  identity(request: CheckedRequest): string;
  /** The item as it is now. */
  current(table: string, item: WireItem): WireItem | undefined;
  /** Checks a request's condition and changes nothing. @throws AwsError ConditionalCheckFailedException */
  check(request: CheckedRequest): void;
  /** Deletes an item and what indexes have of it. */
  remove(table: string, item: WireItem): void;
  /** Notes something of the service's own. */
  put(key: string, value: unknown): void;
  delete(key: string): void;
}

/** Operations on items that know their keys: run without a pause, on what all earlier writes left. */
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
/** Run without a pause, on what is durable. */
const READS = ['GetItem', 'BatchGetItem'];
const RANGE_READS = ['Query', 'Scan'];

/** Opens the database in `path`; only one process can. `onPut` is told of every item that was put. */
export function createEngine(
  path: string,
  account: string,
  region: string,
  onPut: (table: string, item: WireItem) => void,
): Engine {
  const database = loadDatabase();
  const validations = loadValidations();
  const store = database.create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  Object.assign(store.tableDb, { awsAccountId: account, awsRegion: region });
  const queue = new WriteQueue(store.db);

  const tableNow = (name: string) => {
    const table = store.db.getSync(`table~${name}`) as WireTable | undefined;
    if (table?.TableStatus !== 'ACTIVE') throw noSuchResource();
    return table;
  };
  const tableOrRefuse = (name: string) => {
    try {
      return tableNow(name);
    } catch (error) {
      throw toAwsError(error as EngineError);
    }
  };
  const staged = (read: (key: string) => unknown) =>
    createStagedStore({ options: store.options, table: tableNow, read });

  function check(operation: string, input: object): CheckedRequest {
    const { types, custom } = loadMembers(operation);
    const { [RETURN_ON_FAILURE]: returnOnFailure, ...known } = toWire(input) as Wire;
    const unknown = unknownMembers(known, types);
    if (unknown.length > 0)
      throw new NotImplementedByLocalCloud(`dynamodb ${operation} ${unknown.join(', ')}`);
    if (known.ReturnItemCollectionMetrics === 'SIZE')
      throw new NotImplementedByLocalCloud(`dynamodb ${operation} ReturnItemCollectionMetrics`);
    try {
      const data = validations.checkTypes(known, types);
      validations.checkValidations(data, types, custom, store);
      if (returnOnFailure !== undefined) data[RETURN_ON_FAILURE] = returnOnFailure;
      return { operation, data };
    } catch (error) {
      throw toAwsError(error as EngineError);
    }
  }

  function runNow(on: StagedStore, { operation, data }: CheckedRequest): Wire {
    const action = loadAction(operation);
    let outcome: { error: unknown; value?: unknown } | undefined;
    action(on, data, (error, value) => {
      outcome = { error, value };
    });
    if (!outcome) throw new Error(`dynalite's ${operation} paused`);
    if (outcome.error) throw toAwsError(outcome.error as EngineError);
    return outcome.value as Wire;
  }

  async function write<T>(decide: (writer: ItemWriter) => T): Promise<T> {
    const on = staged((key) => queue.latest(key));
    const others: Change[] = [];
    const result = decide({
      run: (request) => runNow(on, request),
      identity({ data }) {
        const table = tableOrRefuse(data.TableName as string);
        const key = (data.Key ?? data.Item) as WireItem;
        const refusal = data.Key ? database.validateKey(key, table) : database.validateItem(key, table);
        if (refusal) throw toAwsError(refusal);
        return itemKey(table.TableName, database.createKey(key, table));
      },
      current: (table, item) =>
        queue.latest(itemKey(table, database.createKey(item, tableOrRefuse(table)))) as WireItem | undefined,
      check({ data }) {
        const table = tableOrRefuse(data.TableName as string);
        const key = itemKey(table.TableName, database.createKey(data.Key as WireItem, table));
        const refusal = database.checkConditional(data, queue.latest(key) as WireItem | undefined);
        if (refusal) throw toAwsError(refusal);
      },
      remove(table, item) {
        const names = tableOrRefuse(table).KeySchema.map(({ AttributeName }) => AttributeName);
        const Key = Object.fromEntries(names.map((name) => [name, item[name]]));
        runNow(on, { operation: 'DeleteItem', data: { TableName: table, Key } });
      },
      put: (key, value) => void others.push({ type: 'put', key, value }),
      delete: (key) => void others.push({ type: 'del', key }),
    });
    await queue.commit([...on.changes, ...others]);
    for (const { table, item } of on.puts) onPut(table, item);
    return result;
  }

  async function run(operation: string, input: object): Promise<Wire> {
    const request = check(operation, input);
    if (WRITES.includes(operation)) return write((writer) => writer.run(request));
    if (READS.includes(operation))
      return runNow(
        staged((key) => store.db.getSync(key)),
        request,
      );
    const action = loadAction(operation);
    try {
      if (RANGE_READS.includes(operation))
        return (await promised((done) => action(store, request.data, done))) as Wire;
      await queue.drained();
      const output = await promised((done) => action(store, request.data, done));
      // descriptions are live objects, which change when a table becomes active
      return structuredClone(output === '' ? {} : output) as Wire;
    } catch (error) {
      throw toAwsError(error as EngineError);
    }
  }

  async function table(name: string): Promise<WireTable> {
    try {
      return (await promised((done) => store.getTable(name, false, done))) as WireTable;
    } catch (error) {
      throw toAwsError(error as EngineError);
    }
  }

  const putTable = (value: WireTable) => promised((done) => store.tableDb.put(value.TableName, value, done));

  async function* items(name: string): AsyncGenerator<WireItem> {
    await queue.drained();
    yield* store.getItemDb(name).createValueStream();
  }

  return {
    run,
    check,
    write,
    table,
    items,
    entries: (prefix) => store.db.iterator({ gte: prefix, lt: `${prefix}\uffff` }),
    async addIndex(existing, index) {
      const changed = {
        ...existing,
        GlobalSecondaryIndexes: [...(existing.GlobalSecondaryIndexes ?? []), index],
      };
      await putTable(changed);
      const onlyNew = { ...changed, LocalSecondaryIndexes: [], GlobalSecondaryIndexes: [index] };
      for await (const item of items(existing.TableName)) {
        const key = itemKey(existing.TableName, database.createKey(item, existing));
        const on = staged((each) => queue.latest(each));
        // the item may have been written or deleted meanwhile, with the new index in view
        const now = queue.latest(key) as WireItem | undefined;
        if (now) await promised((done) => database.updateIndexes(on, onlyNew, undefined, now, done));
        await queue.commit(on.changes);
      }
    },
    async removeIndex(existing, indexName) {
      await queue.drained();
      const left = (existing.GlobalSecondaryIndexes ?? []).filter(({ IndexName }) => IndexName !== indexName);
      const { GlobalSecondaryIndexes: _before, ...rest } = existing;
      await putTable({ ...rest, ...(left.length > 0 ? { GlobalSecondaryIndexes: left } : {}) } as WireTable);
      await promised((done) => store.deleteIndexDb('Global', existing.TableName, indexName, done));
    },
    open: () => store.db.open(),
    close: async () => {
      await queue.drained();
      await promised((done) => store.db.close(done));
    },
  };
}
