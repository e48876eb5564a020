/**
 * Writes to LevelDB in the order in which they were decided, each whole or not at all.
 *
 * One batch is on its way at a time; what is decided meanwhile goes together in the next one. A write is acknowledged
 * when its batch is with the operating system, so it survives the end of this process.
 */

/** One change of a key; values are JSON. */
export type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

/** The database below: LevelDB. */
export interface KeyValueStore {
  getSync(key: string): unknown;
  batch(changes: readonly Change[]): Promise<void>;
}

type Latest = Map<string, Change>;

/** Decided writes on their way to the database. */
export class WriteQueue {
  private readonly database: KeyValueStore;
  private flying: Latest = new Map();
  private waiting: Latest = new Map();
  private waitingChanges: Change[] = [];
  private current: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(database: KeyValueStore) {
    this.database = database;
  }

  /** The value that the last decided write gave the key, be it durable yet or not; undefined for none. */
  latest(key: string): unknown {
    const change = this.waiting.get(key) ?? this.flying.get(key);
    if (!change) return this.database.getSync(key);
    return change.type === 'put' ? change.value : undefined;
  }

  /** Makes the changes together. Resolves when they are durable. */
  commit(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    for (const change of changes) this.waiting.set(change.key, change);
    this.waitingChanges.push(...changes);
    this.next ??= (this.current ?? Promise.resolve()).then(
      () => this.fly(),
      (error) => this.abandon(error),
    );
    return this.next;
  }

  /** Resolves when everything decided so far is durable, or has failed. */
  async drained(): Promise<void> {
    await (this.next ?? this.current)?.catch(() => undefined);
  }

  private fly(): Promise<void> {
    const changes = this.waitingChanges;
    this.flying = this.waiting;
    this.waiting = new Map();
    this.waitingChanges = [];
    this.next = undefined;
    this.current = this.database.batch(changes).finally(() => {
      this.flying = new Map();
      this.current = undefined;
    });
    return this.current;
  }

  /** What was decided on the ground of a batch that failed fails too. */
  private abandon(error: unknown): never {
    this.waiting = new Map();
    this.waitingChanges = [];
    this.next = undefined;
    throw error;
  }
}
