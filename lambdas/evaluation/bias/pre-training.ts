/**
 * Bias metrics of the labels that a model trained on.
 * a: rows without the facet's value, d: with it; n rows, q share of positive labels, P shares of all classes.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
 */
import type { PreTrainingBiasMetric } from '../../shared/settings.ts';
import { demographicDisparity } from './conditional-disparity.ts';
import type { Comparison, SideCounts } from './counts.ts';
import {
  absolute,
  type BiasEstimate,
  deltaEstimate,
  estimated,
  shareDifference,
  UndefinedMetric,
} from './estimate.ts';

export const PRE_TRAINING_METRICS: readonly PreTrainingBiasMetric[] = [
  ...(['CI', 'DPL', 'KL', 'JS', 'LP', 'TVD', 'KS', 'CDDL'] as const),
];

/** All of them, in that order. @param z quantile of the two-sided interval. */
export function preTrainingBias({ a, d, groups }: Comparison, z: number): BiasEstimate[] {
  const counts = [...a.labels, ...d.labels];
  const classes = a.labels.length;
  const distance = (of: (p: readonly number[], q: readonly number[]) => number) => (all: readonly number[]) =>
    of(shares(all.slice(0, classes)), shares(all.slice(classes)));
  const positives = (side: SideCounts) => ({ successes: side.tp + side.fn, trials: size(side) });
  const difference = () => shareDifference(positives(a), positives(d), z, 'rows');
  // with two classes all three are multiples of |DPL|, whose interval also holds where they have no derivative, at 0
  const norm = (factor: number, of: (gaps: readonly number[]) => number, maximum: number) => {
    const metric = distance((p, q) => of(p.map((share, index) => Math.abs(share - q[index]!))));
    if (classes > 2) return deltaEstimate(counts, metric, { z, minimum: 0, maximum });
    return { ...absolute(difference(), factor), value: metric(counts) };
  };
  return [
    estimated('CI', () => deltaEstimate([size(a), size(d)], classImbalance, { z, minimum: -1, maximum: 1 })),
    estimated('DPL', difference),
    estimated('KL', () => deltaEstimate(counts, distance(kullbackLeibler), { z })),
    estimated('JS', () =>
      deltaEstimate(counts, distance(jensenShannon), { z, minimum: 0, maximum: Math.LN2 }),
    ),
    estimated('LP', () => norm(Math.SQRT2, (gaps) => Math.hypot(...gaps), Math.SQRT2)),
    estimated('TVD', () => norm(1, (gaps) => gaps.reduce((sum, gap) => sum + gap, 0) / 2, 1)),
    estimated('KS', () => norm(1, (gaps) => Math.max(...gaps), 1)),
    estimated('CDDL', () => demographicDisparity(groups, positives, z)),
  ];
}

const size = ({ tp, fp, fn, tn }: SideCounts) => tp + fp + fn + tn;

function classImbalance([a = 0, d = 0]: readonly number[]): number {
  if (a === 0 || d === 0) throw new UndefinedMetric('one of the sides has no rows');
  return (a - d) / (a + d);
}

function shares(counts: readonly number[]): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (rows === 0) throw new UndefinedMetric('one of the sides has no rows');
  return counts.map((count) => count / rows);
}

/** Σ p ln(p/q) in nats over the classes that both sides have, not scaled to 1 again: it may be negative. */
function kullbackLeibler(p: readonly number[], q: readonly number[]): number {
  const shared = p.flatMap((share, index) => (share > 0 && q[index]! > 0 ? [index] : []));
  if (shared.length === 0) throw new UndefinedMetric('the sides have no label in common');
  return shared.reduce((sum, index) => sum + p[index]! * Math.log(p[index]! / q[index]!), 0);
}

/** Divergence (no root) in nats from the middle of both, over the classes that both sides have. */
function jensenShannon(p: readonly number[], q: readonly number[]): number {
  const both = p.map((share, index) => share > 0 && q[index]! > 0);
  if (!both.includes(true)) throw new UndefinedMetric('the sides have no label in common');
  const only = (of: readonly number[]) => of.map((share, index) => (both[index] ? share : 0));
  const middle = p.map((share, index) => (share + q[index]!) / 2);
  return (kullbackLeibler(only(p), middle) + kullbackLeibler(only(q), middle)) / 2;
}
