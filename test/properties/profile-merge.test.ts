import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SchemaColumn } from '../../lambdas/datasets/contract.ts';
import {
  GRID_FRACTIONS,
  gridEdges,
  nextBelow,
  quantiles,
} from '../../lambdas/datasets/profile/grid-edges.ts';
import {
  type DatasetProfile,
  mergeProfiles,
  type NumericProfile,
} from '../../lambdas/datasets/profile/profile.ts';
import { countOnProfile, profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

const columns: SchemaColumn[] = [
  { name: 'x', type: 'double', role: 'feature' },
  { name: 'k', type: 'integer', role: 'feature' },
  { name: 'c', type: 'string', role: 'feature' },
  { name: 'id', type: 'string', role: 'key' },
];

describe('profiles', () => {
  it('of shards merged are that of the whole: counts exactly, moments to 1e-12', async () => {
    await withTempDirectory((directory) =>
      withDuckDb(directory, async (db) => {
        await db.run(`CREATE TABLE whole AS SELECT
          CASE WHEN range % 31 = 0 THEN NULL WHEN range % 97 = 0 THEN 'nan'::DOUBLE
            ELSE exp(sin(range * 12.9898) * 3) END AS x,
          (range * 7919) % 13 AS k, 'c' || ((range * 104729) % 40) AS c, CAST(range AS VARCHAR) AS id
          FROM range(20000)`);
        const { columns: reference } = await profileTable(db, 'whole', { columns });
        const whole = await countOnProfile(db, 'whole', reference);
        const shards: DatasetProfile[] = [];
        for (let shard = 0; shard < 64; shard++) {
          // shards of very different sizes
          const of = `(SELECT * FROM whole WHERE hash(id) % 4096 BETWEEN ${shard * shard} AND ${(shard + 1) ** 2 - 1})`;
          shards.push(await countOnProfile(db, of, reference));
        }
        const merged = shards.reduce(mergeProfiles);
        const reversed = [...shards].reverse().reduce(mergeProfiles);

        for (const profile of [merged, reversed]) {
          expect(profile.rows).toBe(20_000);
          expect(profile.columns[2]).toEqual({ ...whole.columns[2], distinct: expect.any(Number) });
          expect(profile.columns[3]).toEqual(whole.columns[3]);
          for (const index of [0, 1]) {
            const [a, b] = [profile.columns[index] as NumericProfile, whole.columns[index] as NumericProfile];
            expect(a.grid.counts).toEqual(b.grid.counts);
            expect([a.n, a.nan, a.missing, a.min, a.max]).toEqual([b.n, b.nan, b.missing, b.min, b.max]);
            // the third moment of a nearly symmetric column is a small difference of large sums: relative to its scale
            const deviation = Math.sqrt(b.m2 / b.n);
            for (const [moment, power] of [
              ['mean', 1],
              ['m2', 2],
              ['m3', 3],
              ['m4', 4],
              ['sum', 1],
            ] as const) {
              const scale = Math.max(Math.abs(b[moment]), (moment === 'mean' ? 1 : b.n) * deviation ** power);
              expect(Math.abs(a[moment] - b[moment]) / scale).toBeLessThan(1e-12);
            }
          }
        }
      }),
    );
  }, 60_000);

  it('on other edges do not merge', () => {
    const profile = (edges: number[]) =>
      ({
        format: 1,
        rows: 0,
        columns: [{ kind: 'numeric', name: 'x', grid: { edges, counts: [0, 0], sums: [0, 0] } }],
      }) as unknown as DatasetProfile;
    expect(() => mergeProfiles(profile([1]), profile([2]))).toThrow(/different edges/);
  });
});

describe('grid edges', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
    minLength: 1,
    maxLength: 300,
  });

  it('ascend strictly and hold every decile', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const sorted = Float64Array.from(sample).sort();
        const { edges, deciles } = gridEdges(quantiles(sorted, GRID_FRACTIONS), undefined);
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
