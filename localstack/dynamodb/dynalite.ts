/** The parts of `dynalite` that are called here, and its errors. */
import { createRequire } from 'node:module';
import { AwsError } from '../core/errors.ts';
import { decodeItem, type WireItem } from './attribute-values.ts';
import type { ActionStore } from './staged-store.ts';
import type { KeyValueStore } from './write-queue.ts';

/** A table as dynalite keeps it; times are seconds. */
export interface WireTable {
  TableName: string;
  TableStatus: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  GlobalSecondaryIndexes?: WireIndex[];
  [member: string]: unknown;
}

/** A global secondary index as dynalite keeps it. */
export interface WireIndex {
  IndexName: string;
  KeySchema: { AttributeName: string; KeyType: string }[];
  Projection: object;
  ProvisionedThroughput?: object;
  [member: string]: unknown;
}

/** How dynalite hands back its outcomes. */
export type Callback = (error: unknown, value?: unknown) => void;
/** Runs an operation whose request has been checked. */
export type Action = (store: ActionStore, data: Wire, done: Callback) => void;

/** Members of a request in wire JSON. */
export type Wire = Record<string, unknown>;

interface SubDatabase {
  awsAccountId: string;
  awsRegion: string;
  put(key: string, value: unknown, done: Callback): void;
  createValueStream(): AsyncIterable<WireItem>;
}

/** dynalite's store over LevelDB. */
export interface Store extends ActionStore {
  readonly db: KeyValueStore & {
    open(): Promise<void>;
    close(done: Callback): void;
    iterator(range: { gte: string; lt: string }): AsyncIterable<[string, unknown]>;
  };
  readonly tableDb: SubDatabase;
  getItemDb(table: string): ReturnType<ActionStore['getItemDb']> & SubDatabase;
  deleteIndexDb(type: 'Global', table: string, index: string, done: Callback): void;
}

/** dynalite's functions on items, keys and conditions. */
export interface Database {
  create(options: object): Store;
  checkConditional(data: Wire, existing: WireItem | undefined): EngineError | null | undefined;
  validateKey(key: WireItem, table: WireTable): EngineError | null | undefined;
  validateItem(item: WireItem, table: WireTable): EngineError | null | undefined;
  createKey(item: WireItem, table: WireTable): string;
  updateIndexes(
    store: ActionStore,
    table: WireTable,
    before: undefined,
    after: WireItem,
    done: Callback,
  ): void;
}

/** dynalite's checks of requests: their types, then their values. */
export interface Validations {
  checkTypes(data: Wire, types: object): Wire;
  checkValidations(data: Wire, types: object, custom: unknown, store: ActionStore): void;
}

/** What dynalite throws for a request that DynamoDB refuses. */
export interface EngineError extends Error {
  statusCode?: number;
  body?: { __type: string; message?: string; Message?: string; Item?: WireItem };
}

/** The member that dynalite does not know and that its check of conditions honours here. */
export const RETURN_ON_FAILURE = 'ReturnValuesOnConditionCheckFailure';
const REQUIRE = createRequire(import.meta.url);

/** dynalite's functions on tables and items. */
export function loadDatabase(): Database {
  const database = REQUIRE('dynalite/db') as Database;
  returnItemsOfFailedConditions(database);
  return database;
}

/** dynalite's checks of requests. */
export function loadValidations(): Validations {
  return REQUIRE('dynalite/validations') as Validations;
}

/** What dynalite checks of an operation's members. */
export function loadMembers(operation: string): { readonly types: object; readonly custom: unknown } {
  return REQUIRE(`dynalite/validations/${fileOf(operation)}`) as { types: object; custom: unknown };
}

/** Members, at any depth, that dynalite's types do not have and that it would drop. */
export function unknownMembers(value: unknown, types: object, path = ''): string[] {
  return Object.entries(value ?? {}).flatMap(([member, each]: [string, unknown]) => {
    if (each === undefined || each === null) return [];
    const name = `${path}${member}`;
    const type = (types as Readonly<Record<string, unknown>>)[member];
    return type === undefined ? [name] : unknownWithin(each, type as MemberType, name);
  });
}

/** Attribute values have their children by name, and are not looked into. */
function unknownWithin(value: unknown, type: MemberType, name: string): string[] {
  if (typeof type === 'string' || typeof type.children !== 'object') return [];
  const { children } = type;
  if (/^(Field|Value)Struct</.test(type.type)) return unknownMembers(value, children, `${name}.`);
  // the elements of a list or a map
  return Object.values(value ?? {}).flatMap((each) => unknownWithin(each, children as MemberType, name));
}

/** What runs an operation. */
export function loadAction(operation: string): Action {
  return REQUIRE(`dynalite/actions/${fileOf(operation)}`) as Action;
}

/** dynalite names its files by operation, with a small first letter. */
function fileOf(operation: string): string {
  return operation.charAt(0).toLowerCase() + operation.slice(1);
}

/** A table that is not there. */
export function noSuchResource(): EngineError {
  const message = 'Requested resource not found';
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message };
  return Object.assign(new Error(message), { statusCode: 400, body });
}

/** How dynalite describes a member: by its type's name, or with what is in it. */
type MemberType = string | { readonly type: string; readonly children?: string | object };

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

/** The callback style of dynalite as a promise. */
export function promised(start: (done: Callback) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error ? reject(error as Error) : resolve(value)));
  });
}

/** An error of dynalite as DynamoDB's; others as they are. */
export function toAwsError(error: EngineError): Error {
  if (!error.statusCode || !error.body) return error;
  const code = error.body.__type.slice(error.body.__type.indexOf('#') + 1);
  const message = error.body.message ?? error.body.Message ?? '';
  const fields = error.body.Item ? { fields: { Item: decodeItem(error.body.Item) } } : {};
  return new AwsError(code, message, { status: error.statusCode, ...fields });
}
