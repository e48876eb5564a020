import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUpload } from '../../lambdas/datasets/checks/check-upload.ts';
import type { FileFacts } from '../../lambdas/datasets/checks/fact-types.ts';
import { collectFacts, mergeFacts, type TableFacts } from '../../lambdas/datasets/checks/facts.ts';
import { mergeFilesFacts, summarizeFiles } from '../../lambdas/datasets/checks/file-facts.ts';
import { declaredSchema } from '../../lambdas/datasets/schema/schema.ts';
import { findDuplicates } from '../../lambdas/datasets/versions/duplicates.ts';
import { writeRowHashes } from '../../lambdas/datasets/versions/row-hashes.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { aDataset, check, createData, type Row, TARGET } from './checks-fixture.ts';

const settings = aDataset(
  [
    { name: 'id', type: 'string', role: 'key' },
    { name: 'at', type: 'timestamp', role: 'event-time' },
    { name: 'n', type: 'integer', role: 'feature', minimum: 0, maximum: 5 },
    { name: 'd', type: 'double', role: 'feature' },
    {
      name: 's',
      type: 'string',
      role: 'feature',
      allowedValues: ['a', 'b'],
      maximumLength: 1,
      nullable: false,
    },
    { name: 'b', type: 'boolean', role: 'sensitive' },
    TARGET,
  ],
  {
    key: 'id',
    eventTime: 'at',
    checks: { 'event-times': { monotonic: true } },
    predicates: [{ name: 'small', sql: 'n < d' }],
  },
);
const present = settings.columns.map(({ name }) => name);
const schema = declaredSchema(settings);

const aRow: fc.Arbitrary<Row> = fc
  .record({
    id: fc.option(fc.constantFrom('k1', 'k2', 'k3')),
    at: fc.option(fc.constantFrom('2001-01-01 10:00:00', '2001-01-02 10:00:00', '2001-01-03 10:00:00')),
    n: fc.option(fc.integer({ min: -2, max: 8 })),
    d: fc.option(
      fc.constantFrom(0, -1.5, 3.25, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    ),
    s: fc.option(fc.constantFrom('a', 'b', 'cc', "it's", 'ü')),
    b: fc.option(fc.boolean()),
    y: fc.option(fc.constantFrom(0, 1, 2)),
    isBad: fc.constantFrom(false, false, false, true),
  })
  .map(({ isBad, ...row }) => (isBad ? { ...row, n: null, bad: { n: '1,234' } } : row));

describe('collectFacts', () => {
  it('counts what each column holds, by hand', async () => {
    const files = [
      [
        { id: '1', at: '2001-01-02 10:00:00', n: 7, d: 1.5, s: 'a', b: true, y: 0 },
        { id: '2', at: '2001-01-01 10:00:00', bad: { n: 'x' }, d: Number.NaN, s: 'cc', b: true, y: 1 },
      ],
      [
        { id: null, at: null, n: -1, d: Number.NEGATIVE_INFINITY, s: null, b: null, y: 2 },
        { id: '1', at: '2001-01-03 10:00:00', n: 2, d: 1.75, s: 'b', b: true, y: 1 },
      ],
    ];
    const { facts } = await check({ settings, files });
    const column = (name: string) => facts.columns.find((candidate) => candidate.name === name)!;

    expect(facts.rows).toBe(4);
    expect(column('n')).toMatchObject({
      missing: 0,
      minimum: -1,
      maximum: 7,
      offences: {
        uncastable: { rows: 1, examples: [{ file: 0, row: 2, value: 'x' }] },
        outOfRange: {
          rows: 2,
          examples: [
            { file: 0, row: 1, value: '7' },
            { file: 1, row: 1, value: '-1' },
          ],
        },
      },
    });
    expect(column('d')).toMatchObject({
      minimum: 1.5,
      maximum: 1.75,
      nan: 1,
      offences: { notFinite: { rows: 2 } },
    });
    expect(column('s').offences).toMatchObject({
      missing: { rows: 1, examples: [{ file: 1, row: 1 }] },
      notAllowed: { rows: 1 },
      misshapen: { rows: 1, examples: [{ file: 0, row: 2, value: 'cc' }] },
    });
    expect(column('b').onlyValue).toMatch(/^\d+$/);
    expect(column('s').onlyValue).toBe('');
    expect(facts.target).toEqual({
      classes: { 0: 1, 1: 2 },
      unknown: { rows: 1, examples: [{ file: 1, row: 1, value: '2' }] },
    });
    expect(facts.eventTimes).toMatchObject({
      earliestMs: Date.UTC(2001, 0, 1, 10),
      latestMs: Date.UTC(2001, 0, 3, 10),
      latestAt: { file: 1, row: 2 },
      descents: { rows: 1, examples: [{ file: 0, row: 2 }] },
    });
    // 7 < 1.5, 2 < 1.75 and -1 < -inf do not hold; a comparison with NULL passes
    expect(facts.predicates[0]!.failing.rows).toBe(3);
  });

  it('hashes examples of keys and sensitive columns with the salt, and cuts the others', async () => {
    const own = aDataset(
      [
        { name: 'long', type: 'string', role: 'feature', maximumLength: 10 },
        { name: 'secret', type: 'string', role: 'sensitive', maximumLength: 1 },
        TARGET,
      ],
      {},
    );
    const files = [[{ long: '😀'.repeat(100), secret: 'alice', y: 1 }]];
    const { facts } = await check({ settings: own, files, facts: { salt: 'pepper' } });
    const value = (index: number) => facts.columns[index]!.offences.misshapen!.examples[0]!.value;

    expect(value(0)).toBe('😀'.repeat(80));
    // printf 'pepperalice' | sha256sum
    expect(value(1)).toBe('sha256:b1b68da44784');
    expect(JSON.stringify(facts)).not.toContain('alice');
  });

  it('names at most ten offenders, the first by file and row', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({ n: index < 5 ? 1 : 9, y: 0 }));
    const own = aDataset([{ name: 'n', type: 'integer', role: 'feature', maximum: 5 }, TARGET]);
    const { facts } = await check({
      settings: own,
      files: [[], rows],
      facts: { pathOf: (file) => `part-${file}` },
    });
    const offence = facts.columns[0]!.offences.outOfRange!;

    expect(offence.rows).toBe(20);
    expect(offence.examples).toEqual(
      [6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((row) => ({ file: 1, path: 'part-1', row, value: '9' })),
    );
  });

  it('finds out about every other column when one cannot be looked at', async () => {
    const own = aDataset([
      { name: 'broken', type: 'string', role: 'feature', pattern: '(' },
      { name: 'n', type: 'integer', role: 'feature', maximum: 5 },
      TARGET,
    ]);
    const { facts, checks } = await check({ settings: own, files: [[{ broken: 'x', n: 9, y: 1 }]] });

    expect(facts.columns[0]!.errors[0]).toContain('Column "broken" could not be looked at');
    expect(facts.columns[1]!.offences.outOfRange!.rows).toBe(1);
    expect(checks.columns).toEqual([
      { name: 'broken', verdict: 'FAIL' },
      { name: 'n', verdict: 'FAIL' },
      { name: 'y', verdict: 'FAIL' },
    ]);
  });
});

