/** Which way a metric is better. */
import type { BinaryMetric } from '../shared/settings.ts';

/** 1 when higher is better, -1 when lower is. */
export function metricDirection(metric: BinaryMetric): 1 | -1 {
  return metric === 'auc' ? 1 : -1;
}

/** For sentences. */
export const METRIC_LABEL: Readonly<Record<BinaryMetric, string>> = {
  auc: 'AUC',
  logLoss: 'log loss',
  brier: 'Brier score',
};
