/**
 * What peers do, by Driftless, in a process of its own, warm and from file: `node ours.mjs JSON`. Bundled like a
 * handler, and with a function's memory and processors.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { biasOfFile } from '../../console/client/offline/bias-of-file.ts';
import { qualityOfFile } from '../../console/client/offline/quality-of-file.ts';
import type { DatasetProfile } from '../../lambdas/datasets/profile/profile.ts';
import { profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { estimateQuality } from '../../lambdas/evaluation/estimation/estimate-quality.ts';
import { estimationBaseline } from '../../lambdas/evaluation/estimation/estimation-baseline.ts';
import { countColumns } from '../../lambdas/monitoring/count-window.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';
import { readDoubles } from '../../lambdas/shared/doubles.ts';
import { type DuckDb, identifier, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { BENCH_SCHEMA } from '../datasets/bench-table.ts';
import type { ComparedFiles } from './compare-files.ts';

export type Work = 'baseline' | 'drift' | 'quality' | 'estimate' | 'bias';

export interface OursRequest {
  readonly work: Work;
  readonly files: ComparedFiles;
  readonly warm: ComparedFiles;
}

export interface Measured {
  readonly seconds: number;
  readonly peakMiB: number;
  /** By the name of the metric, with the column where there are several. */
  readonly values: Readonly<Record<string, number>>;
}

type Values = Record<string, number>;
const TIMES = 3;
const THRESHOLDS = { warn: 0.1, alert: 0.2, minimumSamples: 200 };
const CONFIDENCE = 0.95;

/** The stored baseline's profile: a version's first profile makes it, windows only read it. */
const profileFile = ({ reference }: ComparedFiles) => `${reference}.profile.json`;

const WORK: Readonly<Record<Work, (database: DuckDb, files: ComparedFiles) => Promise<Values>>> = {
  baseline: async (database, files) => {
    const columns = BENCH_SCHEMA.map(({ name }) => identifier(name)).join(', ');
    await database.run(
      `CREATE OR REPLACE VIEW baseline_rows AS SELECT ${columns} FROM read_parquet(${literal(files.reference)})`,
    );
    const profile = await profileTable(database, 'baseline_rows', { columns: BENCH_SCHEMA });
    writeFileSync(profileFile(files), JSON.stringify(profile));
    return {};
  },
  drift: async (database, files) => {
    await database.run(
      `CREATE OR REPLACE VIEW compared_rows AS FROM read_parquet(${literal(files.current)})`,
    );
    const { columns } = JSON.parse(readFileSync(profileFile(files), 'utf8')) as DatasetProfile;
    const values: Values = {};
    for (const column of await countColumns(database, 'compared_rows', columns)) {
      const { name, ks, wasserstein, jensenShannonDistance } = judgeColumn({
        ...column,
        thresholds: THRESHOLDS,
      });
      if (ks) values[`ks ${name}`] = ks.d;
      if (wasserstein) values[`wasserstein ${name}`] = wasserstein.normalised!;
      else values[`jensenShannon ${name}`] = jensenShannonDistance;
    }
    return values;
  },
  quality: async (_database, { current }) => {
    const options = { label: 'label', score: 'score', problem: 'binary', threshold: 0.5 } as const;
    const { values } = await qualityOfFile(current, { ...options, confidence: CONFIDENCE });
    return Object.fromEntries(Object.entries(values).map(([metric, { value }]) => [metric, value]));
  },
  estimate: async (database, { reference, current }) => {
    const learnt = await columnsOf(database, reference, 'score', 'label');
    const baseline = estimationBaseline(learnt[0]!, learnt[1]!, 0.5);
    const [scores] = await columnsOf(database, current, 'score');
    const estimated = Object.entries(estimateQuality(baseline!, scores!));
    return Object.fromEntries(estimated.map(([metric, { value }]) => [metric, value]));
  },
  bias: async (_database, { current }) => {
    const facets = [{ column: 'region', value: 'north' }];
    const options = { label: 'label', prediction: 'prediction', facets, group: 'age' };
    const found = await biasOfFile(current, { ...options, confidence: CONFIDENCE });
    const { preTraining, postTraining } = found.facets[0]!;
    const defined = [...preTraining, ...postTraining].filter(({ value }) => value !== null);
    return Object.fromEntries(defined.map(({ metric, value }) => [metric, value!]));
  },
};

function columnsOf(database: DuckDb, file: string, ...names: readonly string[]): Promise<Float64Array[]> {
  const wanted = names.map((name) => `CAST(${identifier(name)} AS DOUBLE)`).join(', ');
  return readDoubles(database, `SELECT ${wanted} FROM read_parquet(${literal(file)})`, names.length);
}

function main({ work, files, warm }: OursRequest): Promise<Measured> {
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await WORK[work](database, warm);
      const seconds: number[] = [];
      let values: Values = {};
      for (let time = 0; time < TIMES; time++) {
        const begun = performance.now();
        values = await WORK[work](database, files);
        seconds.push((performance.now() - begun) / 1000);
      }
      const middle = seconds.sort((a, b) => a - b)[Math.floor(TIMES / 2)]!;
      return { seconds: middle, values, peakMiB: process.resourceUsage().maxRSS / 1024 };
    }),
  );
}

process.stdout.write(JSON.stringify(await main(JSON.parse(process.argv[2]!) as OursRequest)));
