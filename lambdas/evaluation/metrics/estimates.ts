/** Estimates with their confidence intervals. */
import type { Estimate } from '../contract.ts';

/** Range that a metric cannot leave, at which its interval is cut. */
export interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
}

export const SHARE: Range = { minimum: 0, maximum: 1 };
export const AT_LEAST_ZERO: Range = { minimum: 0 };

/** Wilson's score interval of a share; undefined for a share of nothing. @param z normal quantile, for example 1.96. */
export function wilson(successes: number, trials: number, z: number): Estimate | undefined {
  if (trials === 0) return undefined;
  const value = successes / trials;
  const z2 = z * z;
  const centre = (value + z2 / (2 * trials)) / (1 + z2 / trials);
  const margin = (z / (1 + z2 / trials)) * Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials ** 2));
  return {
    value,
    low: Math.max(0, centre - margin),
    high: Math.min(1, centre + margin),
    method: 'Wilson',
  };
}

/** The value, `margin` to both sides, cut at what the metric can be. */
export function between(value: number, margin: number, method: string, range: Range = {}): Estimate {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = range;
  return {
    value,
    low: Math.max(minimum, value - margin),
    high: Math.min(maximum, value + margin),
    method,
  };
}

/** Mean and standard error of the mean; the error is 0 for a single value. */
export function meanAndError(values: ArrayLike<number>): {
  readonly mean: number;
  readonly error: number;
} {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  return { mean, error: n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n) };
}

/**
 * A metric that is a smooth function of means over the rows, with each row's influence on it: `value` plus the mean of
 * the influences of other rows is what these rows would have given, to first order.
 */
export interface Influenced {
  readonly value: number;
  /** One for each row; their mean is 0. */
  readonly influences: Float64Array;
}

/** Standard error by the delta method. */
export function standardError({ influences }: Influenced): number {
  return meanAndError(influences).error;
}
