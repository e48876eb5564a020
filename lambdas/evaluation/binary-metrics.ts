/** Metrics of a binary classifier's probabilities, with confidence intervals. */

import type { BinaryMetric } from '../shared/settings.ts';
import { normalQuantile } from '../shared/statistics/normal.ts';
import type { BinaryMetrics, Difference, Estimate } from './contract.ts';
import { aucComponents, aucCovariance, aucVariance } from './delong.ts';

/** Rows in the same order: `labels` 0 or 1, `scores` probabilities in 0..1. */
export interface ScoredRows {
  readonly labels: Uint8Array;
  readonly scores: Float64Array;
}

const THRESHOLD = 0.5;
const ECE_BINS = 10;
/** A certain and wrong answer would cost infinitely much; scikit-learn clips at the same machine epsilon. */
const LOG_CLIP = 2 ** -52;

/**
 * All metrics of one model.
 * @param confidence 0..1, for example 0.95.
 * @throws RangeError for no rows.
 */
export function binaryMetrics({ labels, scores }: ScoredRows, confidence: number): BinaryMetrics {
  const rows = labels.length;
  if (rows === 0) throw new RangeError('metrics of no rows');
  const z = normalQuantile((1 + confidence) / 2);
  const confusion = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (let i = 0; i < rows; i++) {
    if (scores[i]! >= THRESHOLD) confusion[labels[i] === 1 ? 'truePositives' : 'falsePositives']++;
    else confusion[labels[i] === 1 ? 'falseNegatives' : 'trueNegatives']++;
  }
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = confusion;
  const components = aucComponents(labels, scores);
  return {
    rows,
    positives: tp + fn,
    threshold: THRESHOLD,
    confusion,
    auc: components && between(components.auc, z * Math.sqrt(aucVariance(components)), 'DeLong', 1),
    logLoss: meanEstimate(losses('logLoss', { labels, scores }), z, 'normal', Number.POSITIVE_INFINITY),
    brier: meanEstimate(losses('brier', { labels, scores }), z, 'normal', 1),
    ece: { value: expectedCalibrationError({ labels, scores }) },
    accuracy: wilson(tp + tn, rows, z)!,
    precision: wilson(tp, tp + fp, z),
    recall: wilson(tp, tp + fn, z),
    specificity: wilson(tn, tn + fp, z),
    f1: tp + fp + fn === 0 ? undefined : { value: (2 * tp) / (2 * tp + fp + fn) },
  };
}

/**
 * Challenger minus champion with a paired interval; undefined for AUC when one class is missing.
 * @param challenger probabilities. @param champion probabilities of the same rows.
 */
export function pairedDifference(
  metric: BinaryMetric,
  { labels, scores }: ScoredRows,
  { champion, confidence }: { readonly champion: Float64Array; readonly confidence: number },
): Difference | undefined {
  const z = normalQuantile((1 + confidence) / 2);
  if (metric === 'auc') {
    const a = aucComponents(labels, scores);
    const b = aucComponents(labels, champion);
    if (!a || !b) return undefined;
    const variance = aucVariance(a) + aucVariance(b) - 2 * aucCovariance(a, b);
    // rounding can take the variance of equal models just below zero
    const margin = z * Math.sqrt(Math.max(0, variance));
    const value = a.auc - b.auc;
    return { metric, value, low: value - margin, high: value + margin, method: 'DeLong paired' };
  }
  const mine = losses(metric, { labels, scores });
  const theirs = losses(metric, { labels, scores: champion });
  const { mean, error } = meanAndError(mine.map((loss, i) => loss - theirs[i]!));
  return { metric, value: mean, low: mean - z * error, high: mean + z * error, method: 'normal paired' };
}

/** Loss of each row: squared error for `brier`, negative log-likelihood in nats for `logLoss`. */
function losses(metric: 'logLoss' | 'brier', { labels, scores }: ScoredRows): Float64Array {
  if (metric === 'brier') return scores.map((score, i) => (score - labels[i]!) ** 2);
  return scores.map((score, i) => {
    const likelihood = labels[i] === 1 ? score : 1 - score;
    return -Math.log(Math.min(Math.max(likelihood, LOG_CLIP), 1 - LOG_CLIP));
  });
}

/** Mean over the bins, by their rows, of |share of positives − mean score|. Bins are right-closed, 0 in the first. */
function expectedCalibrationError({ labels, scores }: ScoredRows): number {
  const positives = new Float64Array(ECE_BINS);
  const sums = new Float64Array(ECE_BINS);
  for (let i = 0; i < labels.length; i++) {
    const bin = Math.min(ECE_BINS - 1, Math.max(0, Math.ceil(scores[i]! * ECE_BINS) - 1));
    positives[bin]! += labels[i]!;
    sums[bin]! += scores[i]!;
  }
  return positives.reduce((sum, count, bin) => sum + Math.abs(count - sums[bin]!), 0) / labels.length;
}

/** Wilson's score interval of a share; undefined for a share of nothing. */
export function wilson(successes: number, trials: number, z: number): Estimate | undefined {
  if (trials === 0) return undefined;
  const value = successes / trials;
  const z2 = z * z;
  const centre = (value + z2 / (2 * trials)) / (1 + z2 / trials);
  const margin = (z / (1 + z2 / trials)) * Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials ** 2));
  return {
    value,
    low: Math.max(0, centre - margin),
    high: Math.min(1, centre + margin),
    method: 'Wilson',
  };
}

function meanEstimate(values: Float64Array, z: number, method: string, maximum: number): Estimate {
  const { mean, error } = meanAndError(values);
  return between(mean, z * error, method, maximum);
}

function between(value: number, margin: number, method: string, maximum: number): Estimate {
  return { value, low: Math.max(0, value - margin), high: Math.min(maximum, value + margin), method };
}

function meanAndError(values: Float64Array): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n) };
}
