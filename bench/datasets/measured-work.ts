/**
 * What the profile rows measure, in a process of its own so that its memory is its own: `node measured-work.mjs JSON`.
 * Bundled like a handler, and with a function's memory and processors.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { SchemaColumn } from '../../lambdas/datasets/contract.ts';
import { planOf } from '../../lambdas/datasets/profile/edge-plan.ts';
import { type DatasetProfile, mergeProfiles } from '../../lambdas/datasets/profile/profile.ts';
import { countOnPlan, planTable, profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { countColumns } from '../../lambdas/monitoring/count-window.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';
import { type DuckDb, identifier, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { read, readCheckAndProfile, type UploadedFile, withUpload } from './measured-read.ts';

export interface WorkRequest {
  /** `read` and `checked-profile` take `upload`, the others the Parquet file. */
  readonly work: 'profile' | 'window' | 'window-and-scan' | 'shards' | 'read' | 'checked-profile';
  readonly file: string;
  readonly upload?: UploadedFile;
  readonly schema: readonly SchemaColumn[];
  /** Where `profile` writes the profile, and `window` reads it. */
  readonly profile: string;
  readonly times?: number;
}

export interface WorkResult {
  /** One for each time. */
  readonly seconds: readonly number[];
  /** Of all processors, for each time: what a busy machine changes less. */
  readonly cpuSeconds: readonly number[];
  /** Of the same, DuckDB's scan and aggregation of the columns. */
  readonly scanSeconds: readonly number[];
  /** And of fewer aggregates: count, min, max and sum. */
  readonly leanScanSeconds: readonly number[];
  /** Largest resident memory of the process so far. */
  readonly peakMiB: number;
  readonly reports?: readonly object[];
  /** Of `shards`: counts that differ, and the largest relative difference of a sum or moment. */
  readonly differing?: number;
  readonly largestDifference?: number;
}

const cpuSeconds: number[] = [];
const THRESHOLDS = { warn: 0.1, alert: 0.2, minimumSamples: 200 };
const SHARDS = 64;

async function main(request: WorkRequest): Promise<WorkResult> {
  if (request.upload) return uploads(request.work, request.upload, request.times ?? 1);
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await database.run(`CREATE VIEW bench_rows AS FROM read_parquet(${literal(request.file)})`);
      if (request.work === 'profile') return firstProfile(database, request);
      if (request.work === 'shards') return shards(database, request);
      return windows(database, request);
    }),
  );
}

async function uploads(work: WorkRequest['work'], upload: UploadedFile, times: number): Promise<WorkResult> {
  const seconds: number[] = [];
  const scanSeconds: number[] = [];
  for (let time = 0; time < times; time++) {
    await withUpload(upload, async (place) => {
      await timed(seconds, async () => {
        await (work === 'read' ? read(upload, place) : readCheckAndProfile(upload, place));
      });
      if (work !== 'read') return;
      // DuckDB alone guesses types from the first rows and judges nothing
      const alone = `CREATE TABLE alone AS FROM read_csv(${literal(upload.file)})`;
      await timed(scanSeconds, () => place.database.run(alone));
    });
  }
  return { seconds, cpuSeconds, scanSeconds, leanScanSeconds: [], peakMiB: peakMiB() };
}

async function firstProfile(database: DuckDb, request: WorkRequest): Promise<WorkResult> {
  const seconds: number[] = [];
  for (let time = 0; time < (request.times ?? 1); time++) {
    const profile = await timed(seconds, () =>
      profileTable(database, 'bench_rows', { columns: request.schema }),
    );
    writeFileSync(request.profile, JSON.stringify(profile));
  }
  return { seconds, cpuSeconds, scanSeconds: [], leanScanSeconds: [], peakMiB: peakMiB() };
}

