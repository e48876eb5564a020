/**
 * Hyperparameters of SageMaker's built-in XGBoost, with the ranges that its container enforces.
 *
 * Without `csv_weights`: the second column of our training files is a feature, never a weight.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
 */
import { z } from 'zod';

const flag = z.literal([0, 1]);
const count = z.number().int().min(1);
const natural = z.number().int().min(0);
const share = z.number().min(0).max(1);
const sample = z.number().gt(0).max(1);
const weight = z.number().min(0);

const OBJECTIVES = [
  ...(['binary:logistic', 'binary:logitraw', 'multi:softprob', 'count:poisson', 'reg:linear'] as const),
  ...(['reg:squarederror', 'reg:logistic', 'reg:gamma', 'reg:pseudohubererror'] as const),
  ...(['reg:squaredlogerror', 'reg:tweedie', 'reg:absoluteerror'] as const),
] as const;

/** Metrics of `eval_metric` and, behind `validation:`, of tuning. */
export const XGBOOST_METRICS = {
  Maximize: [
    ...['accuracy', 'auc', 'aucpr', 'balanced_accuracy', 'f1', 'f1_binary', 'f1_macro', 'map', 'ndcg'],
    ...['precision', 'r2', 'recall', 'precision_macro', 'precision_micro', 'recall_macro', 'recall_micro'],
  ],
  Minimize: [
    ...['aft-nloglik', 'cox-nloglik', 'error', 'gamma-deviance', 'gamma-nloglik', 'logloss', 'mae', 'mape'],
    ...['interval-regression-accuracy', 'merror', 'mlogloss', 'mphe', 'mse', 'poisson-nloglik', 'rmse'],
    ...['rmsle', 'tweedie-nloglik'],
  ],
} as const;
const EVAL_METRICS: readonly string[] = Object.values(XGBOOST_METRICS).flat();

const evalMetric = z
  .string()
  .refine((text) => EVAL_METRICS.includes(text) || /^(error|ndcg|map)@\d+(\.\d+)?$/.test(text), {
    error: `one of ${EVAL_METRICS.join(', ')}, or error@t, ndcg@t, map@t`,
  });
const updater = z.enum([
  ...(['grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker', 'sync', 'refresh'] as const),
  ...(['prune', 'shotgun', 'coord_descent'] as const),
]);

export const xgboostHyperparameters = z.strictObject({
  num_round: count,
  refresh_leaf: flag.optional(),
  one_drop: flag.optional(),
  early_stopping_rounds: count.optional(),
  nthread: count.optional(),
  num_parallel_tree: count.optional(),
  booster: z.enum(['gbtree', 'gblinear', 'dart']).optional(),
  verbosity: z.number().int().min(0).max(3).optional(),
  eta: share.optional(),
  learning_rate: share.optional(),
  gamma: weight.optional(),
  min_split_loss: weight.optional(),
  min_child_weight: weight.optional(),
  max_delta_step: weight.optional(),
  lambda: weight.optional(),
  reg_lambda: weight.optional(),
  alpha: weight.optional(),
  reg_alpha: weight.optional(),
  base_score: weight.optional(),
  max_depth: natural.optional(),
  max_leaves: natural.optional(),
  max_bin: natural.optional(),
  subsample: sample.optional(),
  colsample_bytree: sample.optional(),
  colsample_bylevel: sample.optional(),
  colsample_bynode: sample.optional(),
  tree_method: z.enum(['auto', 'exact', 'approx', 'hist', 'gpu_hist']).optional(),
  sketch_eps: z.number().gt(0).lt(1).optional(),
  scale_pos_weight: z.number().gt(0).optional(),
  updater: z.array(updater).min(1).optional(),
  dsplit: z.enum(['row', 'col']).optional(),
  process_type: z.enum(['default', 'update']).optional(),
  grow_policy: z.enum(['depthwise', 'lossguide']).optional(),
  predictor: z.enum(['auto', 'cpu_predictor', 'gpu_predictor']).optional(),
  sample_type: z.enum(['uniform', 'weighted']).optional(),
  normalize_type: z.enum(['tree', 'forest']).optional(),
  sampling_method: z.enum(['uniform', 'gradient_based']).optional(),
  deterministic_histogram: z.boolean().optional(),
  save_model_on_termination: z.boolean().optional(),
  use_dask_gpu_training: z.boolean().optional(),
  rate_drop: share.optional(),
  skip_drop: share.optional(),
  lambda_bias: share.optional(),
  tweedie_variance_power: z.number().gt(1).lt(2).optional(),
  /** One for each feature; needs `tree_method` exact or hist. */
  monotone_constraints: z
    .array(z.literal([-1, 0, 1]))
    .min(1)
    .optional(),
  /** Groups of features by number, from 1. */
  interaction_constraints: z.array(z.array(count).min(1)).min(1).optional(),
  /** @default - binary:logistic, multi:softprob or reg:squarederror, by the problem */
  objective: z.enum(OBJECTIVES).optional(),
  eval_metric: z.array(evalMetric).min(1).optional(),
  seed: z
    .number()
    .int()
    .gt(-(2 ** 31))
    .lt(2 ** 31 - 1)
    .optional(),
});

export type XgboostHyperparameters = z.output<typeof xgboostHyperparameters>;

/** As the container parses them: lists joined by commas, constraints as Python writes them. */
export function xgboostTexts(values: XgboostHyperparameters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined) return [];
      if (name === 'monotone_constraints') return [[name, `(${(value as number[]).join(',')})`]];
      if (name === 'interaction_constraints') return [[name, JSON.stringify(value)]];
      return [[name, Array.isArray(value) ? value.join(',') : String(value)]];
    }),
  );
}
