/** What quality can be expected of a window before its labels come. */
import type { Baseline, Estimate, EstimatedMetric } from '../evaluation/contract.ts';
import { estimateQuality } from '../evaluation/estimation/estimate-quality.ts';
import { METRIC_LABEL, metricDirection } from '../evaluation/metrics/metric-direction.ts';
import { readDoubles } from '../shared/doubles.ts';
import type { DuckDb } from '../shared/duckdb.ts';
import type { MonitorSettings } from '../shared/settings.ts';
import type { EstimatedReport } from './contract.ts';
import { PREDICTION } from './count-window.ts';

/** Of standard errors, to either side: as the method's authors draw it. */
const BAND = 3;

/** Scores of the window that are probabilities. Needs `window_rows`. */
export async function windowScores(database: DuckDb): Promise<Float64Array> {
  const sql = `SELECT ${PREDICTION} FROM window_rows WHERE ${PREDICTION} BETWEEN 0 AND 1`;
  const [scores] = await readDoubles(database, sql, 1);
  return scores!;
}

/** Undefined where the baseline has nothing to estimate by. */
export function judgeEstimate(
  { estimation, metrics }: Pick<Baseline, 'estimation' | 'metrics'>,
  scores: Float64Array,
  { quality, minimumSamples }: Pick<MonitorSettings, 'quality' | 'minimumSamples'>,
): EstimatedReport | undefined {
  if (!estimation) return undefined;
  const { metric, maximumDrop } = quality;
  const values: Partial<Record<EstimatedMetric, Estimate>> = Object.fromEntries(
    Object.entries(estimateQuality(estimation, scores)).map(([name, { value, standardError }]) => {
      if (standardError === undefined) return [name, { value }];
      const reach = BAND * standardError;
      return [name, { value, low: value - reach, high: value + reach, method: 'CBPE, 3 standard errors' }];
    }),
  );
  const estimate = values[metric as EstimatedMetric];
  const label = METRIC_LABEL[metric];
  if (scores.length < minimumSamples) {
    const reason = `${scores.length} rows with a probability; at least ${minimumSamples} are needed (monitors.minimumSamples).`;
    return { verdict: 'INSUFFICIENT_DATA', reason, values };
  }
  const before = metrics.values[metric]?.value;
  if (estimate?.low === undefined || estimate.high === undefined || before === undefined) {
    const reason = `The ${label} cannot be estimated without labels.`;
    return { verdict: 'NOT_APPLICABLE', reason, values };
  }
  const higher = metricDirection(metric) === 1;
  const bound = higher ? before - maximumDrop : before + maximumDrop;
  const isBeyond = higher ? estimate.high < bound : estimate.low > bound;
  const reason =
    `${label} ${estimate.value.toFixed(4)} expected (${estimate.low.toFixed(4)} to ${estimate.high.toFixed(4)}) by the scores of ` +
    `${scores.length} rows; the holdout had ${before.toFixed(4)}. A changed meaning of the target is not seen so.`;
  return { verdict: isBeyond ? 'WARN' : 'PASS', reason, estimate, values };
}
