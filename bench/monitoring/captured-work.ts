/**
 * A window as `run-monitor` judges it, from capture files in S3 to verdicts, in a process of its own:
 * `node captured-work.mjs FILE`. Bundled like the handler.
 */
import { readFileSync } from 'node:fs';
import type { Baseline } from '../../lambdas/evaluation/contract.ts';
import { estimateQuality } from '../../lambdas/evaluation/estimation/estimate-quality.ts';
import { countWindow, typeRows } from '../../lambdas/monitoring/count-window.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';
import { judgeDataQuality } from '../../lambdas/monitoring/judge-data-quality.ts';
import { windowScores } from '../../lambdas/monitoring/judge-estimate.ts';
import { loadCaptures } from '../../lambdas/shared/capture-store.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { ObjectSummary } from '../../lambdas/shared/objects.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

export interface CapturedWork {
  readonly files: readonly ObjectSummary[];
  readonly baseline: Pick<Baseline, 'features' | 'prediction' | 'estimation'>;
  readonly times: number;
}

export interface CapturedResult {
  readonly seconds: readonly number[];
  /** Of them, from S3 into a table. */
  readonly loadSeconds: readonly number[];
  readonly peakMiB: number;
  readonly rows: number;
  readonly verdicts: readonly string[];
}

const SETTINGS = { minimumSamples: 200 };
const THRESHOLDS = { warn: 0.1, alert: 0.2, ...SETTINGS };

async function main({ files, baseline: given, times }: CapturedWork): Promise<CapturedResult> {
  const baseline = given as Baseline;
  const seconds: number[] = [];
  const loadSeconds: number[] = [];
  let [rows, verdicts]: [number, string[]] = [0, []];
  for (let time = 0; time < times; time++) {
    const begun = performance.now();
    await withTempDirectory((directory) =>
      withDuckDb(directory, async (database) => {
        const features = baseline.features.map(({ name }) => name);
        const loaded = await loadCaptures({ database, bucket: 'bench', directory, files, features });
        loadSeconds.push((performance.now() - begun) / 1000);
        rows = loaded.rows;
        await typeRows(database, baseline);
        const counted = await countWindow(database, baseline);
        const judged = [...counted.features, counted.prediction].map((column) =>
          judgeColumn({ ...column, thresholds: THRESHOLDS }),
        );
        const { malformedRows } = loaded;
        judgeDataQuality({ columns: counted.features, settings: SETTINGS, malformedRows, rows });
        const scores = await windowScores(database);
        if (baseline.estimation) estimateQuality(baseline.estimation, scores);
        verdicts = judged.map(({ name, verdict }) => `${name} ${verdict}`);
      }),
    );
    seconds.push((performance.now() - begun) / 1000);
  }
  return { seconds, loadSeconds, rows, verdicts, peakMiB: process.resourceUsage().maxRSS / 1024 };
}

process.stdout.write(
  JSON.stringify(await main(JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as CapturedWork)),
);
