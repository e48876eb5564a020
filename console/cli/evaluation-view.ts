/** What a run's gates saw, for people. */
import type { Estimate } from '../../lambdas/evaluation/contract.ts';
import type { Judgement } from '../../lambdas/shared/verdict.ts';
import type { EvaluationView } from '../client/evaluations.ts';
import { countText, printable, table } from './output.ts';
import { numberText } from './profile-view.ts';

/** `0.7312 [0.71, 0.7501]`, without brackets where there is no interval. */
export function estimateText(estimate: Estimate | undefined): string {
  if (!estimate) return '-';
  const { value, low, high } = estimate;
  const interval =
    low === undefined || high === undefined ? '' : ` [${numberText(low)}, ${numberText(high)}]`;
  return `${numberText(value)}${interval}`;
}

export const signedText = (value: number) => `${value > 0 ? '+' : ''}${numberText(value)}`;

const MARKS = { PASS: '✓', WARN: '!', FAIL: '✗', NOT_APPLICABLE: '-', INSUFFICIENT_DATA: '?' } as const;

/** A line for each gate. */
export const judgementLines = (judgements: readonly Judgement[]): string[] =>
  judgements.map(({ rule, verdict, reason }) => `  ${MARKS[verdict]} ${rule}: ${printable(reason)}`);

/** Metrics with their intervals, beside the champion's; then the gates. */
export function evaluationLines(evaluation: EvaluationView): string[] {
  const { metrics, champion, primaryMetric, difference, worstSlice, confidence, isOlder, bias } = evaluation;
  const names = Object.keys(metrics).sort(
    (a, b) => Number(b === primaryMetric) - Number(a === primaryMetric) || a.localeCompare(b),
  );
  const rows = names.map((name) => [
    `${name}${name === primaryMetric ? ' (primary)' : ''}`,
    estimateText(metrics[name]),
    ...(champion ? [estimateText(champion.metrics[name])] : []),
  ]);
  const outside = bias?.filter(({ verdict }) => verdict !== 'PASS' && verdict !== 'NOT_APPLICABLE') ?? [];
  return [
    `evaluated on ${countText(evaluation.rows)} rows of version ${evaluation.datasetVersion}, intervals of ${numberText(confidence * 100)} %${isOlder ? ' (older format: no slices, calibration or bias)' : ''}`,
    table(['metric', 'this model', ...(champion ? [`champion ${champion.modelVersion}`] : [])], rows),
    ...(difference
      ? [
          `${difference.metric}, this model minus the champion: ${estimateText(difference)}${method(difference)}`,
        ]
      : []),
    ...(evaluation.championSkipped === undefined
      ? []
      : [`not compared with the champion: ${printable(evaluation.championSkipped)}`]),
    ...(worstSlice
      ? [
          `worst slice: ${printable(`${worstSlice.column} = ${worstSlice.value ?? 'missing'}`)}, ${primaryMetric} ${estimateText(worstSlice.estimate)}`,
        ]
      : []),
    ...(outside.length > 0
      ? [
          `bias outside its bounds or not told: ${outside.map(({ column, value, metric, verdict }) => printable(`${metric} of ${column} = ${value} (${verdict})`)).join(', ')}`,
        ]
      : []),
    '',
    `gates: ${evaluation.passed ? 'passed' : 'not passed'}`,
    ...judgementLines(evaluation.judgements),
  ];
}

const method = ({ method }: Estimate) => (method === undefined ? '' : ` (${method})`);
