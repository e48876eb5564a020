/** What a holdout tells of how far a model's scores can be trusted later. */

import { ascending } from '../../shared/statistics/ascending.ts';
import type { Calibrator, EstimatedMetric, EstimationBaseline } from '../contract.ts';
import { calibrate, fitIsotonic } from './isotonic.ts';

/** Parts of the holdout, each of which is calibrated by the others to see whether that helps. */
const FOLDS = 10;
const ECE_BINS = 10;
/** Scores that separate the classes so well need no calibration, and give none. */
const PERFECT_AUC = 0.999;

/**
 * @param scores of the second class, 0..1, of rows that the model did not learn from. @param labels 0 or 1, as many.
 * Undefined with rows of one class only: nothing is known of the other then.
 */
export function estimationBaseline(
  scores: Float64Array,
  labels: ArrayLike<number>,
  threshold: number,
): EstimationBaseline | undefined {
  let positives = 0;
  for (let row = 0; row < scores.length; row++) positives += labels[row]!;
  if (positives === 0 || positives === scores.length) return undefined;
  const calibrator = usefulCalibrator(scores, labels);
  const spread = spreads(scores, labels, threshold);
  return { ...(calibrator && { calibrator }), threshold, spread };
}

/** Calibration counts only if it brings scores nearer to rates on rows that it was not made from. */
function usefulCalibrator(scores: Float64Array, labels: ArrayLike<number>): Calibrator | undefined {
  if (meanShareBelow(scores, labels).mean > PERFECT_AUC) return undefined;
  const seen = [0, 0];
  // the same share of each class in every part
  const fold = Uint8Array.from(scores, (_, row) => seen[labels[row]!]!++ % FOLDS);
  const calibrated = new Float64Array(scores.length);
  for (let part = 0; part < FOLDS; part++) {
    const line = fitIsotonic(
      scores.filter((_, row) => fold[row] !== part),
      Uint8Array.from(labels).filter((_, row) => fold[row] !== part),
    );
    const values = calibrate(
      line,
      scores.filter((_, row) => fold[row] === part),
    );
    let next = 0;
    for (let row = 0; row < scores.length; row++) {
      if (fold[row] === part) calibrated[row] = values[next++]!;
    }
  }
  const isBetter = calibrationError(scores, labels) > calibrationError(calibrated, labels);
  return isBetter ? fitIsotonic(scores, labels) : undefined;
}

/** Expected calibration error over bins of as many rows each, by rising score. */
function calibrationError(scores: Float64Array, labels: ArrayLike<number>): number {
  const order = ascending(scores);
  let error = 0;
  for (let bin = 0; bin < ECE_BINS; bin++) {
    const rows = order.subarray(
      Math.floor((bin * order.length) / ECE_BINS),
      Math.floor(((bin + 1) * order.length) / ECE_BINS),
    );
    let difference = 0;
    for (const row of rows) difference += scores[row]! - labels[row]!;
    error += Math.abs(difference) / order.length;
  }
  return error;
}

function spreads(
  scores: Float64Array,
  labels: ArrayLike<number>,
  threshold: number,
): EstimationBaseline['spread'] {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (let row = 0; row < scores.length; row++) {
    const isPredicted = scores[row]! >= threshold;
    if (labels[row] === 1) isPredicted ? tp++ : fn++;
    else isPredicted ? fp++ : tn++;
  }
  const n = scores.length;
  /** Of what is 1 in `right` rows and 0 in `wrong` ones. */
  const over = (right: number, wrong: number) => {
    const share = right / (right + wrong);
    return { deviation: Math.sqrt(share * (1 - share)), share: (right + wrong) / n };
  };
  const f1 = over(tp, fp + fn);
  const scale = (tp + fp + fn) / (tp + (fp + fn) / 2);
  const spread: Partial<Record<EstimatedMetric, { deviation: number; share: number }>> = {
    accuracy: over(tp + tn, fp + fn),
    precision: over(tp, fp),
    recall: over(tp, fn),
    specificity: over(tn, fp),
    f1: { ...f1, deviation: f1.deviation * scale },
    auc: meanShareBelow(scores, labels).spread,
  };
  return Object.fromEntries(Object.entries(spread).filter(([, { deviation: d }]) => Number.isFinite(d)));
}

/** For each row of the rarer class the share of the other that it is ranked right against. */
function meanShareBelow(scores: Float64Array, labels: ArrayLike<number>) {
  const of = (label: number) => scores.filter((_, row) => labels[row] === label);
  const [negatives, positives] = [of(0).sort(), of(1).sort()];
  const isFlipped = positives.length > negatives.length;
  const [few, many] = isFlipped ? [negatives, positives] : [positives, negatives];
  const shares = few.map((score) => {
    const below = firstAbove(many, score, false);
    const upTo = firstAbove(many, score, true);
    const isRight = isFlipped ? many.length - upTo : below;
    return (isRight + (upTo - below) / 2) / many.length;
  });
  return {
    mean: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    spread: { deviation: deviation(shares), share: few.length / scores.length },
  };
}

/** Position of the first value above (or, exclusive, not below) `score` in sorted values. */
function firstAbove(sorted: Float64Array, score: number, inclusive: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < score || (inclusive && sorted[middle] === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the population; not a number without rows. */
function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
