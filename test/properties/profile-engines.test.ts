import { describe, expect, it } from 'vitest';
import type { SchemaColumn } from '../../lambdas/datasets/contract.ts';
import { BinIndex } from '../../lambdas/datasets/profile/bin-index.ts';
import {
  addNumbers,
  decodeSketch,
  emptySketch,
  encodeSketch,
  estimateDistinct,
} from '../../lambdas/datasets/profile/distinct-sketch.ts';
import { countMeasures } from '../../lambdas/datasets/profile/duckdb-engine.ts';
import type { GridCounts } from '../../lambdas/datasets/profile/measures.ts';
import { measuresOf } from '../../lambdas/datasets/profile/measures.ts';
import { planTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { measureBySql } from '../helpers/sql-engine.ts';

const columns: SchemaColumn[] = [
  { name: 'x', type: 'double', role: 'feature' },
  { name: 'heavy "tail"', type: 'double', role: 'feature' },
  { name: 'k', type: 'integer', role: 'feature' },
  { name: 'c', type: 'string', role: 'feature' },
  { name: 'y', type: 'boolean', role: 'target' },
];

describe('a second engine made from the measures', () => {
  it('gives the same values, also on the edges of another table', async () => {
    await withTempDirectory((directory) =>
      withDuckDb(directory, async (db) => {
        const rows = (from: number, shift: number) => `SELECT
          CASE WHEN i % 31 = 0 THEN NULL WHEN i % 97 = 0 THEN 'nan'::DOUBLE WHEN i % 101 = 0 THEN '-inf'::DOUBLE
            WHEN i % 107 = 0 THEN -0.0 ELSE sin(i * 12.9898) * 9 + ${shift} END AS x,
          exp(8 * sin(i * 78.233)) - ${shift} AS "heavy ""tail""", (i * 7919) % (13 + ${shift}) AS k,
          CASE WHEN i % 41 = 0 THEN '' WHEN i % 43 = 0 THEN 'q''" ' || chr(0) || chr(128512) WHEN i % 47 = 0 THEN NULL
            WHEN i % 3 = 0 THEN '12' ELSE 'c' || ((i * 104729) % (1500 + ${shift})) END AS c,
          i % 5 = 0 AS y FROM range(${from}, ${from} + 9000) t(i)`;
        await db.run(`CREATE TABLE reference AS ${rows(0, 0)}; CREATE TABLE "current" AS ${rows(9000, 2)}`);
        const plan = await planTable(db, 'reference', { columns });
        const ranged = {
          ...plan,
          columns: plan.columns.map((c) =>
            c.kind === 'numeric' ? { ...c, range: { min: -3, max: 4.5 } } : c,
          ),
        };
        const measures = measuresOf(ranged);
        let compared = 0;
        for (const table of ['reference', '"current"']) {
          const ours = await countMeasures(db, table, measures);
          for (const measure of measures) {
            const expected = await measureBySql(db, table, measure);
            if (expected === undefined) continue;
            compared++;
            const value = ours.get(measure.measure, measure.column);
            if (measure.measure !== 'grid') {
              expect({ ...measure, value }).toEqual({ ...measure, value: expected });
              continue;
            }
            const [a, b] = [value as GridCounts, expected as GridCounts];
            expect(a.counts).toEqual(b.counts);
            for (const [bin, sum] of a.sums.entries()) {
              const scale =
                b.counts[bin]! *
                Math.max(
                  ...['min', 'max'].map((end) => Math.abs((ours.get('range', measure.column) as never)[end])),
                );
              expect(Math.abs(sum - b.sums[bin]!)).toBeLessThanOrEqual(1e-13 * scale);
            }
          }
        }
        // 9 measures of 3 numeric columns, 3 of 2 texts, and the rows
        expect(compared).toBe(2 * (9 * 3 + 3 * 2 + 1));
      }),
    );
  }, 60_000);
});

describe('the index of bins', () => {
  const MAX = Number.MAX_VALUE;
  it.each<[string, number[]]>([
    ['no edge', []],
    ['one edge', [0]],
    ['the smallest numbers', [-5e-324, 0, 5e-324]],
    ['the largest numbers', [-MAX, -1e300, 0, 1e300, MAX]],
    ['many edges in one cell and one far away', [...Array.from({ length: 300 }, (_, i) => i / 1e9), 1e12]],
    ['edges over all magnitudes', Array.from({ length: 600 }, (_, i) => 2 ** (i - 300))],
    ['equal steps', Array.from({ length: 255 }, (_, i) => i / 8)],
  ])('is right-closed with %s', (_, edges) => {
    const near = edges.flatMap((edge) => [
      edge,
      edge * (1 + 2e-16),
      edge * (1 - 2e-16),
      edge + 1e-9,
      edge - 1e-9,
    ]);
    const numbers = Float64Array.from([...near, 0, 1, -1, MAX, -MAX, 5e-324].filter(Number.isFinite));
    const bins = new Uint16Array(numbers.length);
    new BinIndex(edges).find(numbers, numbers.length, bins);
    for (const [i, x] of numbers.entries())
      expect([x, bins[i]]).toEqual([x, edges.filter((e) => x > e).length]);
  });
});

describe('the sketch of distinct values', () => {
  const sketchOf = (count: number, value: (i: number) => number) => {
    const sketch = emptySketch();
    const numbers = Float64Array.from({ length: count }, (_, i) => value(i));
    addNumbers(sketch, new Uint32Array(numbers.buffer), count);
    return sketch;
  };
  // standard error 2.3 %: four of them
  it.each<[string, (i: number) => number]>([
    ['small integers', (i) => i],
    ['fractions', (i) => i / 7],
    ['powers', (i) => 1.0001 ** i],
    ['large integers', (i) => 1e15 + i],
    ['multiples of 2^20', (i) => i * 2 ** 20],
    ['negative thousandths', (i) => -i / 1000],
  ])('is within 10 %% for %s', (_, value) => {
    for (const count of [100, 3000, 10_000, 200_000]) {
      expect(Math.abs(estimateDistinct(sketchOf(count, value)) / count - 1)).toBeLessThan(0.1);
    }
  });

  it('counts a repeated value once, and nothing in an empty one', () => {
    expect(estimateDistinct(sketchOf(10_000, () => 3.5))).toBe(1);
    expect(estimateDistinct(emptySketch())).toBe(0);
    expect(encodeSketch(emptySketch())).toBe('');
    const sketch = sketchOf(500, (i) => i);
    expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch);
  });
});
