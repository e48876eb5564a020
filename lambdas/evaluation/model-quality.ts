/**
 * A model's quality in the documents of SageMaker Model Monitor: `statistics.json` and `constraints.json`.
 *
 * Standard deviations are those of our intervals, where Model Monitor's come from five subsamples; "NaN" below 200 rows,
 * as there. `*_best_constant_classifier` is what predicting the most frequent class for every row gives.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
 */
import { normalQuantile } from '../shared/statistics/normal.ts';
import type { Estimate, Evaluation, ModelMetrics, ThresholdRow } from './contract.ts';
import { metricDirection } from './metrics/metric-direction.ts';

interface MonitoredMetric {
  readonly value: number;
  readonly standard_deviation: number | 'NaN';
}

const LEAST_ROWS = 200;
const GROUP = {
  binary: 'binary_classification',
  multiclass: 'multiclass_classification',
  regression: 'regression',
} as const;
/** Model Monitor's names of our metrics. */
const NAMES = {
  binary: {
    recall: 'recall',
    precision: 'precision',
    accuracy: 'accuracy',
    auc: 'auc',
    f05: 'f0_5',
    f1: 'f1',
    f2: 'f2',
  },
  multiclass: { accuracy: 'accuracy', weightedF1: 'weighted_f1' },
  regression: { mae: 'mae', mse: 'mse', rmse: 'rmse', r2: 'r2' },
} as const;

/** Both documents of an evaluation's challenger. */
export function modelQualityDocuments(evaluation: Evaluation): {
  readonly statistics: Record<string, unknown>;
  readonly constraints: Record<string, unknown>;
} {
  const { metrics } = evaluation.challenger;
  const group = GROUP[metrics.problem];
  const told = toldMetrics(metrics, evaluation.confidence);
  return {
    statistics: {
      version: 0,
      dataset: {
        item_count: metrics.rows,
        evaluation_time: evaluation.evaluatedAt,
      },
      [`${group}_metrics`]: {
        ...(metrics.confusion && { confusion_matrix: confusionMatrix(metrics) }),
        ...told,
        ...(metrics.problem === 'binary' && ratesOf(metrics)),
        ...(evaluation.thresholds && curves(evaluation.thresholds, metrics)),
        ...(metrics.confusion && bestConstant(metrics)),
      },
    },
    constraints: {
      version: 0.0,
      [`${group}_constraints`]: Object.fromEntries(
        Object.entries(NAMES[metrics.problem]).flatMap(([ours, theirs]) => {
          const metric = told[theirs];
          if (!metric) return [];
          const worse = metricDirection(ours as never) === 1 ? 'LessThanThreshold' : 'GreaterThanThreshold';
          return [[theirs, { threshold: metric.value, comparison_operator: worse }]];
        }),
      ),
    },
  };
}

function toldMetrics(metrics: ModelMetrics, confidence: number): Record<string, MonitoredMetric> {
  const z = normalQuantile((1 + confidence) / 2);
  const deviation = ({ value, low, high, method }: Estimate) => {
    if (metrics.rows < LEAST_ROWS || low === undefined || high === undefined) return 'NaN';
    // others than Wilson's are symmetric, unless cut on the one side at what the metric can be
    return (method === 'Wilson' ? (high - low) / 2 : Math.max(high - value, value - low)) / z;
  };
  return Object.fromEntries(
    Object.entries(NAMES[metrics.problem]).flatMap(([ours, theirs]) => {
      const estimate = metrics.values[ours as keyof typeof metrics.values];
      return estimate
        ? [[theirs, { value: estimate.value, standard_deviation: deviation(estimate) }] as const]
        : [];
    }),
  );
}

/** Outer key: the class; inner key: the predicted class. Two classes are called 0 and 1, as Model Monitor does. */
function confusionMatrix({
  problem,
  classes,
  confusion,
}: ModelMetrics): Record<string, Record<string, number>> {
  const names = problem === 'binary' ? ['0', '1'] : classes!;
  return Object.fromEntries(
    confusion!.map((counts, row) => [
      names[row]!,
      Object.fromEntries(counts.map((count, column) => [names[column]!, count])),
    ]),
  );
}

const plain = (value: number): MonitoredMetric => ({ value, standard_deviation: 'NaN' });
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

function ratesOf({ confusion }: ModelMetrics): Record<string, MonitoredMetric> {
  const [[tn = 0, fp = 0] = [], [fn = 0, tp = 0] = []] = confusion!;
  return {
    true_positive_rate: plain(share(tp, tp + fn)),
    true_negative_rate: plain(share(tn, tn + fp)),
    false_positive_rate: plain(share(fp, tn + fp)),
    false_negative_rate: plain(share(fn, tp + fn)),
  };
}

/** At the thresholds of the evaluation, from the strictest to the mildest. */
function curves(thresholds: readonly ThresholdRow[], { rows, positives = 0 }: ModelMetrics) {
  const strictFirst = [...thresholds].reverse();
  const recalls = strictFirst.map(({ recall = 0 }) => recall);
  return {
    receiver_operating_characteristic_curve: {
      false_positive_rates: strictFirst.map(({ predictedPositive }, at) =>
        share(Math.round(predictedPositive * rows) - Math.round(recalls[at]! * positives), rows - positives),
      ),
      true_positive_rates: recalls,
    },
    precision_recall_curve: {
      // nothing predicted positive: no prediction was wrong
      precisions: strictFirst.map(({ precision = 1 }) => precision),
      recalls,
    },
  };
}

function bestConstant({ problem, confusion, rows }: ModelMetrics): Record<string, MonitoredMetric> {
  const sizes = confusion!.map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const largest = sizes.indexOf(Math.max(...sizes));
  const right = sizes[largest]! / rows;
  const accuracy = { accuracy_best_constant_classifier: plain(right) };
  if (problem !== 'binary') return accuracy;
  const predicts = largest === 1;
  const fBeta = (beta: number) => (predicts ? ((1 + beta ** 2) * right) / (beta ** 2 + right) : 0);
  return {
    ...accuracy,
    recall_best_constant_classifier: plain(predicts ? 1 : 0),
    precision_best_constant_classifier: plain(predicts ? right : 0),
    f0_5_best_constant_classifier: plain(fBeta(0.5)),
    f1_best_constant_classifier: plain(fBeta(1)),
    f2_best_constant_classifier: plain(fBeta(2)),
  };
}
