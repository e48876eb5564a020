import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SchemaColumn } from '../../lambdas/datasets/contract.ts';
import { chooseEdges } from '../../lambdas/datasets/profile/choose-edges.ts';
import { countDistinctValues, mergeDistinctValues } from '../../lambdas/datasets/profile/distinct-values.ts';
import type { EdgePlan } from '../../lambdas/datasets/profile/edge-plan.ts';
import {
  GRID_FRACTIONS,
  gridEdges,
  nextBelow,
  quantiles,
} from '../../lambdas/datasets/profile/grid-edges.ts';
import {
  type ColumnProfile,
  type DatasetProfile,
  mergeProfiles,
  type NumericProfile,
} from '../../lambdas/datasets/profile/profile.ts';
import { countOnPlan, countOnProfile, planTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { mergeSamples, sampleRows } from '../../lambdas/datasets/profile/sample-rows.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

const columns: SchemaColumn[] = [
  { name: 'x', type: 'double', role: 'feature' },
  { name: 'k', type: 'integer', role: 'feature' },
  { name: 'big', type: 'integer', role: 'feature' },
  { name: 'near', type: 'double', role: 'feature' },
  { name: 'c', type: 'string', role: 'feature' },
  { name: 'id', type: 'string', role: 'key' },
];
const schema = { columns };
/** Ties, both infinities, NaN, NULL, heavy tails, integers beyond 2^53, a mean far from zero, texts of any kind. */
const ROWS = `SELECT
  CASE WHEN i % 31 = 0 THEN NULL WHEN i % 97 = 0 THEN 'nan'::DOUBLE WHEN i % 101 = 0 THEN '-inf'::DOUBLE
    WHEN i % 103 = 0 THEN 'inf'::DOUBLE WHEN i % 107 = 0 THEN -0.0 ELSE exp(sin(i * 12.9898) * 3) END AS x,
  (i * 7919) % 13 AS k, 9007199254740990 + i AS big, 1e9 + sin(i * 78.233) AS near,
  CASE WHEN i % 41 = 0 THEN '' WHEN i % 43 = 0 THEN 'q''" ' || chr(0) || chr(128512) WHEN i % 47 = 0 THEN NULL
    ELSE 'c' || ((i * 104729) % 1500) END AS c,
  CAST(i AS VARCHAR) AS id FROM range(20000) t(i)`;
/** Shards of very different sizes, one empty. */
const shard = (index: number) =>
  `(SELECT * FROM whole WHERE hash(id) % 4096 BETWEEN ${index * index} AND ${(index + 1) ** 2 - 1 - (index === 7 ? 99 : 0)}
    ${index === 8 ? 'OR hash(id) % 4096 BETWEEN 49 AND 63' : ''})`;

const withTable = <T>(work: (database: DuckDb) => Promise<T>) =>
  withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await database.run(`CREATE TABLE whole AS ${ROWS}`);
      return work(database);
    }),
  );

