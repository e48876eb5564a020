import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournalCollection } from './journal-collection.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'journal-')), 'things.jsonl');

test('what was put is there in the next process, also when this one is killed', () => {
  const file = newFile();
  const module = new URL('./journal-collection.ts', import.meta.url).href;
  const script = `
    const { openJournalCollection } = await import(${JSON.stringify(module)});
    const things = openJournalCollection(${JSON.stringify(file)});
    for (let index = 0; index < 500; index += 1) things.put('k' + (index % 100), { index });
    things.delete('k7');
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  expect(child.signal).toBe('SIGKILL');

  const things = openJournalCollection<{ index: number }>(file);
  expect(things.size).toBe(99);
  expect(things.get('k99')).toEqual({ index: 499 });
  expect(things.has('k7')).toBe(false);
});

test('a line torn by a crash is dropped, and later changes are kept', () => {
  const file = newFile();
  const first = openJournalCollection<number>(file);
  first.put('a', 1);
  first.close();
  appendFileSync(file, '{"k":"b","v"');

  const second = openJournalCollection<number>(file);
  expect(second.entries()).toEqual([['a', 1]]);
  second.put('c', 3);
  second.close();
  expect(openJournalCollection<number>(file).entries()).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
});

test('dates, bytes and big integers survive', () => {
  const file = newFile();
  const value = {
    at: new Date(1),
    bytes: new Uint8Array([0, 255]),
    count: 2n ** 60n,
    nested: [{ at: new Date(2) }],
  };
  const first = openJournalCollection(file);
  first.put('v', value);
  first.close();
  expect(openJournalCollection(file).get('v')).toEqual(value);
});

test('the journal of a key that changes often does not grow without end', () => {
  const file = newFile();
  const things = openJournalCollection<number>(file);
  for (let index = 0; index < 50_000; index += 1) things.put('same', index);
  things.close();
  expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(25_000);
  expect(openJournalCollection<number>(file).get('same')).toBe(49_999);
});
