/**
 * Area under the ROC curve with its variance, and the covariance of two such areas on the same rows.
 *
 * @see DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44:837-845; computed by midranks in O(n log n) as in
 *   Sun & Xu (2014), IEEE Signal Processing Letters 21:1389-1393.
 */

import { ascending } from '../../shared/statistics/ascending.ts';

/** Structural components of an area: one value per positive and per negative row. */
export interface AucComponents {
  readonly auc: number;
  /** For each positive: share of negatives ranked below it, ties counting half. */
  readonly positives: Float64Array;
  /** For each negative: share of positives ranked above it, ties counting half. */
  readonly negatives: Float64Array;
}

/**
 * The area and its components; undefined when one class is missing.
 * @param labels 0 or 1. @param scores same length, no NaN; ties get midranks.
 */
export function aucComponents(labels: ArrayLike<number>, scores: Float64Array): AucComponents | undefined {
  let m = 0;
  for (let i = 0; i < labels.length; i++) m += labels[i]!;
  const n = labels.length - m;
  if (m === 0 || n === 0) return undefined;
  const positiveScores = new Float64Array(m);
  const negativeScores = new Float64Array(n);
  let p = 0;
  let q = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 1) positiveScores[p++] = scores[i]!;
    else negativeScores[q++] = scores[i]!;
  }
  const all = new Float64Array(labels.length);
  all.set(positiveScores);
  all.set(negativeScores, m);
  const ranks = midranks(all);
  const within = midranks(positiveScores);
  const withinNegatives = midranks(negativeScores);
  const positives = within.map((rank, i) => (ranks[i]! - rank) / n);
  const negatives = withinNegatives.map((rank, i) => 1 - (ranks[m + i]! - rank) / m);
  return { auc: mean(positives), positives, negatives };
}

/** Variance of an area. Zero when a class has a single row: no variance can be estimated from it. */
export function aucVariance(a: AucComponents): number {
  return aucCovariance(a, a);
}

/** Covariance of two areas whose components are in the same order of rows. */
export function aucCovariance(a: AucComponents, b: AucComponents): number {
  return (
    covariance(a.positives, b.positives) / a.positives.length +
    covariance(a.negatives, b.negatives) / a.negatives.length
  );
}

/** Ranks from 1 in ascending order; equal values share the mean of their ranks. */
export function midranks(values: Float64Array): Float64Array {
  const order = ascending(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) ranks[order[i]!] = rank;
    start = end;
  }
  return ranks;
}

function covariance(a: Float64Array, b: Float64Array): number {
  if (a.length < 2) return 0;
  const [meanA, meanB] = [mean(a), mean(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - meanA) * (b[i]! - meanB);
  return sum / (a.length - 1);
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