async function windows(database: DuckDb, request: WorkRequest): Promise<WorkResult> {
  const seconds: number[] = [];
  const scanSeconds: number[] = [];
  const leanScanSeconds: number[] = [];
  const ours: number[] = [];
  let reports: object[] = [];
  for (let time = 0; time < (request.times ?? 1); time++) {
    reports = await timed(seconds, async () => {
      const { columns } = JSON.parse(readFileSync(request.profile, 'utf8')) as DatasetProfile;
      const counted = await countColumns(database, 'bench_rows', columns);
      return counted.map((column) => judgeColumn({ ...column, thresholds: THRESHOLDS }));
    });
    ours.push(cpuSeconds.at(-1)!);
    // one after the other in one run, so that a busy machine slows both
    if (request.work !== 'window-and-scan') continue;
    await timed(scanSeconds, () =>
      scan(database, request.schema, ['fsum', 'stddev_pop', 'skewness', 'kurtosis']),
    );
    await timed(leanScanSeconds, () => scan(database, request.schema, ['sum']));
  }
  return { seconds, cpuSeconds: ours, scanSeconds, leanScanSeconds, peakMiB: peakMiB(), reports };
}

/** DuckDB's own count, range and other aggregates of the numbers in one scan, and its counts of the categories. */
async function scan(
  database: DuckDb,
  schema: readonly SchemaColumn[],
  functions: readonly string[],
): Promise<void> {
  const isNumber = ({ type }: SchemaColumn) => type === 'double' || type === 'integer';
  const aggregates = schema.filter(isNumber).flatMap(({ name }) => {
    return ['count', 'min', 'max', ...functions].map((aggregate) => `${aggregate}(${identifier(name)})`);
  });
  await database.rows(`SELECT ${aggregates.join(', ')} FROM bench_rows`);
  for (const { name } of schema.filter((column) => !isNumber(column))) {
    await database.rows(`SELECT ${identifier(name)}, count(*) FROM bench_rows GROUP BY 1`);
  }
}

/** The file counted as one and as 64 shards on one plan. */
async function shards(database: DuckDb, { schema }: WorkRequest): Promise<WorkResult> {
  const plan = await planTable(database, 'bench_rows', { columns: schema });
  const one = await countOnPlan(database, 'bench_rows', plan);
  const seconds: number[] = [];
  const parts: DatasetProfile[] = [];
  await timed(seconds, async () => {
    for (let shard = 0; shard < SHARDS; shard++) {
      const rows = `(SELECT * EXCLUDE (__shard) FROM (SELECT *, hash(normal0) % ${SHARDS} AS __shard FROM bench_rows) WHERE __shard = ${shard})`;
      parts.push(await countOnPlan(database, rows, planOf(one.columns)));
    }
  });
  return {
    seconds,
    cpuSeconds,
    scanSeconds: [],
    leanScanSeconds: [],
    peakMiB: peakMiB(),
    ...difference(parts.reduce(mergeProfiles), one),
  };
}

/** Compares number by number; sums and moments of one sign here, so relative to themselves. */
function difference(
  a: DatasetProfile,
  b: DatasetProfile,
): Pick<WorkResult, 'differing' | 'largestDifference'> {
  let [differing, largestDifference] = [0, 0];
  const inexact = /(^|\.)(sum|sums|mean|meanLow|m2|m3|m4)(\.|$)/;
  const compare = (path: string, x: unknown, y: unknown): void => {
    if (typeof x === 'object' && x !== null && typeof y === 'object' && y !== null) {
      for (const key of new Set([...Object.keys(x), ...Object.keys(y)])) {
        compare(`${path}.${key}`, (x as Record<string, unknown>)[key], (y as Record<string, unknown>)[key]);
      }
    } else if (!inexact.test(path)) differing += x === y ? 0 : 1;
    // the low part of a mean and a third moment near zero are what large numbers leave over: the others bound them
    else if (typeof x === 'number' && typeof y === 'number' && !/(meanLow|m3)$/.test(path) && y !== 0) {
      largestDifference = Math.max(largestDifference, Math.abs(x - y) / Math.abs(y));
    }
  };
  compare('', a, b);
  return { differing, largestDifference };
}

async function timed<T>(seconds: number[], work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  seconds.push((performance.now() - begun) / 1000);
  const { user, system } = process.cpuUsage(before);
  cpuSeconds.push((user + system) / 1e6);
  return result;
}

/** Linux's high-water mark of the resident set; elsewhere the same from getrusage. */
function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

process.stdout.write(JSON.stringify(await main(JSON.parse(process.argv[2]!) as WorkRequest)));
