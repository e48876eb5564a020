/** Is the challenger good enough, taken by itself? */
import type { GateSettings } from '../../shared/settings.ts';
import type { Judgement } from '../../shared/verdict.ts';
import type { ModelMetrics } from '../contract.ts';
import { METRIC_LABEL, metricDirection } from '../metrics/metric-direction.ts';

export interface QualitySubject {
  readonly settings: GateSettings;
  /** The challenger's on the holdout. */
  readonly metrics: ModelMetrics;
}

/**
 * PASS when the whole interval of the primary metric reaches the minimum (for losses: stays at or below it), FAIL when
 * none of it does, else INSUFFICIENT_DATA; also below the minimum number of rows, and where the
 * metric is not defined, as with one class only.
 */
export function quality({ settings, metrics }: QualitySubject): Judgement {
  const { primaryMetric: metric, minimum, minimumHoldoutRows, confidence } = settings;
  const estimate = metrics.values[metric];
  const inputs = { metric, ...estimate, minimum, confidence, rows: metrics.rows, minimumHoldoutRows };
  const judged = (verdict: Judgement['verdict'], reason: string) => ({
    rule: 'quality',
    verdict,
    reason,
    inputs,
  });
  const label = METRIC_LABEL[metric];
  if (metrics.rows < minimumHoldoutRows) {
    return judged(
      'INSUFFICIENT_DATA',
      `The holdout has ${metrics.rows} rows; at least ${minimumHoldoutRows} are needed (gates.minimumHoldoutRows).`,
    );
  }
  if (estimate?.low === undefined || estimate.high === undefined) {
    return judged(
      'INSUFFICIENT_DATA',
      `The ${label} is not defined, or has no interval, on this holdout${
        metrics.problem === 'regression' ? '' : ': a class may be missing'
      }.`,
    );
  }
  const { value, low, high } = estimate;
  const said = `${label} ${format(value)} (${confidence * 100} % interval ${format(low)} to ${format(high)}) on ${metrics.rows} holdout rows`;
  const higher = metricDirection(metric) === 1;
  const inside = higher ? low >= minimum : high <= minimum;
  const outside = higher ? high < minimum : low > minimum;
  const bound = `${higher ? 'at least' : 'at most'} ${minimum}`;
  if (inside) return judged('PASS', `${said}; ${bound} is asked for.`);
  if (outside) return judged('FAIL', `${said}; ${bound} is asked for.`);
  return judged(
    'INSUFFICIENT_DATA',
    `${said}; ${bound} is asked for, and the interval holds both sides of it.`,
  );
}

const format = (value: number) => value.toFixed(4);
