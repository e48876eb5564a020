/** The versions of a bucket's keys: durable records, with the keys sorted in memory for listing. */
import type { Collection } from '../../core/collection.ts';
import { compareKeys, firstIndex } from './key-order.ts';
import type { VersionRecord } from './records.ts';

export interface KeyRange {
  readonly prefix: string;
  /** Keys after this one only. */
  readonly after?: string;
}

export class BucketIndex {
  private readonly records: Collection<VersionRecord>;
  /** Versions of a key, newest first. */
  private readonly versions = new Map<string, VersionRecord[]>();
  private readonly sortedKeys: string[];
  /** Highest sequence number seen. */
  lastSequence = 0;

  constructor(records: Collection<VersionRecord>) {
    this.records = records;
    for (const record of records.values()) {
      this.lastSequence = Math.max(this.lastSequence, record.sequence);
      const siblings = this.versions.get(record.key);
      if (siblings) siblings.push(record);
      else this.versions.set(record.key, [record]);
    }
    for (const siblings of this.versions.values()) siblings.sort((a, b) => b.sequence - a.sequence);
    this.sortedKeys = [...this.versions.keys()].sort(compareKeys);
  }

  get isEmpty(): boolean {
    return this.sortedKeys.length === 0;
  }

  get keyCount(): number {
    return this.sortedKeys.length;
  }

  /** All records of the bucket, in no order. */
  all(): VersionRecord[] {
    return this.records.values();
  }

  /** Newest version of a key, which may be a delete marker. */
  current(key: string): VersionRecord | undefined {
    return this.versions.get(key)?.[0];
  }

  version(key: string, id: string): VersionRecord | undefined {
    return this.versions.get(key)?.find((record) => record.id === id);
  }

  /** Versions of a key, newest first. */
  versionsOf(key: string): readonly VersionRecord[] {
    return this.versions.get(key) ?? [];
  }

  /** Adds the newest version of its key. A version with the same id is replaced and returned. */
  add(record: VersionRecord): VersionRecord | undefined {
    this.records.put(recordKey(record), record);
    this.lastSequence = Math.max(this.lastSequence, record.sequence);
    const siblings = this.versions.get(record.key);
    if (!siblings) {
      this.versions.set(record.key, [record]);
      const at = firstIndex(this.sortedKeys, (key) => compareKeys(key, record.key) >= 0);
      this.sortedKeys.splice(at, 0, record.key);
      return undefined;
    }
    const same = siblings.findIndex(({ id }) => id === record.id);
    const replaced = same < 0 ? undefined : siblings.splice(same, 1)[0];
    siblings.unshift(record);
    return replaced;
  }

  /** Changes a version in place, for example its tags. */
  update(record: VersionRecord): void {
    const siblings = this.versions.get(record.key) ?? [];
    const at = siblings.findIndex(({ id }) => id === record.id);
    if (at < 0) throw new Error(`no such version: ${record.key} ${record.id}`);
    this.records.put(recordKey(record), record);
    siblings[at] = record;
  }

  remove(record: VersionRecord): void {
    this.records.delete(recordKey(record));
    const siblings = this.versions.get(record.key) ?? [];
    const left = siblings.filter(({ id }) => id !== record.id);
    if (left.length > 0) {
      this.versions.set(record.key, left);
      return;
    }
    this.versions.delete(record.key);
    const at = firstIndex(this.sortedKeys, (key) => compareKeys(key, record.key) >= 0);
    if (this.sortedKeys[at] === record.key) this.sortedKeys.splice(at, 1);
  }

  /** Keys of a range in order; `skip` jumps over all keys with a prefix in one step. */
  walk({ prefix, after }: KeyRange): KeyWalk {
    const start = after !== undefined && compareKeys(after, prefix) >= 0 ? after : undefined;
    const at = firstIndex(this.sortedKeys, (key) =>
      start === undefined ? compareKeys(key, prefix) >= 0 : compareKeys(key, start) > 0,
    );
    return new KeyWalk(this.sortedKeys, at, prefix);
  }
}

/** A cursor over sorted keys; only for use without pause, since keys may come and go between requests. */
export class KeyWalk {
  private readonly keys: readonly string[];
  private readonly prefix: string;
  private at: number;

  constructor(keys: readonly string[], at: number, prefix: string) {
    this.keys = keys;
    this.at = at;
    this.prefix = prefix;
  }

  /** Next key, or undefined at the end of the prefix. */
  next(): string | undefined {
    const key = this.keys[this.at];
    if (key === undefined || !key.startsWith(this.prefix)) return undefined;
    this.at += 1;
    return key;
  }

  /** Goes on after the last key that starts with `prefix`. */
  skip(prefix: string): void {
    this.at = firstIndex(this.keys, (key) => !key.startsWith(prefix) && compareKeys(key, prefix) > 0);
  }
}

function recordKey({ key, id }: VersionRecord): string {
  return `${key}\u0000${id}`;
}
