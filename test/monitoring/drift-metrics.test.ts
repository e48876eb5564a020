import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CategoricalProfile, NumericProfile } from '../../lambdas/datasets/profile/profile.ts';
import { countOnProfile, profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import {
  jensenShannonDistance,
  kolmogorovSmirnov,
  largestShareDifference,
  populationStabilityIndex,
  psiNullBound,
  wasserstein,
} from '../../lambdas/monitoring/drift-metrics.ts';
import { categoricalBins, numericBins } from '../../lambdas/monitoring/psi-bins.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { CATEGORICAL, EDGE_CONVENTION, NUMERIC } from '../properties/golden.ts';

const { deciles: expected } = NUMERIC;

describe('drift metrics on given bins', () => {
  const [p, q] = [expected.ref_counts, expected.cur_counts];
  it('agree with the golden numbers', () => {
    expect(populationStabilityIndex(p, q)).toBeCloseTo(expected.psi_jeffreys, 12);
    expect(jensenShannonDistance(p, q)).toBeCloseTo(expected.js_distance_base2, 12);
    expect(largestShareDifference(p, q)).toBeCloseTo(expected.linf, 12);
    expect(psiNullBound(10, 300, 220)).toBeCloseTo(expected['psi_null_p99.9'], 9);
  });
});

describe('a numeric column from its values', () => {
  const database = <T>(work: Parameters<typeof withDuckDb<T>>[1]) =>
    withDuckDb(mkdtempSync(join(tmpdir(), 'driftless-test-')), work);
  const profiles = () =>
    database(async (db) => {
      for (const [name, values] of Object.entries({
        reference: NUMERIC.reference,
        window: NUMERIC.current,
      })) {
        await db.run(`CREATE TABLE "${name}" AS SELECT unnest([${values.join(', ')}])::DOUBLE AS x`);
      }
      const column = { name: 'x', type: 'double', role: 'feature' } as const;
      const reference = await profileTable(db, '"reference"', { columns: [column] });
      const window = await countOnProfile(db, '"window"', reference.columns);
      return [reference.columns[0] as NumericProfile, window.columns[0] as NumericProfile] as const;
    });

  it('has the edges, counts, moments and distances of scipy', async () => {
    const [reference, window] = await profiles();
    expect(reference.deciles).toHaveLength(9);
    for (const [i, edge] of reference.deciles.entries())
      expect(edge).toBeCloseTo(expected.edges_type7[i]!, 12);
    const bins = numericBins(reference, window);
    expect(bins.reference).toEqual(expected.ref_counts);
    expect(bins.current).toEqual(expected.cur_counts);

    expect(reference.mean).toBeCloseTo(NUMERIC.mean, 12);
    const deviation = Math.sqrt(reference.m2 / reference.n);
    expect(deviation).toBeCloseTo(NUMERIC.populationStandardDeviation, 9);
    expect(reference.m3 / reference.n / deviation ** 3).toBeCloseTo(NUMERIC.skew, 9);
    expect(reference.m4 / reference.n / deviation ** 4 - 3).toBeCloseTo(NUMERIC.excessKurtosis, 9);

    // the grid's edges are values of the reference, so D is within one fine bin of the exact one
    const ks = kolmogorovSmirnov(reference.grid.counts, window.grid.counts);
    expect(Math.abs(ks - NUMERIC.ksD)).toBeLessThan(0.005);
    const sample = ({ grid, min, max }: NumericProfile) => ({ ...grid, min: min!, max: max! });
    const distance = wasserstein(reference.grid.edges, sample(reference), sample(window));
    expect(Math.abs(distance / NUMERIC.wasserstein - 1)).toBeLessThan(0.01);
  });

  it('is binned right-closed, and NaN, infinities and missing values are in no bin', async () => {
    const window = await database(async (db) => {
      await db.run(
        `CREATE TABLE t AS SELECT unnest([${EDGE_CONVENTION.values.join(', ')}, 'nan'::DOUBLE, 'inf'::DOUBLE, NULL]) AS x`,
      );
      const stored = {
        kind: 'numeric',
        name: 'x',
        type: 'double',
        role: 'feature',
        deciles: EDGE_CONVENTION.edges,
        grid: { edges: EDGE_CONVENTION.edges, counts: [], sums: [] },
      } as unknown as NumericProfile;
      return (await countOnProfile(db, 't', [stored])).columns[0] as NumericProfile;
    });
    expect(window.grid.counts).toEqual(EDGE_CONVENTION['right_closed_counts_(-inf,2],(2,4],(4,inf)']);
    expect(window).toMatchObject({
      rows: 13,
      missing: 1,
      nan: 1,
      infinite: 1,
      n: 10,
      sum: 28,
      min: 1,
      max: 5,
    });
  });

  it('with few values has a bin for each, so that a constant one drifts with any other value', async () => {
    const [reference, window] = await database(async (db) => {
      await db.run('CREATE TABLE a AS SELECT 7.0::DOUBLE AS x FROM range(500)');
      await db.run(
        'CREATE TABLE b AS SELECT CASE WHEN range < 250 THEN 6.5 ELSE 7.0 END::DOUBLE AS x FROM range(500)',
      );
      const column = { name: 'x', type: 'double', role: 'feature' } as const;
      const profile = await profileTable(db, 'a', { columns: [column] });
      const other = await countOnProfile(db, 'b', profile.columns);
      return [profile.columns[0] as NumericProfile, other.columns[0] as NumericProfile] as const;
    });
    expect(reference.values).toEqual([7]);
    expect(numericBins(reference, window)).toEqual({
      labels: ['7', '(other)'],
      reference: [500, 0],
      current: [250, 250],
    });
  });
});

describe('a categorical column', () => {
  const profile = (values: Record<string, number>, other = 0, missing = 0) => {
    const listed = Object.entries(values);
    const rows = listed.reduce((sum, [, count]) => sum + count, other + missing);
    return { kind: 'categorical', rows, missing, other, values: listed } as unknown as CategoricalProfile;
  };

  it('has the golden index, its new category counted as other', () => {
    const { f, ...known } = CATEGORICAL.cur;
    const bins = categoricalBins(profile(CATEGORICAL.ref), profile({ ...known, e: 0 }, f));
    expect(bins.labels).toEqual(['a', 'b', 'c', 'd', 'e', '(other)']);
    expect(populationStabilityIndex(bins.reference, bins.current)).toBeCloseTo(CATEGORICAL.psi_jeffreys, 12);
    expect(jensenShannonDistance(bins.reference, bins.current)).toBeCloseTo(
      CATEGORICAL.js_distance_base2,
      12,
    );
    expect(largestShareDifference(bins.reference, bins.current)).toBeCloseTo(CATEGORICAL.linf, 12);
  });

  it('has a bin for missing values only when there are any', () => {
    expect(categoricalBins(profile({ a: 1 }), profile({ a: 1 })).labels).toEqual(['a']);
    expect(categoricalBins(profile({ a: 1 }), profile({ a: 1 }, 0, 3)).labels).toEqual(['a', '(missing)']);
  });
});
