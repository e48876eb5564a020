/** Metrics of a regression, as scikit-learn's of the same names; `bias` is the mean of prediction minus truth. */
import type { RegressionMetric } from '../../shared/settings.ts';
import { type Influenced, meanAndError } from './estimates.ts';
import type { ScoredRows } from './scored-rows.ts';

export const REGRESSION_METRICS = [
  'rmse',
  'mae',
  'mse',
  'r2',
  'mape',
  'smape',
  'bias',
] as const satisfies readonly RegressionMetric[];

/** A mean over rows; rows for which it is not defined are left out, and have no influence. */
function mean(rows: ScoredRows, of: (truth: number, answer: number) => number): Influenced | undefined {
  const { labels, scores } = rows;
  const values = scores.map((answer, row) => of(labels[row]!, answer));
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return undefined;
  const { mean: value } = meanAndError(known);
  const weight = values.length / known.length;
  return {
    value,
    influences: values.map((each) => (Number.isNaN(each) ? 0 : (each - value) * weight)),
  };
}

/** The metric with each row's influence; undefined where it is not defined. */
export function regressionMetric(metric: RegressionMetric, rows: ScoredRows): Influenced | undefined {
  switch (metric) {
    case 'mae':
      return mean(rows, (truth, answer) => Math.abs(answer - truth));
    case 'mse':
      return mean(rows, (truth, answer) => (answer - truth) ** 2);
    case 'bias':
      return mean(rows, (truth, answer) => answer - truth);
    case 'mape':
      // relative to zero nothing can be said
      return mean(rows, (truth, answer) => (truth === 0 ? Number.NaN : Math.abs((answer - truth) / truth)));
    case 'smape':
      return mean(rows, (truth, answer) => {
        const size = Math.abs(truth) + Math.abs(answer);
        return size === 0 ? 0 : (2 * Math.abs(answer - truth)) / size;
      });
    case 'rmse': {
      const squares = regressionMetric('mse', rows);
      if (!squares) return undefined;
      const value = Math.sqrt(squares.value);
      return {
        value,
        influences: squares.influences.map((each) => (value === 0 ? 0 : each / (2 * value))),
      };
    }
    case 'r2':
      return determination(rows);
  }
}

/** Coefficient of determination; undefined when all truths are equal. */
function determination(rows: ScoredRows): Influenced | undefined {
  const squares = regressionMetric('mse', rows);
  if (!squares) return undefined;
  const { mean: centre } = meanAndError(rows.labels);
  const spread = mean(rows, (truth) => (truth - centre) ** 2)!;
  if (spread.value === 0) return undefined;
  const share = squares.value / spread.value;
  return {
    value: 1 - share,
    influences: squares.influences.map(
      (each, row) => (share * spread.influences[row]! - each) / spread.value,
    ),
  };
}
