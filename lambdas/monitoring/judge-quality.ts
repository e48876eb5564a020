/** Does the model still do in production what it did on its holdout? */
import { binaryMetrics, type ScoredRows } from '../evaluation/binary-metrics.ts';
import type { BinaryMetrics } from '../evaluation/contract.ts';
import { METRIC_LABEL, metricDirection } from '../evaluation/metric-direction.ts';
import type { MonitorSettings } from '../shared/settings.ts';
import type { Verdict } from '../shared/verdict.ts';
import type { QualityReport } from './contract.ts';

export interface QualitySubject {
  readonly settings: MonitorSettings['quality'];
  /** The holdout's metrics of the model version, from its baseline. */
  readonly baseline: BinaryMetrics;
  /** 0..1, of the interval. */
  readonly confidence: number;
  /** Captured rows of the window. */
  readonly rows: number;
  /** Those of them that have a label. */
  readonly labelled: ScoredRows;
}

/**
 * PASS when the whole interval of the realized metric is within the allowed drop from the holdout's value, FAIL when none
 * of it is, else INSUFFICIENT_DATA; also below the minimum number of labels and with one class only.
 */
export function judgeQuality(subject: QualitySubject): QualityReport {
  const { settings, baseline, confidence, rows, labelled } = subject;
  const { metric, maximumDrop, minimumLabels } = settings;
  const labelledRows = labelled.labels.length;
  const base = {
    metric,
    confidence,
    labelledRows,
    minimumLabels,
    labelCoverage: rows === 0 ? 0 : labelledRows / rows,
  };
  const label = METRIC_LABEL[metric];
  if (labelledRows < minimumLabels) {
    const reason = `${labelledRows} of ${rows} rows have a label; at least ${minimumLabels} are needed (monitors.quality.minimumLabels).`;
    return { ...base, verdict: 'INSUFFICIENT_DATA', reason };
  }
  const metrics = binaryMetrics(labelled, confidence);
  const estimate = metrics[metric];
  const baselineValue = baseline[metric]?.value;
  if (estimate?.low === undefined || estimate.high === undefined || baselineValue === undefined) {
    const reason = `The ${label} is not defined: the labels or the holdout have one class only.`;
    return { ...base, verdict: 'INSUFFICIENT_DATA', reason, metrics };
  }
  const higher = metricDirection(metric) === 1;
  const bound = higher ? baselineValue - maximumDrop : baselineValue + maximumDrop;
  const inside = higher ? estimate.low >= bound : estimate.high <= bound;
  const outside = higher ? estimate.high < bound : estimate.low > bound;
  const verdict: Verdict = inside ? 'PASS' : outside ? 'FAIL' : 'INSUFFICIENT_DATA';
  const interval = `${confidence * 100} % interval ${estimate.low.toFixed(4)} to ${estimate.high.toFixed(4)}`;
  const end = verdict === 'INSUFFICIENT_DATA' ? ', and the interval holds both sides of it' : '';
  const reason =
    `${label} ${estimate.value.toFixed(4)} (${interval}) on ${labelledRows} labelled rows; the holdout had ` +
    `${baselineValue.toFixed(4)}, ${higher ? 'at least' : 'at most'} ${bound.toFixed(4)} is asked for${end}.`;
  return { ...base, verdict, reason, estimate, baselineValue, bound, metrics };
}
