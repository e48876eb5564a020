/** The same metrics by Evidently, from file and warm: outputs compared first, then the time. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pythonPrograms } from '../../localstack/testing/python-venv.ts';
import { BENCH_SCHEMA, benchFile } from './bench-table.ts';
import { ONE_MILLION, profilePath, SHIFT, withFile } from './profile-rows.ts';
import type { Groups, Tell } from './row.ts';
import { median, runWork } from './run-work.ts';

const EVIDENTLY = ['evidently==0.7.23', 'pandas==2.3.3', 'pyarrow==26.0.1', 'scipy==1.17.1', 'numpy==2.4.6'];
/** Imports and compiled code are warm after a small report. */
const WARM_UP_ROWS = 10_000;
const FIFTEEN_MINUTES_MS = 900_000;
/** Wasserstein's distance from bins with sums is a lower bound within 1 % under drift; the other is a closed form. */
const TOLERANCE = { numeric: 0.01, categorical: 1e-6 };

interface EvidentlyResult {
  readonly seconds: number;
  /** By column: Wasserstein over the reference's deviation, or Jensen and Shannon's distance in nats. */
  readonly drift: Readonly<Record<string, number>>;
  readonly peakMiB: number;
}

interface OurReport {
  readonly name: string;
  readonly jensenShannonDistance: number;
  readonly wasserstein?: { readonly normalised: number };
}

export const EVIDENTLY_GROUPS: Groups = { evidently };

async function evidently(tell: Tell): Promise<void> {
  const bin = await pythonPrograms(EVIDENTLY);
  const files = await withFile(async (database) => {
    const paths: string[] = [];
    for (const rows of [ONE_MILLION, WARM_UP_ROWS]) {
      for (const shift of [0, SHIFT]) paths.push(await benchFile(database, rows, shift));
    }
    return paths;
  });
  const [reference, current] = files as [string, string];
  const [schema, profile] = [BENCH_SCHEMA, profilePath(ONE_MILLION)];
  await runWork({ work: 'profile', file: reference, schema, profile });
  const ours = await runWork({ work: 'window', file: current, schema, profile, times: 3 });
  const { stdout } = await promisify(execFile)(
    `${bin}/python`,
    ['bench/datasets/evidently_drift.py', ...files],
    { timeout: FIFTEEN_MINUTES_MS, maxBuffer: 2 ** 26 },
  );
  const theirs = JSON.parse(stdout.trim().split('\n').at(-1)!) as EvidentlyResult;
  const differences = compare(ours.reports as OurReport[], theirs.drift);
  tell({
    name: 'columns whose drift differs from what Evidently says',
    unit: 'counts',
    budget: 0,
    figure: differences.wrong.length,
    note: `of ${schema.length}; largest difference ${differences.largest}${differences.wrong.map((name) => `; ${name}`).join('')}`,
  });
  tell({
    name: 'Evidently, both from file, warm, the same metrics, 1M x 20: slower',
    unit: 'times',
    budget: 30,
    figure: theirs.seconds / median(ours.seconds),
    note: `${theirs.seconds.toFixed(1)} s and ${theirs.peakMiB.toFixed(0)} MiB; ours ${median(ours.seconds).toFixed(2)} s and ${ours.peakMiB.toFixed(0)} MiB`,
  });
}

function compare(reports: readonly OurReport[], drift: EvidentlyResult['drift']) {
  const wrong: string[] = [];
  const largest = { numeric: 0, categorical: 0 };
  for (const { name, wasserstein, jensenShannonDistance } of reports) {
    const theirs = drift[name];
    if (theirs === undefined) throw new Error(`Evidently says nothing of column "${name}"`);
    const kind = wasserstein ? 'numeric' : 'categorical';
    // a distance in bits is √ln 2 of one in nats
    const ours = wasserstein ? wasserstein.normalised : jensenShannonDistance * Math.sqrt(Math.LN2);
    const difference = Math.abs(ours - theirs) / theirs;
    largest[kind] = Math.max(largest[kind], difference);
    if (!(difference <= TOLERANCE[kind])) wrong.push(`${name}: ours ${ours}, theirs ${theirs}`);
  }
  return {
    wrong,
    largest: `${largest.numeric.toExponential(1)} of numbers, ${largest.categorical.toExponential(1)} of categories`,
  };
}
