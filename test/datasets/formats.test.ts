import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkUpload } from '../../lambdas/datasets/checks/check-upload.ts';
import { contradiction, formatOfName } from '../../lambdas/datasets/files/file-format.ts';
import { inspectUpload } from '../../lambdas/datasets/files/inspect-upload.ts';
import { parseUpload } from '../../lambdas/datasets/upload/upload-request.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { aProject } from '../shared/project-fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftless-test-'));
let files = 0;
/** Facts, checks and typed rows of one file. */
async function inspect(name: string, content: string | Uint8Array, dataset: Partial<DatasetSettings>) {
  const file = join(directory, `${files++}-${name}`);
  writeFileSync(file, content);
  const settings = { ...aProject().dataset, minimumRows: 1, ...dataset };
  return withDuckDb(directory, async (database: DuckDb) => {
    const size = readFileSync(file).length;
    const facts = await inspectUpload({
      database,
      settings,
      headSchema: undefined,
      files: [{ path: name, size, file }],
      rowsKept: 0,
    });
    const rows = facts.table ? await database.rows('SELECT * FROM data') : [];
    return { facts, rows, checks: checkUpload('u', facts) };
  });
}
const inferred = { columns: [], target: 'y', key: undefined, eventTime: undefined } as const;
const types = (result: Awaited<ReturnType<typeof inspect>>) =>
  Object.fromEntries(
    result.facts.table!.schema.columns.map(({ name, type, role }) => [name, `${type} ${role}`]),
  );

describe('an undeclared schema', () => {
  it('is inferred from every value of a CSV file, not from a sample', async () => {
    const lines = ['i,d,s,b,t,y'];
    for (let i = 0; i < 30_000; i++) lines.push(`${i},${i},${i},true,2001-01-01,${i % 2}`);
    lines.push('1,1.5,x,false,2001-01-01T10:00:00+02:00,1');
    const result = await inspect('a.csv', lines.join('\n'), { ...inferred, format: 'csv' });
    expect(types(result)).toEqual({
      i: 'integer feature',
      d: 'double feature',
      s: 'string feature',
      b: 'boolean feature',
      t: 'timestamp ignored',
      y: 'integer target',
    });
    expect(result.rows.at(-1)).toMatchObject({ d: 1.5, b: false, t: new Date('2001-01-01T08:00:00Z') });
  });
});

describe('JSON Lines', () => {
  const jsonl = { ...inferred, format: 'jsonl' } as const;
  it('are read with their types, and fields that are absent are missing', async () => {
    const result = await inspect('a.jsonl', '{"x":1.5,"s":"a","y":true}\n{"x":2,"y":false}\n', jsonl);
    expect(types(result)).toEqual({ x: 'double feature', s: 'string feature', y: 'boolean target' });
    expect(result.rows).toEqual([
      { x: 1.5, s: 'a', y: true },
      { x: 2, s: null, y: false },
    ]);
    expect(result.checks.verdict).toBe('PASS');
  });
  it.each([
    ['a CSV file', 'x,y\n1,0\n', 'does not begin with "{"'],
    ['a line that is no object', '{"x":1,"y":0}\nnope\n', 'does not parse as jsonl'],
  ])('are refused when they are %s', async (_case, content, reason) => {
    const { facts } = await inspect('a.jsonl', content, jsonl);
    expect(facts.files[0]!.problem).toContain(reason);
  });
});

describe('Parquet', () => {
  const parquet = { ...inferred, format: 'parquet' } as const;
  it('is read with its own types', async () => {
    const file = join(directory, 'p.parquet');
    await withDuckDb(directory, (database) =>
      database.run(
        `COPY (SELECT 1::INTEGER AS i, 0.5::FLOAT AS d, 'a' AS s, DATE '2001-01-01' AS t, true AS y
         UNION ALL SELECT NULL, 1.5, NULL, NULL, false) TO '${file}' (FORMAT parquet)`,
      ),
    );
    const result = await inspect('p.parquet', readFileSync(file), parquet);
    expect(types(result)).toEqual({
      i: 'integer feature',
      d: 'double feature',
      s: 'string feature',
      t: 'timestamp ignored',
      y: 'boolean target',
    });
    expect(result.rows[1]).toMatchObject({ i: null, d: 1.5, y: false });
  });
  it('that was cut off is refused', async () => {
    const { facts } = await inspect('p.parquet', 'PAR1....', parquet);
    expect(facts.files[0]!.problem).toContain('PAR1');
  });
});

describe('declared limits', () => {
  const limited = (column: object) => {
    const columns = [
      { name: 'x', type: 'integer', role: 'feature', ...column },
      { name: 'y', type: 'integer', role: 'target' },
    ];
    return { ...inferred, format: 'csv', columns } as unknown as Partial<DatasetSettings>;
  };
  const csv = 'x,y\n1,0\n5,1\n10,0\n,1\n';
  it.each([
    ['value-ranges', { minimum: 1, maximum: 10 }, 'PASS'],
    ['value-ranges', { minimum: 2 }, 'FAIL'],
    ['value-ranges', { maximum: 9 }, 'FAIL'],
    ['value-ranges', {}, 'NOT_APPLICABLE'],
    ['allowed-values', { allowedValues: ['1', '5', '10'] }, 'PASS'],
    ['allowed-values', { allowedValues: ['1', '5'] }, 'FAIL'],
  ])('%s with %j: %s, and a missing value does not offend', async (check, column, verdict) => {
    const { checks } = await inspect('a.csv', csv, limited(column));
    expect(checks.checks.find((c) => c.check === check)).toMatchObject({ verdict });
  });
  it('hide the values of a sensitive column', async () => {
    const { checks } = await inspect('a.csv', 'x,y\nsecret,0\n1,1\n', limited({ role: 'sensitive' }));
    const found = checks.checks.find(({ check }) => check === 'column-types')!;
    expect(found).toMatchObject({ verdict: 'FAIL', examples: [] });
  });
});

describe('names', () => {
  it.each([
    ['a.csv', 'csv', false],
    ['A.CSV.GZ', 'csv', true],
    ['dir/a.ndjson', 'jsonl', false],
    ['a.parquet', 'parquet', false],
    ['a.txt', undefined, undefined],
    ['csv', undefined, undefined],
  ])('%s is %s, gzip %s', (name, format, gzip) => {
    expect(formatOfName(name)?.format).toBe(format);
    expect(formatOfName(name)?.gzip).toBe(gzip);
  });
  it('do not contradict an empty file', () => {
    const nothing = { first: new Uint8Array(), last: new Uint8Array() };
    expect(contradiction(formatOfName('a.csv')!, nothing)).toBeUndefined();
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
    expect(parseUpload({ key, etag: 'e', sequencer: '1' }).kind).toBe(kind);
  });
  it('uploaded to again make another upload, and a repeated event does not', () => {
    const upload = (sequencer: string) => {
      const request = parseUpload({ key: 'incoming/my file.csv', etag: 'e', sequencer });
      return request.kind === 'file' ? request.upload : '';
    };
    expect(upload('1')).toMatch(/^my-file\.csv-[0-9a-f]{8}$/);
    expect(upload('1')).toBe(upload('1'));
    expect(upload('2')).not.toBe(upload('1'));
  });
});
