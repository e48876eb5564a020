/** First profiles and windows counted on stored edges, of 1 and 10 million rows, and of a wide table. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { aProject } from '../../test/shared/project-fixture.ts';
import { BENCH_SCHEMA, benchFile, CACHE, wideFile, wideSchema } from './bench-table.ts';
import type { WorkResult } from './measured-work.ts';
import type { Groups, Tell } from './row.ts';
import { median, runWork } from './run-work.ts';

export const SHIFT = 0.05;
export const ONE_MILLION = 1_000_000;
const TEN_MILLION = 10_000_000;
const WIDE = { rows: 100_000, columns: 1000 };
/** Seven pairs: other work on the machine comes and goes in seconds. */
const PAIRS = 7;

export const PROFILE_GROUPS: Groups = {
  'one million': oneMillion,
  'ten million': tenMillion,
  shards,
  wide,
};

/** Where the profile of so many rows is kept between rows of the table. */
export const profilePath = (rows: number) => resolve(CACHE, `profile-${rows}.json`);

export const withFile = <T>(make: (database: DuckDb) => Promise<T>) =>
  withTempDirectory((directory) => withDuckDb(directory, make));

/** On a busy machine the time of the clock says little. */
const cpu = ({ cpuSeconds }: WorkResult) => `${median(cpuSeconds).toFixed(2)} s of processors`;

/** The rows as a first upload in Parquet: nothing is declared but the target. */
function checkedProfile(file: string, times: number): Promise<WorkResult> {
  const columns = { columns: [], target: 'flag0', key: undefined, eventTime: undefined };
  const { dataset } = aProject({ ...columns, format: 'parquet' });
  const upload = { file, size: statSync(file).size, settings: dataset };
  return runWork({ work: 'checked-profile', file, schema: [], profile: '', upload, times });
}

async function oneMillion(tell: Tell): Promise<void> {
  const [file, current] = await withFile(async (database) => [
    await benchFile(database, ONE_MILLION),
    await benchFile(database, ONE_MILLION, SHIFT),
  ]);
  const profile = profilePath(ONE_MILLION);
  const schema = BENCH_SCHEMA;
  const first = await runWork({ work: 'profile', file: file!, schema, profile, times: 3 });
  tell({
    name: 'first profile, 1M x 20',
    unit: 's',
    budget: 6,
    figure: median(first.seconds),
    note: cpu(first),
  });
  const checked = await checkedProfile(file!, 3);
  tell({
    name: 'the same with reading, inferring and all checks, as an upload has it: 1M x 20',
    unit: 's',
    budget: 6,
    figure: median(checked.seconds),
    note: cpu(checked),
  });
  const work = 'window-and-scan';
  const window = await runWork({ work, file: current!, schema, profile, times: PAIRS });
  const [ours, scan] = [median(window.seconds), median(window.scanSeconds)];
  tell({
    name: 'window on stored edges and verdicts, 1M x 20',
    unit: 's',
    budget: 3,
    figure: ours,
    note: cpu(window),
  });
  tell({
    name: "the same, to DuckDB's scan and aggregation",
    unit: 'ratio',
    budget: 1.5,
    figure: median(window.seconds.map((seconds, time) => seconds / window.scanSeconds[time]!)),
    note: `median of ${PAIRS} pairs; the scan ${scan.toFixed(2)} s: count, min, max, fsum, stddev, skewness, kurtosis, GROUP BY of categories`,
  });
  tell({
    name: "the same, to DuckDB's scan with count, min, max and sum only",
    unit: 'ratio',
    figure: median(window.seconds.map((seconds, time) => seconds / window.leanScanSeconds[time]!)),
    note: `the scan ${median(window.leanScanSeconds).toFixed(2)} s: no moments, which a window has`,
  });
}

async function tenMillion(tell: Tell): Promise<void> {
  const file = await withFile((database) => benchFile(database, TEN_MILLION));
  const profile = profilePath(TEN_MILLION);
  const schema = BENCH_SCHEMA;
  const first = await runWork({ work: 'profile', file, schema, profile });
  tell({
    name: 'first profile, 10M x 20',
    unit: 's',
    budget: 45,
    figure: median(first.seconds),
    note: cpu(first),
  });
  tell({
    name: 'first profile, 10M x 20: memory at its most',
    unit: 'MiB',
    budget: 1024,
    figure: first.peakMiB,
  });
  const checked = await checkedProfile(file, 1);
  tell({
    name: 'the same with reading, inferring and all checks, as an upload has it: 10M x 20',
    unit: 's',
    budget: 45,
    figure: median(checked.seconds),
    note: cpu(checked),
  });
  tell({ name: 'that: memory at its most', unit: 'MiB', budget: 1024, figure: checked.peakMiB });
  const window = await runWork({ work: 'window', file, schema, profile, times: 3 });
  tell({
    name: 'window on stored edges and verdicts, 10M x 20',
    unit: 's',
    budget: 15,
    figure: median(window.seconds),
    note: cpu(window),
  });
  tell({ name: 'window, 10M x 20: memory at its most', unit: 'MiB', budget: 512, figure: window.peakMiB });
}

async function shards(tell: Tell): Promise<void> {
  const file = await withFile((database) => benchFile(database, ONE_MILLION));
  const result = await runWork({ work: 'shards', file, schema: BENCH_SCHEMA, profile: '' });
  tell({
    name: '64 shards merged and one, 1M x 20: counts that differ',
    unit: 'counts',
    budget: 0,
    figure: result.differing!,
    note: `sums, means, second and fourth moments differ by ${result.largestDifference!.toExponential(1)} at most`,
  });
  tell({
    name: 'the same: largest relative difference of a sum, mean, second or fourth moment',
    unit: 'ratio',
    budget: 1e-12,
    figure: result.largestDifference!,
  });
}

async function wide(tell: Tell): Promise<void> {
  const { rows, columns } = WIDE;
  const file = await withFile((database) => wideFile(database, rows, columns));
  const profile = resolve(CACHE, 'profile-wide.json');
  const first = await runWork({ work: 'profile', file, schema: wideSchema(columns), profile });
  tell({
    name: 'first profile, 100,000 x 1,000',
    unit: 's',
    figure: median(first.seconds),
    note: cpu(first),
  });
  tell({ name: 'first profile, 100,000 x 1,000: memory at its most', unit: 'MiB', figure: first.peakMiB });
}
