/** The rows that are profiled and compared: 20 columns of the kinds that real tables have, the same in every run. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SchemaColumn } from '../../lambdas/datasets/contract.ts';
import { type DuckDb, literal } from '../../lambdas/shared/duckdb.ts';

/** Files are kept between runs: the ten million rows take half a minute. */
export const CACHE = resolve('node_modules/.cache/bench-datasets');

export interface BenchColumn extends SchemaColumn {
  readonly sql: string;
}

/** A hash of the row's number, a stream for each `k` below 4,096. DuckDB's hash(i, k) is an exclusive or: streams of it depend on each other. */
const hashOf = (k: number) => `hash(i * 4096 + ${k})`;
/** Uniform in 0..1. */
export const uniform = (k: number) => `((${hashOf(k)} >> 11)::DOUBLE + 0.5) / 9007199254740992.0`;
const normal = (k: number) => `sqrt(-2 * ln(${uniform(k)})) * cos(6.283185307179586 * ${uniform(k + 1000)})`;

const columnsFor = (count: number, type: SchemaColumn['type'], name: string, sql: (c: number) => string) =>
  Array.from({ length: count }, (_, c): BenchColumn => {
    return { name: `${name}${c}`, type, role: 'feature', sql: sql(c) };
  });

/** 15 numeric columns and 5 categorical ones; `shift` moves every one of them a little. */
export const benchColumns = (shift: number): BenchColumn[] => [
  ...columnsFor(6, 'double', 'normal', (c) => `10 * ${c + 1} + ${shift} + ${normal(c)}`),
  ...columnsFor(3, 'double', 'lognormal', (c) => {
    return `CASE WHEN ${hashOf(500 + c)} % 50 = 0 THEN NULL ELSE exp(${shift} + 1.2 * ${normal(20 + c)}) END`;
  }),
  ...columnsFor(2, 'double', 'uniform', (c) => `${uniform(30 + c)} + ${shift}`),
  ...columnsFor(2, 'integer', 'integer', (c) => {
    return `floor(${1000 * (1 + shift)} * ${uniform(40 + c)} * ${uniform(44 + c)})::BIGINT`;
  }),
  ...columnsFor(2, 'integer', 'few', (c) => `floor(${12 * (1 + shift)} * ${uniform(50 + c)})::BIGINT`),
  ...columnsFor(4, 'string', 'category', (c) => {
    const distinct = [8, 40, 400, 900][c]! * (1 + shift / 2);
    return `'value ' || floor(${distinct} * ${uniform(60 + c)} * ${uniform(64 + c)})::BIGINT`;
  }),
  ...columnsFor(1, 'boolean', 'flag', () => `${uniform(80)} < ${0.2 + shift / 4}`),
];

export const BENCH_SCHEMA: readonly SchemaColumn[] = benchColumns(0).map(({ name, type, role }) => ({
  name,
  type,
  role,
}));

/** Path of a zstd Parquet file with the rows; another `shift` is another sample, from a distribution moved by it. */
export async function benchFile(database: DuckDb, rows: number, shift = 0): Promise<string> {
  const path = resolve(CACHE, `${rows}-${shift}.parquet`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const first = shift === 0 ? 0 : 1_000_000_000;
  const columns = benchColumns(shift).map(({ name, sql }) => `${sql} AS ${name}`);
  await writeParquet(
    database,
    `SELECT ${columns.join(', ')} FROM range(${first}, ${first + rows}) t(i)`,
    path,
  );
  return path;
}

/** DuckDB holds a row group while it writes: its usual 122,880 rows of a thousand columns are a gigabyte. */
const WIDE_OPTIONS = ', ROW_GROUP_SIZE 10000';

/** Path of a file with so many columns, every fifth a category. */
export async function wideFile(database: DuckDb, rows: number, columns: number): Promise<string> {
  const path = resolve(CACHE, `${rows}x${columns}.parquet`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const expressions = Array.from({ length: columns }, (_, c) =>
    c % 5 === 4 ? `'v' || (${hashOf(c)} % 30) AS c${c}` : `${uniform(c)} AS c${c}`,
  );
  await writeParquet(
    database,
    `SELECT ${expressions.join(', ')} FROM range(${rows}) t(i)`,
    path,
    WIDE_OPTIONS,
  );
  return path;
}

export const wideSchema = (columns: number): SchemaColumn[] =>
  Array.from({ length: columns }, (_, c) => {
    return { name: `c${c}`, type: c % 5 === 4 ? 'string' : 'double', role: 'feature' };
  });

/** Renamed when complete: a run that is stopped leaves no half file for the next. */
export async function writeParquet(database: DuckDb, sql: string, path: string, options = ''): Promise<void> {
  const format = `FORMAT parquet, COMPRESSION zstd${options}`;
  await database.run(`COPY (${sql}) TO ${literal(`${path}.part`)} (${format})`);
  renameSync(`${path}.part`, path);
}
