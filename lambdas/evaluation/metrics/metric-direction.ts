/** Which way a metric is better, and how it is called. */
import type { Metric } from '../../shared/settings.ts';

const LOWER_IS_BETTER: readonly Metric[] = ['logLoss', 'brier', 'ece', 'rmse', 'mae', 'mse', 'mape', 'smape'];

/** 1 when higher is better, -1 when lower is. The bias of a regression has no direction: it is best at 0, and is no primary metric. */
export function metricDirection(metric: Metric): 1 | -1 {
  return LOWER_IS_BETTER.includes(metric) ? -1 : 1;
}

/** For sentences. */
export const METRIC_LABEL: Readonly<Record<Metric, string>> = {
  auc: 'AUC',
  averagePrecision: 'average precision',
  logLoss: 'log loss',
  brier: 'Brier score',
  ece: 'expected calibration error',
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  precision: 'precision',
  recall: 'recall',
  specificity: 'specificity',
  f1: 'F1',
  f05: 'F0.5',
  f2: 'F2',
  mcc: 'Matthews correlation',
  macroF1: 'macro F1',
  weightedF1: 'weighted F1',
  macroPrecision: 'macro precision',
  macroRecall: 'macro recall',
  macroAuc: 'macro AUC',
  rmse: 'RMSE',
  mae: 'mean absolute error',
  mse: 'mean squared error',
  r2: 'R²',
  mape: 'mean absolute percentage error',
  smape: 'symmetric mean absolute percentage error',
  bias: 'bias',
};
