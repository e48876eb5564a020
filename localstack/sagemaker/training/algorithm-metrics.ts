/** The metrics of built-in XGBoost: every job of the algorithm has these definitions, and none of its own. */
import type { MetricDefinition } from '@aws-sdk/client-sagemaker';

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html */
const MAXIMIZED: readonly string[] = [
  ...['accuracy', 'auc', 'aucpr', 'balanced_accuracy', 'f1', 'f1_binary', 'f1_macro', 'map', 'ndcg'],
  ...['precision', 'r2', 'recall', 'precision_macro', 'precision_micro', 'recall_macro', 'recall_micro'],
];
const MINIMIZED: readonly string[] = [
  ...['aft-nloglik', 'cox-nloglik', 'error', 'gamma-deviance', 'gamma-nloglik'],
  ...['interval-regression-accuracy', 'logloss', 'mae', 'mape', 'merror', 'mlogloss', 'mphe', 'mse'],
  ...['poisson-nloglik', 'rmse', 'rmsle', 'tweedie-nloglik'],
];
const NUMBER = '([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)';

/** As DescribeTrainingJob shows them for a job of the algorithm. */
export const XGBOOST_METRICS: readonly MetricDefinition[] = ['train', 'validation'].flatMap((channel) =>
  [...MAXIMIZED, ...MINIMIZED].map((metric) => ({
    Name: `${channel}:${metric}`,
    Regex: `.*\\[[0-9]+\\].*#011${channel}-${metric}:${NUMBER}.*`,
  })),
);

/** What a tuning job may optimize with the algorithm, by metric name. */
export const XGBOOST_OBJECTIVES: ReadonlyMap<string, 'Maximize' | 'Minimize'> = new Map([
  ...MAXIMIZED.map((metric) => [`validation:${metric}`, 'Maximize'] as const),
  ...MINIMIZED.map((metric) => [`validation:${metric}`, 'Minimize'] as const),
]);
