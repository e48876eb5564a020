import { describe, expect, it } from 'vitest';
import type { DatasetSchema, SchemaColumn } from '../../lambdas/datasets/contract.ts';
import { constraintsJson, statisticsJson } from '../../lambdas/datasets/profile/model-monitor.ts';
import type {
  CategoricalProfile,
  DatasetProfile,
  NumericProfile,
} from '../../lambdas/datasets/profile/profile.ts';
import { countOnProfile, profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { CATEGORICAL, NUMERIC } from '../properties/golden.ts';

const column = (name: string, type: SchemaColumn['type'], role: SchemaColumn['role'] = 'feature') => ({
  name,
  type,
  role,
});
const schemaOf = (...columns: SchemaColumn[]): DatasetSchema => ({ columns });
const withDatabase = <T>(work: (database: DuckDb) => Promise<T>) =>
  withTempDirectory((directory) => withDuckDb(directory, work));
const numbersTable = (name: string, values: readonly number[]) =>
  `CREATE TABLE ${name} AS SELECT unnest([${values.join(', ')}]::DOUBLE[]) AS x`;
const textTable = (name: string, counts: Readonly<Record<string, number>>) => {
  const rows = Object.entries(counts).map(([text, rows]) => `SELECT '${text}' AS c FROM range(${rows})`);
  return `CREATE TABLE ${name} AS ${rows.join(' UNION ALL ')}`;
};
/** What a reader of the stored document has. */
const stored = (profile: DatasetProfile) => JSON.parse(JSON.stringify(profile)) as DatasetProfile;
const thresholds = { warn: 0.1, alert: 0.2, minimumSamples: 1 };

describe('a stored profile', () => {
  it('is all that drift of numbers needs: the figures of scipy and scikit-learn', async () => {
    await withDatabase(async (db) => {
      await db.run(
        `${numbersTable('reference', NUMERIC.reference)}; ${numbersTable('"window"', NUMERIC.current)}`,
      );
      const profile = stored(await profileTable(db, 'reference', schemaOf(column('x', 'double'))));
      const window = stored(await countOnProfile(db, '"window"', profile.columns));
      const [baseline, current] = [profile.columns[0] as NumericProfile, window.columns[0]!];
      const { n, mean, m2, m3, m4, deciles } = baseline;
      expect(n).toBe(300);
      expect(mean).toBeCloseTo(NUMERIC.mean, 12);
      expect(Math.sqrt(m2 / n)).toBeCloseTo(NUMERIC.populationStandardDeviation, 12);
      expect((Math.sqrt(n) * m3) / m2 ** 1.5).toBeCloseTo(NUMERIC.skew, 12);
      expect((n * m4) / m2 ** 2 - 3).toBeCloseTo(NUMERIC.excessKurtosis, 12);
      for (const [i, edge] of NUMERIC.deciles.edges_type7.entries()) expect(deciles[i]).toBeCloseTo(edge, 12);

      const report = judgeColumn({ baseline, window: current, thresholds });
      expect(report.bins).toMatchObject({
        baseline: NUMERIC.deciles.ref_counts,
        window: NUMERIC.deciles.cur_counts,
      });
      expect(report.psi).toBeCloseTo(NUMERIC.deciles.psi_jeffreys, 9);
      expect(report.jensenShannonDistance).toBeCloseTo(NUMERIC.deciles.js_distance_base2, 9);
      // from 256 bins: D within a bin of either sample, W1 within 1 %
      expect(Math.abs(report.ks!.d - NUMERIC.ksD)).toBeLessThan(2 / 220);
      expect(Math.abs(report.wasserstein!.distance / NUMERIC.wasserstein - 1)).toBeLessThan(0.01);
    });
  });

  it('is all that drift of categories needs', async () => {
    await withDatabase(async (db) => {
      await db.run(`${textTable('reference', CATEGORICAL.ref)}; ${textTable('"window"', CATEGORICAL.cur)}`);
      const profile = stored(await profileTable(db, 'reference', schemaOf(column('c', 'string'))));
      const window = stored(await countOnProfile(db, '"window"', profile.columns));
      const report = judgeColumn({ baseline: profile.columns[0]!, window: window.columns[0]!, thresholds });
      expect(report.psi).toBeCloseTo(CATEGORICAL.psi_jeffreys, 9);
      expect(report.jensenShannonDistance).toBeCloseTo(CATEGORICAL.js_distance_base2, 9);
      expect(report.largestShareDifference).toBeCloseTo(CATEGORICAL.linf, 12);
      // the one new category, of 500 rows
      expect(report.newCategories!.share).toBe(15 / 500);
    });
  });

  it('keeps the digits of numbers that are large and close together', async () => {
    await withDatabase(async (db) => {
      // 1001 numbers 0.1 apart around 10000000.2: Σd² = 1000·0.1² and so on, as NIST's NumAcc3 and 4
      await db.run(
        'CREATE TABLE t AS SELECT 10000000.2 + (CASE i WHEN 0 THEN 0 ELSE 0.1 * (-1) ** i END) AS x FROM range(1001) r(i)',
      );
      const [x] = (await profileTable(db, 't', schemaOf(column('x', 'double')))).columns as [NumericProfile];
      expect(x.mean).toBe(10000000.2);
      // the numbers themselves are rounded to 2e-9
      expect(x.m2 / 1000).toBeCloseTo(0.01, 9);
      expect(x.m4 / 1000).toBeCloseTo(0.0001, 10);
    });
  });

  it('tells values that are not of the type from those that are absent', async () => {
    await withDatabase(async (db) => {
      await db.run(`CREATE TABLE data AS SELECT * FROM (VALUES
        (1::BIGINT, 'a', NULL), (NULL, 'b', map(['k'], ['twelve'])), (NULL, NULL, NULL), (3, 'c', NULL))
        AS t(k, c, __bad)`);
      const { columns } = await profileTable(
        db,
        'data',
        schemaOf(column('k', 'integer'), column('c', 'string')),
      );
      expect(columns[0]).toMatchObject({ rows: 4, missing: 2, invalid: 1, n: 2, sum: 4, values: [1, 3] });
      expect(columns[1]).toMatchObject({ rows: 4, missing: 1, invalid: 0, distinct: 3 });
    });
  });

  it('lists categories of the sample, with exact counts, when there are more than can be counted apart', async () => {
    await withDatabase(async (db) => {
      // 150,000 texts once each, and ten that are in 2,000 rows each
      await db.run(`CREATE TABLE t AS SELECT 'rare' || i AS c, i AS k FROM range(150000) r(i)
        UNION ALL SELECT 'often' || (i % 10), i FROM range(20000) r(i)`);
      const schema = schemaOf(column('c', 'string'), column('k', 'integer', 'key'));
      const [c] = (await profileTable(db, 't', schema)).columns as [CategoricalProfile];
      expect(c.values.length).toBe(1000);
      const often = c.values.slice(0, 10);
      expect(often.map(([text]) => text).sort()).toEqual(Array.from({ length: 10 }, (_, i) => `often${i}`));
      expect(often.every(([, count]) => count === 2000)).toBe(true);
      expect(c.other).toBe(150_000 - 990);
      // 2.3 % standard error: four of them
      expect(Math.abs(c.distinct / 150_010 - 1)).toBeLessThan(0.1);
    });
  });

  it('of a table with repeated rows has edges that chance does not move', async () => {
    await withDatabase(async (db) => {
      // one row in 60 % of the table; the other 400,000 are all different, so the sample holds a quarter of them
      await db.run(`CREATE TABLE t AS SELECT 0.0 AS x FROM range(600000)
        UNION ALL SELECT 1 + i / 400000 FROM range(400000) r(i)`);
      const [x] = (await profileTable(db, 't', schemaOf(column('x', 'double')))).columns as [NumericProfile];
      expect(x.n).toBe(1_000_000);
      expect(x.zeros).toBe(600_000);
      // of the distinct rows: with the repeated one in the sample at full weight six of nine would be 0
      expect(x.deciles.filter((edge) => edge > 1).length).toBe(9);
      expect(x.grid.counts.reduce((sum, count) => sum + count, 0)).toBe(1_000_000);
    });
  });

  it('takes a thousand columns', async () => {
    await withDatabase(async (db) => {
      const names = Array.from({ length: 1000 }, (_, i) => `c${i}`);
      const expressions = names.map(
        (name, i) => `${i % 5 === 4 ? `'v' || i % ${i}` : `i * ${i}`} AS ${name}`,
      );
      await db.run(`CREATE TABLE t AS SELECT ${expressions.join(', ')} FROM range(300) r(i)`);
      const columns = names.map((name, i) => column(name, i % 5 === 4 ? 'string' : 'integer'));
      const profile = await profileTable(db, 't', { columns });
      expect(profile.columns.map(({ name }) => name)).toEqual(names);
      // the sum of 0..299 is 44850
      for (const i of [0, 1, 333, 998]) expect(profile.columns[i]).toMatchObject({ sum: 44_850 * i, n: 300 });
      expect(profile.columns[999]).toMatchObject({ distinct: 300, other: 0 });
    });
  }, 60_000);

  it.each<[string, string]>([
    ['an empty table', 'SELECT 1::DOUBLE AS x, NULL::VARCHAR AS c WHERE false'],
    ['nothing but missing values', 'SELECT NULL::DOUBLE AS x, NULL::VARCHAR AS c FROM range(5)'],
    [
      'nothing but NaN and infinities',
      "SELECT unnest(['nan', 'inf', '-inf']::DOUBLE[]) AS x, NULL::VARCHAR AS c",
    ],
  ])('of %s has no range and no bins but one', async (_, sql) => {
    await withDatabase(async (db) => {
      await db.run(`CREATE TABLE t AS ${sql}`);
      const profile = await profileTable(db, 't', schemaOf(column('x', 'double'), column('c', 'string')));
      expect(stored(profile)).toEqual(JSON.parse(JSON.stringify(profile)));
      expect(profile.columns[0]).toMatchObject({ n: 0, sum: 0, mean: 0, deciles: [], distinct: 0 });
      expect(profile.columns[0]).not.toHaveProperty('min');
      expect((profile.columns[0] as NumericProfile).grid).toEqual({ edges: [], counts: [0], sums: [0] });
      expect(profile.columns[1]).toMatchObject({ values: [], other: 0, distinct: 0 });
    });
  });
});

describe("Model Monitor's shapes", () => {
  const profiled = () =>
    withDatabase(async (db) => {
      await db.run(`CREATE TABLE t AS SELECT CAST(i AS DOUBLE) / 4 AS x, i % 3 AS k,
        CASE WHEN i % 4 = 0 THEN NULL ELSE 'v' || (i % 4) END AS c, i AS id FROM range(1, 101) r(i)`);
      return profileTable(
        db,
        't',
        schemaOf(
          column('x', 'double'),
          column('k', 'integer'),
          column('c', 'string'),
          column('id', 'integer', 'key'),
        ),
      );
    });

  it('statistics.json: figures of each compared column, ten exact buckets', async () => {
    const { dataset, features } = statisticsJson(await profiled());
    expect(dataset).toEqual({ item_count: 100 });
    expect(features.map(({ name, inferred_type }) => [name, inferred_type])).toEqual([
      ['x', 'Fractional'],
      ['k', 'Integral'],
      ['c', 'String'],
    ]);
    const x = features[0]!.numerical_statistics!;
    // 1..100: mean 50.5, Σ 5050, variance of the population (100² − 1)/12; all over 4
    expect(x).toMatchObject({
      common: { num_present: 100, num_missing: 0 },
      mean: 12.625,
      sum: 1262.5,
      min: 0.25,
      max: 25,
    });
    expect(x.std_dev).toBeCloseTo(Math.sqrt(9999 / 12) / 4, 12);
    const { buckets } = x.distribution.kll;
    expect(buckets.map(({ count }) => count)).toEqual(new Array(10).fill(10));
    expect([buckets[0]!.lower_bound, buckets[9]!.upper_bound]).toEqual([0.25, 25]);
    for (let i = 1; i < 10; i++) expect(buckets[i]!.lower_bound).toBe(buckets[i - 1]!.upper_bound);
    expect(features[2]!.string_statistics).toEqual({
      common: { num_present: 75, num_missing: 25 },
      distinct_count: 3,
      distribution: { categorical: { buckets: ['v1', 'v2', 'v3'].map((value) => ({ value, count: 25 })) } },
    });
  });

  it('constraints.json: what the baseline always held', async () => {
    const { features, monitoring_config } = constraintsJson(await profiled());
    expect(features).toEqual([
      { name: 'x', inferred_type: 'Fractional', completeness: 1, num_constraints: { is_non_negative: true } },
      { name: 'k', inferred_type: 'Integral', completeness: 1, num_constraints: { is_non_negative: true } },
      {
        name: 'c',
        inferred_type: 'String',
        completeness: 0.75,
        string_constraints: { domains: ['v1', 'v2', 'v3'] },
      },
    ]);
    expect(monitoring_config).toMatchObject({ distribution_constraints: { comparison_method: 'Simple' } });
  });

  it('of an empty column are of an unknown type and hold no number that JSON has not', async () => {
    const profile = await withDatabase(async (db) => {
      await db.run('CREATE TABLE t AS SELECT NULL::DOUBLE AS x FROM range(3)');
      return profileTable(db, 't', schemaOf(column('x', 'double')));
    });
    const statistics = statisticsJson(profile);
    expect(JSON.parse(JSON.stringify(statistics))).toEqual(statistics);
    expect(statistics.features[0]).toEqual({
      name: 'x',
      inferred_type: 'Unknown',
      numerical_statistics: {
        common: { num_present: 0, num_missing: 3 },
        distribution: { kll: { buckets: [] } },
      },
    });
    expect(constraintsJson(profile).features[0]).toMatchObject({ completeness: 0 });
  });
});
