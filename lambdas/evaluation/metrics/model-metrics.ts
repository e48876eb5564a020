/** All metrics of a model on some rows, and the difference of two models on the same rows, with intervals. */
import type { Metric } from '../../shared/settings.ts';
import { normalQuantile } from '../../shared/statistics/normal.ts';
import type { Difference, Estimate, ModelMetrics } from '../contract.ts';
import { calibrationBins, expectedCalibrationError } from './calibration.ts';
import { asRows, type Confusion, confusionOf } from './confusion-metrics.ts';
import { type AucComponents, aucComponents } from './delong.ts';
import { between, standardError, wilson } from './estimates.ts';
import { isMean, metricsOf, metricValue, rangeOf } from './metric-values.ts';
import { aucAndError, aucDifferenceError } from './ranking.ts';
import { predictedClasses, type Reading, type ScoredRows } from './scored-rows.ts';

/**
 * All metrics of one model.
 *
 * Intervals: DeLong for AUC; Wilson's score interval for shares of independent rows (accuracy, precision, recall,
 * specificity); the normal interval of a mean for losses and errors; for what is a function of means the delta method.
 * None for the expected calibration error, whose sampling distribution is no normal one near 0.
 * @throws RangeError for no rows.
 */
export function modelMetrics(rows: ScoredRows, reading: Reading): ModelMetrics {
  const { problem } = reading;
  if (rows.labels.length === 0) throw new RangeError('metrics of no rows');
  const confusion =
    problem.type === 'regression'
      ? undefined
      : confusionOf(rows.labels, predictedClasses(rows, reading), problem.classes.length);
  const values: Partial<Record<Metric, Estimate>> = {};
  for (const metric of metricsOf(reading)) {
    const found = estimate(metric, rows, reading, confusion);
    if (found) values[metric] = found;
  }
  const base = { problem: problem.type, rows: rows.labels.length, values };
  if (problem.type === 'regression') return base;
  const table = asRows(confusion!);
  return {
    ...base,
    classes: problem.classes,
    confusion: table,
    ...(problem.type === 'binary' && {
      positives: table[1]![0]! + table[1]![1]!,
      threshold: reading.threshold,
    }),
  };
}

function estimate(
  metric: Metric,
  rows: ScoredRows,
  reading: Reading,
  confusion: Confusion | undefined,
): Estimate | undefined {
  const z = normalQuantile((1 + reading.confidence) / 2);
  if (metric === 'auc') {
    const components = aucComponents(rows.labels, rows.scores);
    if (!components) return undefined;
    const { auc, error } = aucAndError(components);
    if (hasLoneRow(components)) return { value: auc };
    return between(auc, z * error, 'DeLong', rangeOf(metric));
  }
  if (metric === 'ece') return { value: expectedCalibrationError(calibrationBins(rows)) };
  const share = confusion && shareOf(metric, confusion);
  if (share) return wilson(...share, z);
  const found = metricValue(metric, rows, reading);
  if (!found) return undefined;
  // one row has no spread: an interval of it would be a point
  if (rows.labels.length < 2) return { value: found.value };
  const method = isMean(metric) ? 'normal' : 'delta';
  return between(found.value, z * standardError(found), method, rangeOf(metric));
}

/** Whether a class has one row: no variance can be told from it, and an interval would be too narrow. */
function hasLoneRow({ positives, negatives }: AucComponents): boolean {
  return positives.length < 2 || negatives.length < 2;
}

/** Successes and trials of what is a share of independent rows. */
function shareOf(metric: Metric, { classes, counts }: Confusion): [number, number] | undefined {
  if (metric === 'accuracy') {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const right = Array.from({ length: classes }, (_, code) => counts[code * classes + code]!);
    return [right.reduce((sum, count) => sum + count, 0), all];
  }
  if (classes !== 2) return undefined;
  const [tn, fp, fn, tp] = counts as unknown as [number, number, number, number];
  if (metric === 'precision') return [tp, tp + fp];
  if (metric === 'recall') return [tp, tp + fn];
  if (metric === 'specificity') return [tn, tn + fp];
  return undefined;
}

/**
 * Challenger minus champion with a paired interval; undefined where one of them has no such metric, as a log loss of
 * scores without a scale, or where no interval can be told.
 * @param challenger and champion on the same rows, in the same order.
 * @param readings how the answers of each are understood.
 */
export function pairedDifference(
  metric: Metric,
  challenger: ScoredRows,
  champion: ScoredRows,
  readings: { readonly challenger: Reading; readonly champion: Reading },
): Difference | undefined {
  const z = normalQuantile((1 + readings.challenger.confidence) / 2);
  const isKnown = [readings.challenger, readings.champion].every((how) => metricsOf(how).includes(metric));
  if (!isKnown || metric === 'ece' || challenger.labels.length < 2) return undefined;
  if (metric === 'auc') {
    const a = aucComponents(challenger.labels, challenger.scores);
    const b = aucComponents(champion.labels, champion.scores);
    if (!a || !b || hasLoneRow(a)) return undefined;
    return { metric, ...between(a.auc - b.auc, z * aucDifferenceError(a, b), 'DeLong paired') };
  }
  const a = metricValue(metric, challenger, readings.challenger);
  const b = metricValue(metric, champion, readings.champion);
  if (!a || !b) return undefined;
  const influences = a.influences.map((influence, row) => influence - b.influences[row]!);
  const error = standardError({ value: 0, influences });
  const method = isMean(metric) ? 'normal paired' : 'delta paired';
  return { metric, ...between(a.value - b.value, z * error, method) };
}