describe('profiles', () => {
  it('of 64 shards merged are that of the whole: counts exactly, moments to 1e-12', async () => {
    await withTable(async (db) => {
      const plan = await planTable(db, 'whole', schema);
      const whole = await countOnPlan(db, 'whole', plan);
      const shards: DatasetProfile[] = [];
      for (let index = 0; index < 64; index++) shards.push(await countOnPlan(db, shard(index), plan));
      expect(shards[7]!.rows).toBe(0);

      for (const order of [shards, [...shards].reverse()]) {
        const merged = order.reduce(mergeProfiles);
        expect(exactPart(merged)).toEqual(exactPart(whole));
        for (const [index, column] of whole.columns.entries()) {
          if (column.kind === 'numeric') expectSameMoments(merged.columns[index] as NumericProfile, column);
        }
      }
      expect(whole.rows).toBe(20_000);
    });
  }, 60_000);

  it('count what the rows hold', async () => {
    await withTable(async (db) => {
      const plan = await planTable(db, 'whole', schema);
      const byName = new Map((await countOnPlan(db, 'whole', plan)).columns.map((c) => [c.name, c]));
      // by a loop over the rules of ROWS in another language
      expect(byName.get('x')).toMatchObject({
        missing: 646,
        nan: 200,
        infinite: 375,
        negativeInfinite: 190,
        zeros: 177,
        negatives: 0,
        n: 20_000 - 646 - 200 - 375,
      });
      expect(byName.get('k')).toMatchObject({
        distinct: 13,
        values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      });
      expect(byName.get('big')).toMatchObject({ minText: '9007199254740990', maxText: '9007199254760989' });
      // the empty text is a text; the longest has six code points, one of them NUL and one beyond U+FFFF
      expect(byName.get('c')).toMatchObject({
        missing: 406,
        other: expect.any(Number),
        lengths: { min: 0, max: 6 },
      });
      expect(Math.abs((byName.get('c') as { distinct: number }).distinct / 1502 - 1)).toBeLessThan(0.1);
      expect(byName.get('id')).toEqual({
        kind: 'opaque',
        name: 'id',
        type: 'string',
        role: 'key',
        rows: 20_000,
        missing: 0,
        invalid: 0,
      });
    });
  }, 60_000);

  it('choose the same edges and values whatever the order of rows and the number of shards', async () => {
    await withTable(async (db) => {
      const entries = 3000;
      const planFrom = async (parts: readonly string[]): Promise<EdgePlan> => {
        for (const [index, table] of parts.entries()) {
          await sampleRows(db, { table, schema, into: `sample${index}`, entries });
          const [sample, into] = [`sample${index}`, `values${index}`];
          await countDistinctValues(db, { table, schema, sample, into });
        }
        const all = (name: string) =>
          `(${parts.map((_, i) => `SELECT * FROM ${name}${i}`).join(' UNION ALL ')})`;
        await mergeSamples(db, { samples: all('sample'), schema, into: 'sample', entries });
        await mergeDistinctValues(db, all('values'), 'distinct_values');
        return chooseEdges(db, { schema, sample: 'sample', values: 'distinct_values', rows: 20_000 });
      };
      await db.run('CREATE TABLE shuffled AS SELECT * FROM whole ORDER BY hash(id || 7)');
      const whole = await planFrom(['whole']);
      expect(await planFrom(['shuffled'])).toEqual(whole);
      expect(await planFrom(Array.from({ length: 64 }, (_, index) => shard(index)))).toEqual(whole);
      // a sample, so not the quantiles of all rows, but near them: 3,000 entries put a median within 1.8 % in rank
      const [{ deciles }] = whole.columns as unknown as [{ deciles: number[] }];
      const below = await db.row<{ share: number }>(
        `SELECT count(*) FILTER (x <= ${deciles[4]}) / count(*) AS share FROM whole WHERE isfinite(x)`,
      );
      expect(Math.abs(below.share - 0.5)).toBeLessThan(0.036);
    });
  }, 60_000);

  it('on other edges or values do not merge', () => {
    const numeric = (edges: number[]) => ({
      kind: 'numeric',
      name: 'x',
      grid: { edges, counts: [0, 0], sums: [0, 0] },
    });
    const text = (value: string) => ({ kind: 'categorical', name: 'x', values: [[value, 1]] });
    const profile = (column: object) =>
      ({ format: 2, rows: 0, columns: [column] }) as unknown as DatasetProfile;
    expect(() => mergeProfiles(profile(numeric([1])), profile(numeric([2])))).toThrow(/different edges/);
    expect(() => mergeProfiles(profile(text('a')), profile(text('b')))).toThrow(/different values/);
    expect(() => mergeProfiles(profile(text('a')), profile(numeric([1])))).toThrow(/does not merge/);
    expect(() => mergeProfiles(profile(text('a')), { format: 2, rows: 0, columns: [] })).toThrow(
      /1 and of 0/,
    );
  });
});

