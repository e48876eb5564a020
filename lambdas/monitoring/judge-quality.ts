/** Does the model still do in production what it did on its holdout? */
import type { ModelMetrics } from '../evaluation/contract.ts';
import { METRIC_LABEL, metricDirection } from '../evaluation/metrics/metric-direction.ts';
import { modelMetrics } from '../evaluation/metrics/model-metrics.ts';
import type { Reading, ScoredRows } from '../evaluation/metrics/scored-rows.ts';
import type { MonitorSettings } from '../shared/settings.ts';
import type { Verdict } from '../shared/verdict.ts';
import type { LabelsReport, QualityReport } from './contract.ts';

export interface QualitySubject {
  readonly settings: MonitorSettings['quality'];
  /** The holdout's metrics of the model version, from its baseline. */
  readonly baseline: ModelMetrics;
  /** How the answers are understood; its confidence is that of the interval. */
  readonly reading: Reading;
  /** Captured rows of the window. */
  readonly rows: number;
  /** Those of them that have a label. */
  readonly labelled: ScoredRows;
  /** Absent before they were looked at. */
  readonly labels?: LabelsReport;
}

/**
 * INSUFFICIENT_LABELS below the minimum number or share of labels; else PASS when the whole interval of the realized metric is within the allowed drop from the holdout's value, FAIL when none
 * of it is, else INSUFFICIENT_DATA; also with one class only.
 */
export function judgeQuality(subject: QualitySubject): QualityReport {
  const { settings, baseline, reading, rows, labelled, labels } = subject;
  const { confidence } = reading;
  const { metric, maximumDrop, minimumLabels, minimumCoverage = 0 } = settings;
  const labelledRows = labelled.labels.length;
  const base = {
    metric,
    confidence,
    labelledRows,
    minimumLabels,
    labelCoverage: rows === 0 ? 0 : labelledRows / rows,
    ...(labels && { labels }),
  };
  const label = METRIC_LABEL[metric];
  if (labelledRows < minimumLabels) {
    const reason = `${labelledRows} of ${rows} rows have a label; at least ${minimumLabels} are needed (monitors.quality.minimumLabels).`;
    return { ...base, verdict: 'INSUFFICIENT_LABELS', reason };
  }
  if (base.labelCoverage < minimumCoverage) {
    const reason = `${labelledRows} of ${rows} rows have a label; a share of at least ${minimumCoverage} is needed (monitors.quality.minimumCoverage).`;
    return { ...base, verdict: 'INSUFFICIENT_LABELS', reason };
  }
  const metrics = modelMetrics(labelled, reading);
  const estimate = metrics.values[metric];
  const baselineValue = baseline.values[metric]?.value;
  if (estimate?.low === undefined || estimate.high === undefined || baselineValue === undefined) {
    const reason = `The ${label} is not defined for these labels, or was not on the holdout; a class may be missing.`;
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
    `${baselineValue.toFixed(4)}, ${higher ? 'at least' : 'at most'} ${bound.toFixed(4)} is asked for${end}.${warningOf(labels)}`;
  return { ...base, verdict, reason, estimate, baselineValue, bound, metrics };
}

/** Labels of other rows than the rest say little about the rest. */
function warningOf(labels: LabelsReport | undefined): string {
  const selection = labels?.selection;
  if (!selection || (selection.verdict !== 'WARN' && selection.verdict !== 'FAIL')) return '';
  return ` Labelled rows score otherwise than the rest (PSI ${selection.value.toFixed(4)}): they may be no fair sample.`;
}