describe('mergeFacts', () => {
  it('gives the facts and the checks of the whole, however the rows are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(aRow, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
        fc.boolean(),
        async (files, cuts, reversed) => {
          const whole = await factsOf(files, 0, 1);
          // parts of consecutive rows; a cut may fall within a file
          const flat = files.flatMap((rows, file) =>
            rows.map((row, index) => ({ row, file, number: index + 1 })),
          );
          const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, flat.length)), flat.length])].sort(
            (a, b) => a - b,
          );
          const parts: TableFacts[] = [];
          for (let index = 0; index + 1 < at.length; index++) {
            parts.push(await factsOfPart(flat.slice(at[index], at[index + 1])));
          }
          if (parts.length === 0) parts.push(whole);
          const merged = (reversed ? parts.toReversed() : parts).reduce(mergeFacts);

          expect(withoutEnds(merged)).toEqual(withoutEnds(whole));
          expect(checksOf(merged)).toEqual(checksOf(whole));
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('samples the same rows for the leakage hints, however many are cut off', async () => {
    const rows = Array.from({ length: 6_000 }, (_, index) => ({
      id: `k${index}`,
      n: index % 6,
      s: 'a',
      y: index % 3 ? 0 : 1,
    }));
    const whole = await factsOf([rows], 0, 1);
    const parts = [await factsOf([rows.slice(0, 1_000)], 0, 1), await factsOf([rows.slice(1_000)], 0, 1_001)];

    // 3 features: 2,000 rows of either class at most, and 2,000 of 6,000 are positive
    expect(whole.sample!.negatives).toHaveLength(2_000);
    expect(whole.sample!.positives).toHaveLength(2_000);
    expect(parts.reduce(mergeFacts).sample).toEqual(whole.sample);
    expect(parts.toReversed().reduce(mergeFacts).sample).toEqual(whole.sample);
  });

  it('refuses facts of another schema', async () => {
    const [facts] = [await factsOf([[{ y: 1 }]], 0, 1)];
    expect(() => mergeFacts(facts!, { ...facts!, columns: facts!.columns.slice(1) })).toThrow(/do not merge/);
  });
});