describe('profiles of any numbers', () => {
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(
      0,
      -0,
      1,
      1,
      1,
      2.5,
      1e300,
      -1e300,
      1.7e308,
      -1.7e308,
      5e-324,
      2 ** 53,
      Infinity,
      -Infinity,
      NaN,
    ),
    fc.integer({ min: -3, max: 3 }),
  );

  it('merge to the counts of the whole, wherever the rows are divided', async () => {
    await withTempDirectory((directory) =>
      withDuckDb(directory, async (db) => {
        const column: SchemaColumn = { name: 'x', type: 'double', role: 'feature' };
        const rows = fc.array(fc.option(number), { minLength: 1, maxLength: 60 });
        await fc.assert(
          fc.asyncProperty(rows, fc.nat(60), async (values, cut) => {
            const list = values.map((x) => (x === null ? 'NULL' : `'${x}'::DOUBLE`)).join(', ');
            await db.run(
              `CREATE OR REPLACE TABLE t AS SELECT unnest([${list}]::DOUBLE[]) AS x, unnest(range(${values.length})) AS i`,
            );
            const plan = await planTable(db, 't', { columns: [column] });
            const whole = await countOnPlan(db, 't', plan);
            const left = await countOnPlan(db, `(SELECT * FROM t WHERE i < ${cut})`, plan);
            const right = await countOnPlan(db, `(SELECT * FROM t WHERE i >= ${cut})`, plan);
            const merged = mergeProfiles(left, right);
            expect(exactPart(merged)).toEqual(exactPart(whole));
            expect(exactPart(mergeProfiles(right, left))).toEqual(exactPart(whole));
            // what is stored survives JSON, which has no NaN and no infinity
            for (const profile of [whole, merged])
              expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
            // the counts, from the values themselves
            const finite = values.filter((x): x is number => x !== null && Number.isFinite(x));
            const { edges, counts } = (whole.columns[0] as NumericProfile).grid;
            const expected = edges.map(
              (edge, bin) => finite.filter((x) => x <= edge && (bin === 0 || x > edges[bin - 1]!)).length,
            );
            const last = edges.at(-1);
            expect(counts).toEqual([
              ...expected,
              finite.filter((x) => last === undefined || x > last).length,
            ]);
          }),
          // what random numbers have found before
          {
            numRuns: 60,
            examples: [
              [[-Number.MAX_VALUE], 0],
              [[-1.7e308, 1.7e308], 0],
              [[-2.97e307, 1.7e308], 0],
            ],
          },
        );
      }),
    );
  }, 120_000);

  it('are counted alike on the edges of another table', async () => {
    await withTable(async (db) => {
      const reference = await countOnPlan(db, 'whole', await planTable(db, 'whole', schema));
      const again = await countOnProfile(db, 'whole', reference.columns);
      expect(again).toEqual(reference);
    });
  });
});

/** All that merges exactly: everything but sums and moments. */
function exactPart({ rows, columns: profiled }: DatasetProfile) {
  const exact = (column: ColumnProfile): object => {
    if (column.kind !== 'numeric') return column;
    const { sum, mean, meanLow, m2, m3, m4, grid, ...rest } = column;
    return { ...rest, edges: grid.edges, counts: grid.counts };
  };
  return { rows, columns: profiled.map(exact) };
}

/** Sums relative to the sum of absolute values (a bound of it), the k-th moment relative to n·σ^k. */
function expectSameMoments(a: NumericProfile, b: NumericProfile): void {
  const deviation = Math.sqrt(b.m2 / b.n);
  const extent = Math.max(Math.abs(b.min!), Math.abs(b.max!));
  const close = (x: number, y: number, scale: number) =>
    expect(Math.abs(x - y)).toBeLessThanOrEqual(1e-12 * scale);
  close(a.mean, b.mean, Math.abs(b.mean));
  close(a.sum, b.sum, b.n * extent);
  close(a.m2, b.m2, b.m2);
  close(a.m3, b.m3, b.n * deviation ** 3);
  close(a.m4, b.m4, b.m4);
  for (const [bin, sum] of a.grid.sums.entries()) close(sum, b.grid.sums[bin]!, b.grid.counts[bin]! * extent);
}

describe('grid edges', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
    minLength: 1,
    maxLength: 300,
  });

  it('ascend strictly and hold every decile', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const sorted = Float64Array.from(sample).sort();
        const weights = new Float64Array(sorted.length).fill(1);
        const { edges, deciles } = gridEdges(
          quantiles({ numbers: sorted, weights }, GRID_FRACTIONS),
          undefined,
        );
        for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
        expect(deciles.length).toBeLessThanOrEqual(9);
        for (const decile of deciles) expect(edges).toContain(decile);
      }),
    );
  });

  it('have the next smaller double below', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const below = nextBelow(value);
        expect(below).toBeLessThan(value);
        // nothing lies between: their mean rounds to one of them
        const middle = below / 2 + value / 2;
        if (Math.abs(value) > 1e-300) expect([below, value]).toContain(middle);
      }),
    );
  });
});
