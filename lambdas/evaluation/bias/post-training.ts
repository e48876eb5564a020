/**
 * Bias metrics of a model's predictions.
 * a: rows without the facet's value, d: with it. SD, DCR, DRR and TE are d − a, the other differences a − d.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
 */
import type { PostTrainingBiasMetric } from '../../shared/settings.ts';
import { demographicDisparity } from './conditional-disparity.ts';
import type { Comparison, SideCounts } from './counts.ts';
import {
  type BiasEstimate,
  deltaEstimate,
  divide,
  estimated,
  minus,
  type Share,
  shareDifference,
  shareRatio,
  UndefinedMetric,
} from './estimate.ts';

export const POST_TRAINING_METRICS: readonly PostTrainingBiasMetric[] = [
  ...(['DPPL', 'DI', 'DCA', 'DCR', 'RD', 'SD', 'DAR', 'DRR', 'AD', 'TE', 'CDDPL', 'GE'] as const),
];

/** All of them but the flip test, in that order. @param z quantile of the two-sided interval. */
export function postTrainingBias({ a, d, groups }: Comparison, z: number): BiasEstimate[] {
  const counts = [...cells(a), ...cells(d)];
  const of = (metric: (a: SideCounts, d: SideCounts) => number) =>
    deltaEstimate(counts, (all) => metric(side(all.slice(0, 4)), side(all.slice(4))), { z });
  const differ = (share: (side: SideCounts) => Share, what: string) =>
    shareDifference(share(a), share(d), z, what);
  const differBack = (share: (side: SideCounts) => Share, what: string) =>
    shareDifference(share(d), share(a), z, what);
  const somePositive = <Answer>(then: () => Answer): Answer => {
    if (a.tp + a.fp + d.tp + d.fp === 0) throw new UndefinedMetric('no row is predicted positive');
    return then();
  };
  const someNegative = <Answer>(then: () => Answer): Answer => {
    if (a.tn + a.fn + d.tn + d.fn === 0) throw new UndefinedMetric('no row is predicted negative');
    return then();
  };
  return [
    estimated('DPPL', () => somePositive(() => differ(selected, 'rows'))),
    estimated('DI', () => somePositive(() => shareRatio(selected(d), selected(a), z, 'rows'))),
    estimated('DCA', () => somePositive(() => of((one, two) => minus(acceptance(one), acceptance(two))))),
    estimated('DCR', () => someNegative(() => of((one, two) => minus(rejection(two), rejection(one))))),
    estimated('RD', () => differ(({ tp, fn }) => share(tp, tp + fn), 'positive labels')),
    estimated('SD', () => differBack(({ tn, fp }) => share(tn, tn + fp), 'negative labels')),
    estimated('DAR', () => differ(({ tp, fp }) => share(tp, tp + fp), 'rows predicted positive')),
    estimated('DRR', () => differBack(({ tn, fn }) => share(tn, tn + fn), 'rows predicted negative')),
    estimated('AD', () => differ(({ tp, fp, fn, tn }) => share(tp + tn, tp + fp + fn + tn), 'rows')),
    estimated('TE', () => of((one, two) => minus(divide(two.fn, two.fp), divide(one.fn, one.fp)))),
    estimated('CDDPL', () => somePositive(() => demographicDisparity(groups, selected, z))),
    estimated('GE', () => of(generalizedEntropy)),
  ];
}

const cells = ({ tp, fp, fn, tn }: SideCounts) => [tp, fp, fn, tn];
const side = ([tp = 0, fp = 0, fn = 0, tn = 0]: readonly number[]): SideCounts => ({
  labels: [],
  tp,
  fp,
  fn,
  tn,
});
const share = (successes: number, trials: number): Share => ({ successes, trials });
const selected = ({ tp, fp, fn, tn }: SideCounts) => share(tp + fp, tp + fp + fn + tn);
/** Positive labels for each predicted one. */
const acceptance = ({ tp, fp, fn }: SideCounts) => divide(tp + fn, tp + fp);
/** Negative labels for each predicted one. */
const rejection = ({ tn, fp, fn }: SideCounts) => divide(tn + fp, tn + fn);

/** Σ((b/b̄)² − 1)/(2N) with benefit b = prediction − label + 1: of all rows, whatever the facet. */
function generalizedEntropy(a: SideCounts, d: SideCounts): number {
  const rows = [...cells(a), ...cells(d)].reduce((sum, count) => sum + count, 0);
  const doubled = a.fp + d.fp;
  const once = a.tp + a.tn + d.tp + d.tn;
  const mean = (once + 2 * doubled) / rows;
  if (!(mean > 0)) throw new UndefinedMetric('every row is a missed positive');
  return ((once + 4 * doubled) / mean ** 2 - rows) / (2 * rows);
}
