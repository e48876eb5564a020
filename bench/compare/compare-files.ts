/** The files that are compared: the 20 columns of the benchmarks with answers, labels and groups beside them. */
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DuckDb } from '../../lambdas/shared/duckdb.ts';
import { benchColumns, CACHE, uniform, writeParquet } from '../datasets/bench-table.ts';

/** Of the current file: every column moves a little, and so does the model's score. */
export const SHIFT = 0.05;

/**
 * `score` is a probability of `label` 1 that is too bold; `region` has to do with the score, so that there is bias to
 * measure; `age` is the group of conditional disparity.
 */
const answers = (shift: number) => [
  `pow(${uniform(90)}, ${1 + shift}) AS score`,
  `(${uniform(91)} < 0.15 + 0.7 * pow(${uniform(90)}, ${1 + shift}))::BIGINT AS label`,
  `(pow(${uniform(90)}, ${1 + shift}) >= 0.5)::BIGINT AS prediction`,
  `CASE WHEN ${uniform(92)} < 0.2 + 0.3 * ${uniform(90)} THEN 'north' ELSE 'south' END AS region`,
  `['young', 'middle', 'old'][1 + floor(3 * ${uniform(93)})::INTEGER] AS age`,
];

export interface ComparedFiles {
  readonly reference: string;
  readonly current: string;
}

/** zstd Parquet, kept between runs. */
export async function comparedFiles(database: DuckDb, rows: number): Promise<ComparedFiles> {
  return { reference: await file(database, rows, 0), current: await file(database, rows, SHIFT) };
}

async function file(database: DuckDb, rows: number, shift: number): Promise<string> {
  const path = resolve(CACHE, `answered-${rows}-${shift}.parquet`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const first = shift === 0 ? 0 : 1_000_000_000;
  const columns = [...benchColumns(shift).map(({ name, sql }) => `${sql} AS ${name}`), ...answers(shift)];
  const source = `SELECT ${columns.join(', ')} FROM range(${first}, ${first + rows}) t(i)`;
  await writeParquet(database, source, path);
  return path;
}
