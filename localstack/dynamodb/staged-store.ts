/** What dynalite's actions take for their store, when their writes are to be gathered rather than made. */
import type { WireItem } from './attribute-values.ts';
import type { WireTable } from './dynalite.ts';
import type { Change } from './write-queue.ts';

type Callback = (error: unknown, value?: unknown) => void;

interface SubDatabase {
  lock(key: string, run: (release: (done: Callback) => Callback) => void): void;
  get(key: string, done: Callback): void;
  put(key: string, value: WireItem, done: Callback): void;
  del(key: string, done: Callback): void;
}

/** The part of dynalite's store that reads and writes of items use. */
export interface ActionStore {
  readonly options: object;
  getTable(name: string, checkStatus: boolean | Callback, done?: Callback): void;
  getItemDb(table: string): SubDatabase;
  getIndexDb(type: string, table: string, index: string): SubDatabase;
}

/** Where a staged store reads, and what it is told. */
export interface Staging {
  readonly options: object;
  /** Value of a key, or undefined. */
  read(key: string): unknown;
  /** The table. Throws what dynalite's own `getTable` gives to its callback. */
  table(name: string): WireTable;
}

/** A store that answers at once and only notes what it is told to write. */
export interface StagedStore extends ActionStore {
  readonly changes: readonly Change[];
  /** Items among the changes that were put, with their tables. */
  readonly puts: readonly { readonly table: string; readonly item: WireItem }[];
}

/** Key of an item in LevelDB, from dynalite's key inside of the table. */
export function itemKey(table: string, key: string): string {
  return `item-${table}~${key}`;
}

/**
 * Makes a store for one write or one transaction. Its callbacks run before its methods return, so that an action decides
 * without a pause, on what all earlier decisions left.
 */
export function createStagedStore(staging: Staging): StagedStore {
  const changes: Change[] = [];
  const puts: { table: string; item: WireItem }[] = [];

  function subDatabase(prefix: string, table?: string): SubDatabase {
    return {
      lock: (_key, run) => run((done) => done),
      get(key, done) {
        const value = staging.read(prefix + key);
        if (value === undefined) done(Object.assign(new Error('NotFoundError'), { name: 'NotFoundError' }));
        else done(null, value);
      },
      put(key, value, done) {
        changes.push({ type: 'put', key: prefix + key, value });
        if (table !== undefined) puts.push({ table, item: value });
        done(null);
      },
      del(key, done) {
        changes.push({ type: 'del', key: prefix + key });
        done(null);
      },
    };
  }

  return {
    options: staging.options,
    changes,
    puts,
    getTable(name, checkStatus, done) {
      const callback = typeof checkStatus === 'function' ? checkStatus : done!;
      let table: WireTable;
      try {
        table = staging.table(name);
      } catch (error) {
        callback(error);
        return;
      }
      callback(null, table);
    },
    getItemDb: (table) => subDatabase(itemKey(table, ''), table),
    getIndexDb: (type, table, index) => subDatabase(`index-${type.toLowerCase()}~${table}~${index}~`),
  };
}
