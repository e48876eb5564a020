/** The gates that look at groups of rows: slices, and facets of sensitive columns. */
import { join } from 'node:path';
import { literal } from '../shared/duckdb.ts';
import type { Judgement } from '../shared/verdict.ts';
import { judgeFairness } from './bias/judge-fairness.ts';
import type { BiasReport } from './bias/report.ts';
import type { Evaluation } from './contract.ts';
import type { EvaluationWork } from './evidence-store.ts';
import { slices as slicesGate } from './gates/slices.ts';
import { predictedClasses, type Reading, type ScoredRows } from './metrics/scored-rows.ts';
import { openSegments, sliceMetrics } from './slices.ts';
import { writeNumbers } from './write-numbers.ts';

export interface JudgedGroups {
  readonly judgements: readonly Judgement[];
  readonly slices?: Evaluation['slices'];
  readonly findings?: NonNullable<Evaluation['bias']>['findings'];
  /** The whole of the bias metrics, in the shape of Clarify's report. */
  readonly report?: BiasReport;
}

/** Nothing when the split has no column to group by. */
export async function judgeGroups(
  work: EvaluationWork,
  { rows, reading }: { readonly rows: ScoredRows; readonly reading: Reading },
): Promise<JudgedGroups> {
  const { settings, input, database, directory } = work;
  const { gates } = settings;
  if (input.split.segments === undefined) return { judgements: [] };
  await openSegments(work, input.split.segments);
  const slices = gates.slices ? await sliceMetrics(database, gates, { rows, reading }) : undefined;
  const told = slices ? [slicesGate(gates, slices)] : [];
  if (!gates.fairness) return { judgements: told, slices };

  const predicted = reading.problem.type === 'regression' ? [] : predictedClasses(rows, reading);
  const file = join(directory, 'predicted.csv');
  await writeNumbers(file, predicted);
  // rows of a file keep their order
  await database.run(
    `CREATE TABLE predictions AS SELECT row_number() OVER () - 1 AS row, column0 AS predicted
     FROM read_csv(${literal(file)}, header = false, auto_detect = false, columns = {column0: 'BIGINT'})`,
  );
  const { judgement, findings, report } = await judgeFairness(
    { database, segments: 'segments', predictions: 'predictions' },
    {
      settings: gates.fairness,
      problem: reading.problem,
      target: settings.dataset.target,
      confidence: gates.confidence,
    },
  );
  return { judgements: [...told, judgement], slices, findings, report };
}