describe('values of a column that is declared unique', () => {
  it('are compared over all parts of an upload', async () => {
    const own = aDataset([{ name: 'x', type: 'integer', role: 'feature', unique: true }, TARGET]);
    const directory = mkdtempSync(join(tmpdir(), 'driftless-unique-'));
    const repeated = await withDuckDb(directory, async (database) => {
      const parts = [
        [{ x: 1, y: 0 }, { x: 2, y: 0 }, { y: 0 }],
        [{ x: 3, y: 0 }, { x: 1, y: 0 }, { y: 0 }],
      ];
      const hashes: string[] = [];
      for (const [index, rows] of parts.entries()) {
        await createData(database, declaredSchema(own), [rows], { firstFile: index });
        const file = join(directory, `${index}.parquet`);
        await writeRowHashes(database, own, declaredSchema(own), file);
        hashes.push(file);
      }
      const files = [
        { index: 0, path: 'a.csv' },
        { index: 1, path: 'b.csv' },
      ];
      return findDuplicates(database, { own: hashes, files, to: join(directory, 'dropped.parquet') });
    });
    expect(repeated.repeatedValues).toEqual({ x: { rows: 1, examples: [{ file: 1, row: 2 }] } });
  });
});

describe('facts of files', () => {
  const aFile: fc.Arbitrary<Omit<FileFacts, 'path'>> = fc.record(
    {
      size: fc.constantFrom(0, 10),
      rows: fc.nat({ max: 5 }),
      problem: fc.record({ check: fc.constant('files-readable'), reason: fc.constantFrom('bad', 'worse') }),
      ignored: fc.constant('hidden'),
      warnings: fc.array(
        fc.constantFrom('odd', { check: 'blank-lines', severity: 'info', reason: 'odder' } as const),
        { maxLength: 2 },
      ),
      columns: fc.constantFrom(['x', 'y'], ['y', 'x']),
    },
    { requiredKeys: ['size'] },
  );

  it('are the same for all files as for the parts of a listing', () => {
    fc.assert(
      fc.property(
        fc.array(aFile, { maxLength: 40 }),
        fc.nat({ max: 40 }),
        fc.boolean(),
        (facts, cut, reversed) => {
          const files = facts.map((one, index): FileFacts => ({ ...one, index, path: `p${index}` }));
          const parts = [summarizeFiles(files.slice(0, cut)), summarizeFiles(files.slice(cut))] as const;
          const merged = reversed ? mergeFilesFacts(parts[1], parts[0]) : mergeFilesFacts(parts[0], parts[1]);
          expect(merged).toEqual(summarizeFiles(files));
        },
      ),
    );
  });
});

async function factsOf(
  files: readonly (readonly Row[])[],
  firstFile: number,
  firstRow: number,
): Promise<TableFacts> {
  return withDuckDb(tmpdir(), async (database) => {
    await createData(database, schema, files, { firstFile, firstRow });
    return collectFacts(database, { settings, schema, present });
  });
}

/** Facts of consecutive rows, each with its file and row number. */
async function factsOfPart(
  rows: readonly { readonly row: Row; readonly file: number; readonly number: number }[],
): Promise<TableFacts> {
  return withDuckDb(tmpdir(), async (database) => {
    await createData(database, schema, [rows.map(({ row }) => row)]);
    const places = rows.map(({ file, number }, index) => `(${index + 1}, ${file}, ${number})`);
    if (places.length > 0) {
      await database.run(
        `UPDATE data SET __file = place.file, __row = place.number
         FROM (VALUES ${places.join(', ')}) AS place(position, file, number) WHERE __row = place.position`,
      );
    }
    return collectFacts(database, { settings, schema, present });
  });
}

/** The ends are what merging goes on with: their number depends on the parts. */
function withoutEnds({ eventTimes, ...facts }: TableFacts): unknown {
  return JSON.parse(JSON.stringify({ ...facts, eventTimes: { ...eventTimes, ends: undefined } }));
}

const checksOf = (table: TableFacts) =>
  checkUpload({ upload: 'u', settings, table, files: [{ path: 'f', size: 1, rows: table.rows }] });
