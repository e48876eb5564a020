/**
 * Quality of a two-class model before labels come, from its own scores: a calibrated score is the chance that the row
 * is positive, so the expected confusion matrix is a sum over the rows. It assumes that what a score means has not
 * changed, and cannot see when it has.
 * @see NannyML, "Confidence-based performance estimation (CBPE)"
 */
import { ascending } from '../../shared/statistics/ascending.ts';
import type { EstimatedMetric, EstimationBaseline } from '../contract.ts';
import { calibrate } from './isotonic.ts';

export interface EstimatedValue {
  readonly value: number;
  /** Of a sample of so many rows; absent where it is not known. */
  readonly standardError?: number;
}

/** @param scores of the second class, 0..1. Empty metrics for no rows. */
export function estimateQuality(
  baseline: EstimationBaseline,
  scores: Float64Array,
): Partial<Record<EstimatedMetric, EstimatedValue>> {
  const n = scores.length;
  if (n === 0) return {};
  const chances = baseline.calibrator ? calibrate(baseline.calibrator, scores) : scores;
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (const [row, chance] of chances.entries()) {
    if (scores[row]! >= baseline.threshold) {
      tp += chance;
      fp += 1 - chance;
    } else {
      fn += chance;
      tn += 1 - chance;
    }
  }
  const ratio = (part: number, all: number) => (all === 0 ? 0 : part / all);
  const values: Record<EstimatedMetric, number> = {
    accuracy: (tp + tn) / n,
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    specificity: ratio(tn, tn + fp),
    f1: ratio(tp, tp + (fp + fn) / 2),
    ...ranking(scores, chances),
  };
  return Object.fromEntries(
    Object.entries(values).map(([metric, value]) => {
      const spread = baseline.spread[metric as EstimatedMetric];
      if (!spread || spread.share === 0) return [metric, { value }];
      return [metric, { value, standardError: spread.deviation / Math.sqrt(n * spread.share) }];
    }),
  );
}

/** Expected ROC and precision-recall curves along falling scores. */
function ranking(scores: Float64Array, chances: Float64Array): Record<'auc' | 'averagePrecision', number> {
  const order = ascending(scores.map((score) => -score));
  // five decimals, as the reference rounds its cumulative sums
  const round = (value: number) => Math.round(value * 1e5) / 1e5;
  let [sum, area, average] = [0, 0, 0];
  let [tpBefore, fpBefore] = [0, 0];
  for (const [rank, row] of order.entries()) {
    sum += chances[row]!;
    const [tp, fp] = [round(sum), round(rank + 1 - sum)];
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
    average += ((tp - tpBefore) * tp) / (rank + 1);
    [tpBefore, fpBefore] = [tp, fp];
  }
  return {
    auc: tpBefore === 0 || fpBefore === 0 ? 0 : area / (tpBefore * fpBefore),
    averagePrecision: tpBefore === 0 ? 0 : average / tpBefore,
  };
}
