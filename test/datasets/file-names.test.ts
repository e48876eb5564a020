/** Names of an upload's files are looked at one by one, and found again by position, without being held. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NamedFile, NameReader } from '../../lambdas/datasets/files/file-names.ts';
import { ListedNames } from '../../lambdas/datasets/scan/listed-names.ts';
import { PositionSet } from '../../lambdas/datasets/scan/position-set.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'names-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function* files(...paths: readonly string[]): AsyncIterable<NamedFile> {
  for (const path of paths) yield { path, size: path.length };
}

const listed = (...paths: readonly string[]) =>
  ListedNames.of(join(directory, `${paths.length}.jsonl`), files(...paths));

const reasons = async (...paths: readonly string[]) =>
  (await listed(...paths)).findings().map(({ reason }) => reason);

describe('ListedNames', () => {
  it('gives the name at a position, whatever its characters', async () => {
    const paths = [
      'a.csv',
      '\u{1f600}/\u00e9 "x".csv',
      'line\u2028end\nand\\.csv',
      `${'long/'.repeat(200)}z`,
    ];
    const names = await listed(...paths);
    expect(paths.map((_, at) => names.pathOf(at))).toEqual(paths);
    expect([-1, 4].map((at) => names.pathOf(at))).toEqual([undefined, undefined]);
  });

  it('finds what clashes among more names than one piece of its file has', async () => {
    const many = Array.from({ length: 5000 }, (_, at) => `day/part-${at}.csv`);
    expect(await reasons(...many, 'day/PART-4999.csv')).toEqual([
      '"day/part-4999.csv" and "day/PART-4999.csv" differ by case only, which macOS and Windows cannot hold in one folder; rename one.',
    ]);
  });

  it('passes on the failure of a listing', async () => {
    async function* broken(): AsyncIterable<NamedFile> {
      yield { path: 'a.csv', size: 1 };
      throw new Error('listing broke');
    }
    await expect(ListedNames.of(join(directory, 'broken.jsonl'), broken())).rejects.toThrow('listing broke');
  });
});

describe('NameReader', () => {
  it('finds a file that is a folder, too, wherever the two come in the order', async () => {
    expect(await reasons('a/b', 'a/b/c.csv', 'x/y/z.csv', 'x/y')).toEqual([
      '"a/b" is both a file and a folder ("a/b/c.csv"); rename one.',
      '"x/y" is both a file and a folder ("x/y/z.csv"); rename one.',
    ]);
  });

  it('finds one name written in two ways of Unicode', async () => {
    const [composed, decomposed] = ['caf\u00e9.csv', 'cafe\u0301.csv'];
    expect(await reasons(decomposed, composed)).toEqual([
      `"${decomposed}" and "${composed}" are the same name on macOS (Unicode NFC); rename one.`,
    ]);
  });

  it('does not compare ignored files with data', async () => {
    expect(await reasons('_a', '_A', 'b.csv')).toEqual([
      '2 files whose names begin with "_" or "." are left out, as Spark and Hive do: "_a", "_A".',
    ]);
  });

  it('tells the first ten of a kind and counts the others', async () => {
    const found = await reasons(...Array.from({ length: 13 }, (_, at) => `../${at}.csv`));
    expect(found).toHaveLength(11);
    expect(found[0]).toMatch(/^"\.\.\/0\.csv" has a segment "\.\."/);
    expect(found[10]).toBe('3 more names are refused; rename them.');
  });

  it('does not go through the names again when none can clash', () => {
    const reader = new NameReader();
    for (const path of ['a/1.csv', 'a/2.csv', 'b/1.csv']) reader.add({ path, size: 1 });
    const findings = reader.findings(() => {
      throw new Error('gone through');
    });
    expect(findings).toEqual([]);
  });
});

describe('PositionSet', () => {
  it('has what was added and nothing else, in order', () => {
    const set = new PositionSet();
    for (const position of [70_000, 0, 7, 8, 7]) set.add(position);
    expect([...set]).toEqual([0, 7, 8, 70_000]);
    expect([1, 9, 69_999, 70_001, 5_000_000].map((position) => set.has(position))).toEqual(
      Array(5).fill(false),
    );
  });
});
