/** Whether probabilities mean what they say, and what other thresholds would give. Binary problems. */
import type { CalibrationBin, ThresholdRow } from '../contract.ts';
import type { ScoredRows } from './scored-rows.ts';

const BINS = 10;
const THRESHOLDS = 99;

/** Ten bins of equal width. Bins are right-closed, and 0 is in the first. */
export function calibrationBins({ labels, scores }: ScoredRows): CalibrationBin[] {
  const rows = new Float64Array(BINS);
  const positives = new Float64Array(BINS);
  const sums = new Float64Array(BINS);
  for (let i = 0; i < labels.length; i++) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(scores[i]! * BINS) - 1));
    rows[bin]! += 1;
    positives[bin]! += labels[i]!;
    sums[bin]! += scores[i]!;
  }
  return Array.from(rows, (count, bin) => ({
    low: bin / BINS,
    high: (bin + 1) / BINS,
    rows: count,
    ...(count > 0 && { meanScore: sums[bin]! / count, positiveShare: positives[bin]! / count }),
  }));
}

/** Expected calibration error: mean over the bins, by their rows, of |share of positives - mean score|. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  return bins.reduce(
    (sum, bin) => sum + (bin.rows * Math.abs((bin.positiveShare ?? 0) - (bin.meanScore ?? 0))) / rows,
    0,
  );
}

/** What the thresholds 0.01 to 0.99 give. A row is predicted positive at or above the threshold. */
export function thresholdTable({ labels, scores }: ScoredRows): ThresholdRow[] {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let positives = 0;
  for (const label of labels) positives += label;
  const table: ThresholdRow[] = [];
  let [taken, found] = [0, 0];
  for (let step = THRESHOLDS; step >= 1; step--) {
    const threshold = step / (THRESHOLDS + 1);
    while (taken < order.length && scores[order[taken]!]! >= threshold) found += labels[order[taken++]!]!;
    table.push({
      threshold,
      ...(taken > 0 && { precision: found / taken }),
      ...(positives > 0 && { recall: found / positives }),
      ...(taken + positives > 0 && { f1: (2 * found) / (taken + positives) }),
      predictedPositive: taken / order.length,
    });
  }
  return table.reverse();
}
