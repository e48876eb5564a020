/** What a run's gates saw: `evaluation.json` in its present form and in that of older runs. */
import type { BiasFinding, Difference, Estimate, Evaluation } from '../../lambdas/evaluation/contract.ts';
import { evaluationKey } from '../../lambdas/shared/keys.ts';
import type { Judgement } from '../../lambdas/shared/verdict.ts';
import { readJson } from './actions.ts';
import type { Connection } from './connect.ts';

/** The parts that both forms tell. */
export interface EvaluationView {
  /** Whether the run is from before slices, calibration, thresholds and bias were told. */
  readonly isOlder: boolean;
  readonly problem: string;
  readonly primaryMetric: string;
  readonly confidence: number;
  readonly datasetVersion: number;
  readonly splitDigest: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, Estimate>>;
  readonly champion?: {
    readonly modelVersion: number;
    readonly metrics: Readonly<Record<string, Estimate>>;
  };
  readonly championSkipped?: string;
  /** Of the primary metric, challenger minus champion. */
  readonly difference?: Difference;
  readonly worstSlice?: NonNullable<Evaluation['slices']>['worst'];
  readonly bias?: readonly BiasFinding[];
  readonly judgements: readonly Judgement[];
  readonly passed: boolean;
  readonly reason: string;
  readonly evaluatedAt: string;
}

/** Format 1: binary only, each metric a property of its own. */
type OlderMetrics = Readonly<Record<string, unknown>>;
interface OlderEvaluation
  extends Omit<Evaluation, 'format' | 'problem' | 'challenger' | 'champion' | 'slices' | 'bias'> {
  readonly format: 1;
  readonly challenger: { readonly metrics: OlderMetrics };
  readonly champion?: { readonly modelVersion: number; readonly metrics: OlderMetrics };
}

/** The evaluation of a run, or undefined when the run has none (yet). */
export async function readEvaluation(
  connection: Connection,
  run: string,
): Promise<EvaluationView | undefined> {
  const document = await readJson<Evaluation | OlderEvaluation>(connection, evaluationKey(run)).catch(
    (error) => {
      if (error.name === 'NoSuchKey') return undefined;
      throw error;
    },
  );
  return document && viewOf(document);
}

export function viewOf(document: Evaluation | OlderEvaluation): EvaluationView {
  const { primaryMetric, confidence, datasetVersion, splitDigest, holdout, championSkipped } = document;
  const { difference, judgements, passed, reason, evaluatedAt } = document;
  const common = {
    primaryMetric,
    confidence,
    datasetVersion,
    splitDigest,
    rows: holdout.rows,
    ...(championSkipped !== undefined && { championSkipped }),
    ...(difference && { difference }),
    judgements,
    passed,
    reason,
    evaluatedAt,
  };
  if (document.format === 1) {
    const { challenger, champion } = document;
    return {
      ...common,
      isOlder: true,
      problem: 'binary',
      metrics: olderMetrics(challenger.metrics),
      ...(champion && {
        champion: { modelVersion: champion.modelVersion, metrics: olderMetrics(champion.metrics) },
      }),
    };
  }
  const { problem, challenger, champion, slices, bias } = document;
  return {
    ...common,
    isOlder: false,
    problem,
    metrics: present(challenger.metrics.values),
    ...(champion && {
      champion: { modelVersion: champion.modelVersion, metrics: present(champion.metrics.values) },
    }),
    ...(slices?.worst && { worstSlice: slices.worst }),
    ...(bias && { bias: bias.findings }),
  };
}

const present = (values: Readonly<Partial<Record<string, Estimate>>>) =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Estimate] => !!entry[1]));

/** The properties that are estimates; beside them stand counts. */
function olderMetrics(metrics: OlderMetrics): Record<string, Estimate> {
  const isEstimate = (value: unknown): value is Estimate =>
    typeof value === 'object' && value !== null && typeof (value as Estimate).value === 'number';
  return Object.fromEntries(
    Object.entries(metrics).filter((entry): entry is [string, Estimate] => isEstimate(entry[1])),
  );
}
