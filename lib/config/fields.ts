/** Fields that several parts of the config have. */
import { z } from 'zod';
import type {
  BinaryMetric,
  Metric,
  MulticlassMetric,
  RegressionMetric,
} from '../../lambdas/shared/settings.ts';

export const fraction = z.number().min(0).max(1);
export const positive = z.number().int().min(1);

const NAME = /^[a-z][a-z0-9-]*[a-z0-9]$/;
export const name = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .regex(NAME, { error: 'lower-case letters, digits and hyphens, starting with a letter' });

export const instanceType = z
  .string()
  .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, { error: 'a SageMaker instance type such as ml.m5.large' });

/** An image that SageMaker can pull. */
export const imageUri = z
  .string()
  .max(255)
  .regex(/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[^\s:@]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/, {
    error: 'an image in ECR such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/name:tag',
  });

/** Metrics by problem; the first is the default. */
export const METRICS = {
  binary: [
    ...['auc', 'averagePrecision', 'logLoss', 'brier', 'ece', 'accuracy', 'balancedAccuracy'],
    ...['precision', 'recall', 'specificity', 'f1', 'mcc'],
  ] as BinaryMetric[],
  multiclass: [
    ...['accuracy', 'balancedAccuracy', 'logLoss', 'macroF1', 'weightedF1', 'macroPrecision', 'macroRecall'],
    'macroAuc',
  ] as MulticlassMetric[],
  regression: ['rmse', 'mae', 'mse', 'r2', 'mape', 'smape', 'bias'] as RegressionMetric[],
} as const;

/** A metric of any problem. */
export const metric = z.enum([...new Set<Metric>(Object.values(METRICS).flat())] as [Metric, ...Metric[]]);
