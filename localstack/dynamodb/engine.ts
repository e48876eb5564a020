/** `dynalite` called in the process, without its HTTP server: tables and items on LevelDB, expressions, indexes. */
import { createRequire } from 'node:module';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { decodeItem, toWire, type WireItem } from './attribute-values.ts';

/** A table as dynalite keeps it; times are seconds. */
export interface WireTable {
  TableName: string;
  TableStatus: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: WireIndex[];
  [member: string]: unknown;
}

export interface WireIndex {
  IndexName: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  Projection: object;
  ProvisionedThroughput?: object;
  [member: string]: unknown;
}

type Callback = (error: unknown, value?: unknown) => void;
type Wire = Record<string, unknown>;

interface SubDatabase {
  awsAccountId: string;
  awsRegion: string;
  put(key: string, value: unknown, done: Callback): void;
  createValueStream(): AsyncIterable<WireItem>;
}

interface Store {
  readonly db: { open(): Promise<void>; close(done: Callback): void };
  readonly tableDb: SubDatabase;
  getTable(name: string, checkStatus: boolean, done: Callback): void;
  getItemDb(table: string): SubDatabase;
  deleteIndexDb(type: 'Global', table: string, index: string, done: Callback): void;
}

interface Database {
  create(options: object): Store;
  checkConditional(data: Wire, existing: WireItem | undefined): EngineError | undefined;
  updateIndexes(store: Store, table: WireTable, before: undefined, after: WireItem, done: Callback): void;
}

interface Validations {
  checkTypes(data: Wire, types: object): Wire;
  checkValidations(data: Wire, types: object, custom: unknown, store: Store): void;
}

/** What dynalite throws for a request that DynamoDB refuses. */
interface EngineError extends Error {
  statusCode?: number;
  body?: { __type: string; message?: string; Message?: string; Item?: WireItem };
}

export interface Engine {
  /** Runs an operation on wire JSON. @throws AwsError as DynamoDB; NotImplementedByLocalCloud for members that dynalite ignores */
  run(operation: string, input: object): Promise<Record<string, unknown>>;
  /** @throws AwsError ResourceNotFoundException */
  table(name: string): Promise<WireTable>;
  addIndex(table: WireTable, index: WireIndex): Promise<void>;
  removeIndex(table: WireTable, indexName: string): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

const RETURN_ON_FAILURE = 'ReturnValuesOnConditionCheckFailure';
const DYNALITE = createRequire(import.meta.url);

/** Opens the database in `path`; only one process can. */
export function createEngine(path: string, account: string, region: string): Engine {
  const database = DYNALITE('dynalite/db') as Database;
  const validations = DYNALITE('dynalite/validations') as Validations;
  returnItemsOfFailedConditions(database);
  const store = database.create({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  Object.assign(store.tableDb, { awsAccountId: account, awsRegion: region });

  async function run(operation: string, input: object): Promise<Record<string, unknown>> {
    const file = operation.charAt(0).toLowerCase() + operation.slice(1);
    const { types, custom } = DYNALITE(`dynalite/validations/${file}`) as { types: object; custom: unknown };
    const action = DYNALITE(`dynalite/actions/${file}`) as (store: Store, data: Wire, done: Callback) => void;
    const wire = toWire(input) as Wire;
    const { [RETURN_ON_FAILURE]: returnOnFailure, ...known } = wire;
    const unknown = Object.keys(known).filter((member) => known[member] !== undefined && !(member in types));
    if (unknown.length > 0)
      throw new NotImplementedByLocalCloud(`dynamodb ${operation} ${unknown.join(', ')}`);
    try {
      const data = validations.checkTypes(known, types);
      validations.checkValidations(data, types, custom, store);
      if (returnOnFailure !== undefined) data[RETURN_ON_FAILURE] = returnOnFailure;
      const output = await promised((done) => action(store, data, done));
      // descriptions are live objects, which change when a table becomes active
      return structuredClone(output === '' ? {} : output) as Record<string, unknown>;
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

  return {
    run,
    table,
    async addIndex(existing, index) {
      const changed = {
        ...existing,
        GlobalSecondaryIndexes: [...(existing.GlobalSecondaryIndexes ?? []), index],
      };
      await putTable(changed);
      const onlyNew = { ...changed, LocalSecondaryIndexes: [], GlobalSecondaryIndexes: [index] };
      for await (const item of store.getItemDb(existing.TableName).createValueStream()) {
        await promised((done) => database.updateIndexes(store, onlyNew, undefined, item, done));
      }
    },
    async removeIndex(existing, indexName) {
      const left = (existing.GlobalSecondaryIndexes ?? []).filter(({ IndexName }) => IndexName !== indexName);
      const { GlobalSecondaryIndexes: _before, ...rest } = existing;
      await putTable({ ...rest, ...(left.length > 0 ? { GlobalSecondaryIndexes: left } : {}) } as WireTable);
      await promised((done) => store.deleteIndexDb('Global', existing.TableName, indexName, done));
    },
    open: () => store.db.open(),
    close: async () => {
      await promised((done) => store.db.close(done));
    },
  };
}

let isPatched = false;

/** dynalite has no ReturnValuesOnConditionCheckFailure; its check of the condition knows the item. */
function returnItemsOfFailedConditions(database: Database): void {
  if (isPatched) return;
  isPatched = true;
  const check = database.checkConditional;
  database.checkConditional = (data, existing) => {
    const error = check(data, existing);
    if (error?.body && existing && data[RETURN_ON_FAILURE] === 'ALL_OLD') error.body.Item = existing;
    return error;
  };
}

function promised(start: (done: Callback) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error as Error) : resolve(value)));
  });
}

function toAwsError(error: EngineError): Error {
  if (!error.statusCode || !error.body) return error;
  const code = error.body.__type.slice(error.body.__type.indexOf('#') + 1);
  const message = error.body.message ?? error.body.Message ?? '';
  const fields = error.body.Item ? { fields: { Item: decodeItem(error.body.Item) } } : {};
  return new AwsError(code, message, { status: error.statusCode, ...fields });
}
