import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatOfName } from '../../lambdas/datasets/files/file-format.ts';
import { inspectFiles } from '../../lambdas/datasets/files/inspect-files.ts';
import { inferSchema } from '../../lambdas/datasets/schema/infer-types.ts';
import { stageInferred } from '../../lambdas/datasets/schema/stage-inferred.ts';
import { parseUpload } from '../../lambdas/datasets/upload/upload-request.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftless-formats-'));
afterAll(() => rmSync(directory, { recursive: true }));

const SETTINGS: DatasetSettings = { target: 'y', columns: [], uploads: 'snapshot', minimumRows: 1 };
let files = 0;
/** Inferred columns and typed rows of one file, by the one reading and by looking at everything first. */
async function infer(path: string, content: string) {
  const file = join(directory, `${files++}`);
  writeFileSync(file, content);
  return withDuckDb(directory, async (database) => {
    const inspected = await inspectFiles(database, SETTINGS, [
      { index: 0, path, size: Buffer.byteLength(content), file },
    ]);
    const { schema } = await stageInferred(database, inspected, SETTINGS);
    const rows = await database.rows('SELECT * EXCLUDE (__file, __row, __bad) FROM data ORDER BY __row');
    expect(await inferSchema(database, inspected, SETTINGS)).toEqual(schema);
    return {
      rows,
      types: Object.fromEntries(schema.columns.map(({ name, type, role }) => [name, `${type} ${role}`])),
    };
  });
}

describe('an undeclared schema', () => {
  it('is inferred from every value of a CSV file, not from a sample', async () => {
    const lines = ['i,d,s,z,b,t,y'];
    for (let i = 0; i < 30_000; i++) lines.push(`${i},${i},${i},${i},true,2001-01-01,${i % 2}`);
    lines.push('1,1.5,x,007,false,2001-01-01T10:00:00+02:00,1');
    const { types, rows } = await infer('a.csv', lines.join('\n'));
    expect(types).toEqual({
      i: 'integer feature',
      d: 'double feature',
      s: 'string feature',
      z: 'string feature',
      b: 'boolean feature',
      t: 'timestamp ignored',
      y: 'integer target',
    });
    expect(rows.at(-1)).toMatchObject({ d: 1.5, z: '007', b: false, t: new Date('2001-01-01T08:00:00Z') });
  });

  it('of a column that has no value among the first rows is inferred from those that come later', async () => {
    const lines = ['late,y', ...Array.from({ length: 20_000 }, (_, i) => `,${i % 2}`), '2.5,1'];
    expect((await infer('a.csv', lines.join('\n'))).types.late).toBe('double feature');
  });

  it('of JSON Lines has their types, and fields that are absent are missing', async () => {
    const { types, rows } = await infer('a.jsonl', '{"x":1.5,"s":"a","y":true}\n{"x":2,"y":false}\n');
    expect(types).toEqual({ x: 'double feature', s: 'string feature', y: 'boolean target' });
    expect(rows).toEqual([
      { x: 1.5, s: 'a', y: true },
      { x: 2, s: null, y: false },
    ]);
  });
});

describe('names', () => {
  it.each([
    ['a.csv', 'csv', undefined],
    ['A.CSV.GZ', 'csv', 'gzip'],
    ['b.tsv.zst', 'csv', 'zstd'],
    ['dir/a.ndjson', 'jsonl', undefined],
    ['a.parquet', 'parquet', undefined],
    ['a.txt', undefined, undefined],
    ['csv', undefined, undefined],
  ])('%s is %s, compressed by %s', (name, format, compression) => {
    expect(formatOfName(name)?.format).toBe(format);
    expect(formatOfName(name)?.compression).toBe(compression);
  });

  it.each([
    ['incoming/a.csv', 'file'],
    ['incoming/up/_SUCCESS', 'folder'],
    ['incoming/up/a.csv', 'ignored'],
    ['incoming/up/deep/_SUCCESS', 'ignored'],
    ['incoming/_SUCCESS', 'ignored'],
    ['incoming/up/', 'ignored'],
    ['incoming/', 'ignored'],
    ['labels/a.csv', 'ignored'],
  ])('of object %s ask for: %s', (key, kind) => {
    expect(parseUpload({ key, versionId: 'v' }).kind).toBe(kind);
  });
});
