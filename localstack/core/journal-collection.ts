/** A collection in memory with a journal on disk: one JSON line per change, appended before `put` returns. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Collection } from './collection.ts';
import { parseValue, stringifyValue } from './json-values.ts';

/** Journals are rewritten when they hold this many lines more than twice their live entries. */
const SLACK_LINES = 20_000;

type Line = { readonly k: string; readonly v?: unknown; readonly deleted?: true };

/** A collection that ends with the process; for tests. Values are kept as they were put. */
export function createMemoryCollection<T>(): Collection<T> {
  return collectionOver(new Map<string, T>(), () => {});
}

/**
 * Opens the collection kept in `file` (JSON lines), made on the first change. A last line torn by a killed process is
 * dropped. Values must not be mutated after `put`: the change would be lost with the process.
 */
export function openJournalCollection<T>(file: string): Collection<T> & { close(): void } {
  const { entries, lines } = load<T>(file);
  let lineCount = lines;
  let descriptor: number | undefined;

  function compact(): void {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
    const temporary = `${file}.tmp`;
    writeFileSync(temporary, '');
    let chunk = '';
    for (const [k, v] of entries) {
      chunk += `${stringifyValue({ k, v } satisfies Line)}\n`;
      if (chunk.length < 1_000_000) continue;
      appendFileSync(temporary, chunk);
      chunk = '';
    }
    appendFileSync(temporary, chunk);
    renameSync(temporary, file);
    lineCount = entries.size;
  }

  function append(line: Line): void {
    descriptor ??= openSync(file, 'a');
    writeSync(descriptor, `${stringifyValue(line)}\n`);
    lineCount += 1;
    if (lineCount > 2 * entries.size + SLACK_LINES) compact();
  }

  if (lineCount > entries.size) compact();
  return Object.assign(collectionOver(entries, append), {
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  });
}

function load<T>(file: string): { entries: Map<string, T>; lines: number } {
  const entries = new Map<string, T>();
  if (!existsSync(file)) return { entries, lines: 0 };
  const text = readFileSync(file, 'utf8').split('\n');
  const torn = text.pop();
  for (const each of text) {
    const line = parseValue(each) as Line;
    if (line.deleted) entries.delete(line.k);
    else entries.set(line.k, line.v as T);
  }
  // a torn line counts as a line too many, so that the journal is rewritten without it
  return { entries, lines: text.length + (torn ? 1 : 0) };
}

function collectionOver<T>(entries: Map<string, T>, record: (line: Line) => void): Collection<T> {
  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    put(key, value) {
      entries.set(key, value);
      record({ k: key, v: value });
    },
    delete(key) {
      const existed = entries.delete(key);
      if (existed) record({ k: key, deleted: true });
      return existed;
    },
    keys: () => [...entries.keys()],
    values: () => [...entries.values()],
    entries: () => [...entries],
    get size() {
      return entries.size;
    },
  };
}
