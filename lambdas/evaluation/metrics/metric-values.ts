/** Each metric by its name: its value with each row's influence on it. */
import type { BinaryMetric, Metric, MulticlassMetric, RegressionMetric } from '../../shared/settings.ts';
import { confusionInfluences, isConfusionMetric } from './confusion-metrics.ts';
import { AT_LEAST_ZERO, type Influenced, meanAndError, type Range, SHARE } from './estimates.ts';
import { logLosses, squaredErrors } from './losses.ts';
import { averagePrecision, macroAucInfluences } from './ranking.ts';
import { REGRESSION_METRICS, regressionMetric } from './regression-metrics.ts';
import { answerWidth, predictedClasses, type Reading, type ScoredRows } from './scored-rows.ts';

const BINARY: readonly BinaryMetric[] = [
  'auc',
  'averagePrecision',
  'logLoss',
  'brier',
  'ece',
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'f05',
  'f2',
  'mcc',
];
const MULTICLASS: readonly MulticlassMetric[] = [
  'accuracy',
  'balancedAccuracy',
  'logLoss',
  'macroF1',
  'weightedF1',
  'macroPrecision',
  'macroRecall',
  'macroAuc',
];
/** What needs probabilities. */
const OF_PROBABILITIES: readonly Metric[] = ['logLoss', 'brier', 'ece'];

/** Metrics of a problem, without those that scores without a scale do not have. */
export function metricsOf({ problem, areProbabilities }: Reading): readonly Metric[] {
  if (problem.type === 'regression') return REGRESSION_METRICS;
  const all: readonly Metric[] = problem.type === 'binary' ? BINARY : MULTICLASS;
  return areProbabilities ? all : all.filter((metric) => !OF_PROBABILITIES.includes(metric));
}

/** Where a metric's interval is cut. */
export function rangeOf(metric: Metric): Range {
  if (metric === 'bias') return {};
  if (metric === 'r2') return { maximum: 1 };
  if (metric === 'mcc') return { minimum: -1, maximum: 1 };
  if (metric === 'smape') return { minimum: 0, maximum: 2 };
  const isUnbounded = metric === 'logLoss' || (REGRESSION_METRICS as readonly Metric[]).includes(metric);
  return isUnbounded ? AT_LEAST_ZERO : SHARE;
}

/** Whether the metric is a mean over rows, so that the normal interval of a mean holds; else the delta method's. */
export function isMean(metric: Metric): boolean {
  return ['logLoss', 'brier', 'accuracy', 'mae', 'mse', 'bias', 'mape', 'smape'].includes(metric);
}

const aMean = (values: Float64Array): Influenced => {
  const { mean } = meanAndError(values);
  return { value: mean, influences: values.map((value) => value - mean) };
};

/**
 * The metric of the rows, except `auc` and `ece`, which have ways of their own; undefined where it is not defined.
 * @throws RangeError for these two.
 */
export function metricValue(metric: Metric, rows: ScoredRows, reading: Reading): Influenced | undefined {
  const { problem } = reading;
  if (problem.type === 'regression') return regressionMetric(metric as RegressionMetric, rows);
  if (isConfusionMetric(metric)) {
    const { labels } = rows;
    const classes = problem.classes.length;
    return confusionInfluences(metric, { labels, predicted: predictedClasses(rows, reading), classes });
  }
  switch (metric) {
    case 'logLoss':
      return aMean(logLosses(rows, answerWidth(problem)));
    case 'brier':
      return aMean(squaredErrors(rows));
    case 'averagePrecision':
      return averagePrecision(rows.labels, rows.scores);
    case 'macroAuc':
      return macroAucInfluences(rows.labels, rows.scores, problem.classes.length);
    default:
      throw new RangeError(`${metric} is no metric of a ${problem.type} problem that is a function of means`);
  }
}
