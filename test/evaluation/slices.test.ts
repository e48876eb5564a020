import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sliceMetrics } from '../../lambdas/evaluation/slices.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { GateSettings } from '../../lambdas/shared/settings.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slices-'));
});
afterEach(() => rm(directory, { recursive: true }));

const gates = {
  primaryMetric: 'accuracy',
  confidence: 0.95,
  slices: { columns: ['city'], minimumRows: 2 },
} as unknown as GateSettings;
const reading = {
  problem: { type: 'binary', classes: ['0', '1'] },
  areProbabilities: true,
  threshold: 0.5,
  confidence: 0.95,
} as const;

/** Slices of a holdout with these cities; every answer is 1, and every second label. */
function slicesOf(cities: readonly (string | null)[]) {
  const rows = {
    labels: Uint8Array.from(cities, (_, row) => row % 2),
    scores: new Float64Array(cities.length).fill(1),
  };
  const values = cities.map((city, row) => `('holdout', ${row}, ${city === null ? 'NULL' : `'${city}'`})`);
  return withDuckDb(directory, async (database) => {
    await database.run(
      `CREATE TABLE segments AS FROM (VALUES ('train', 0, 'a'), ${values.join()}) AS t(side, row, city)`,
    );
    return sliceMetrics(database, gates, { rows, reading });
  });
}

it('counts the rows of the holdout by value, and finds the worst of enough rows', async () => {
  const { slices, worst, untold } = await slicesOf(['a', 'a', 'a', null, null, 'b']);
  expect(slices.map(({ value, rows }) => [value, rows])).toEqual([
    ['a', 3],
    [null, 2],
    ['b', 1],
  ]);
  expect(slices[0]!.challenger.confusion).toEqual([
    [0, 2],
    [0, 1],
  ]);
  expect(worst).toMatchObject({ column: 'city', value: 'a', estimate: { value: 1 / 3 } });
  expect(untold).toBeUndefined();
});

it('tells fifty values of a column, and what it leaves out', async () => {
  const cities = Array.from({ length: 53 }, (_, city) => `c${city}`);
  const { slices, untold } = await slicesOf([...cities, ...cities.slice(0, 51)]);
  expect(slices).toHaveLength(50);
  expect(slices.every(({ rows }) => rows === 2)).toBe(true);
  expect(untold).toEqual([{ column: 'city', values: 3, mostRows: 2 }]);
});
