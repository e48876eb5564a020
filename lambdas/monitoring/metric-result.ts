/** Makes a number of a window into a result with its verdict. */
import type { Verdict } from '../shared/verdict.ts';
import type { MetricResult } from './contract.ts';

export interface Measured {
  readonly metric: string;
  readonly value: number;
  readonly kind: MetricResult['kind'];
  /** Values of the baseline and of the window. */
  readonly n: number;
  readonly m: number;
  /** Needed of either. */
  readonly minimumSamples: number;
  readonly debiased?: number;
  readonly statistic?: number;
  readonly nullBound?: number;
  /** @default - reported without a verdict: NOT_APPLICABLE */
  readonly thresholds?: { readonly warn: number; readonly alert?: number } | undefined;
  /** Added to the reason. */
  readonly note?: string;
}

/**
 * Effect and evidence: FAIL (WARN) from `alert` (`warn`) on, if the value is above its null bound as well. Below the
 * minimum of samples it is INSUFFICIENT_DATA, whatever the value.
 */
export function metricResult(measured: Measured): MetricResult {
  const { metric, value, kind, n, m, debiased, statistic, nullBound, thresholds } = measured;
  return {
    metric,
    value,
    debiased: debiased ?? null,
    statistic: statistic ?? null,
    kind,
    direction: kind === 'p-value' ? 'lower-is-worse' : 'higher-is-worse',
    warn: thresholds?.warn ?? null,
    threshold: thresholds?.alert ?? null,
    nullBound: nullBound ?? null,
    n,
    m,
    verdict: verdictOf(measured),
    reason: reasonOf(measured),
  };
}

function verdictOf({ value, n, m, minimumSamples, nullBound, thresholds }: Measured): Verdict {
  if (m < minimumSamples || n < minimumSamples) return 'INSUFFICIENT_DATA';
  if (!thresholds) return 'NOT_APPLICABLE';
  if (nullBound !== undefined && !(value > nullBound)) return 'PASS';
  if (thresholds.alert !== undefined && value >= thresholds.alert) return 'FAIL';
  return value >= thresholds.warn ? 'WARN' : 'PASS';
}

function reasonOf({ metric, value, n, m, minimumSamples, nullBound, thresholds, note }: Measured): string {
  if (m < minimumSamples || n < minimumSamples) {
    return `${m} rows in the window, ${n} in the baseline; at least ${minimumSamples} are needed (monitors.minimumSamples).`;
  }
  const parts = [`${metric} ${value.toFixed(4)}`];
  if (thresholds) parts.push(`warn ${thresholds.warn}, alert ${thresholds.alert ?? 'never'}`);
  if (nullBound !== undefined) parts.push(`null bound ${nullBound.toFixed(4)}`);
  if (note !== undefined) parts.push(note);
  return `${parts.join('; ')}.`;
}
