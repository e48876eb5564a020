/** Bias metrics as functions of counts, with intervals: Newcombe's for differences of shares, the delta method for the others. */
import type { BiasMetric } from '../../shared/settings.ts';

/** One metric of one comparison. Without bounds where no interval is defined; `value` and bounds may be infinite. */
export interface BiasEstimate {
  readonly metric: BiasMetric;
  /** null where the metric is not defined on these rows, for the reason in `error`. */
  readonly value: number | null;
  readonly low?: number;
  readonly high?: number;
  readonly method?: string;
  readonly error?: string;
}

/** Says that a metric is not defined on these rows; caught for each metric, never a silent 0. */
export class UndefinedMetric extends Error {}

/** A share of rows: `successes` of `trials`. */
export interface Share {
  readonly successes: number;
  readonly trials: number;
}

/** The metric's estimate, or why there is none. */
export function estimated(metric: BiasMetric, estimate: () => Omit<BiasEstimate, 'metric'>): BiasEstimate {
  try {
    return { metric, ...estimate() };
  } catch (error) {
    if (!(error instanceof UndefinedMetric)) throw error;
    return { metric, value: null, error: error.message };
  }
}

/** x / y where 0 / 0 is 0 and x / 0 infinite, as smclarify has it. */
export function divide(x: number, y: number): number {
  if (y !== 0) return x / y;
  return x === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** x − y where equal infinities differ by 0. */
export const minus = (x: number, y: number): number => (x === y ? 0 : x - y);

/**
 * Difference of two independent shares with Newcombe's interval, which joins the Wilson intervals of the shares and,
 * unlike the normal one, does not shrink to a point at 0 and 1.
 * @throws UndefinedMetric when a share is of no rows.
 * @see Newcombe (1998), Statistics in Medicine 17:873-890, method 10.
 */
export function shareDifference(
  one: Share,
  other: Share,
  z: number,
  of: string,
): Omit<BiasEstimate, 'metric'> {
  const [p, q] = [wilsonBounds(one, z, of), wilsonBounds(other, z, of)];
  const value = p.value - q.value;
  return {
    value,
    low: value - Math.hypot(p.value - p.low, q.high - q.value),
    high: value + Math.hypot(p.high - p.value, q.value - q.low),
    method: 'Newcombe',
  };
}

/** Wilson's score interval of a share. @throws UndefinedMetric for a share of no rows. */
export function wilsonBounds({ successes, trials }: Share, z: number, of: string) {
  if (trials === 0) throw new UndefinedMetric(`one of the sides has no ${of}`);
  const value = successes / trials;
  const z2 = z * z;
  const centre = (value + z2 / (2 * trials)) / (1 + z2 / trials);
  const margin = (z / (1 + z2 / trials)) * Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials ** 2));
  // at 0 and 1 the bound is exact, and rounding must not push it past the value
  const low = successes === 0 ? 0 : centre - margin;
  return { value, low, high: successes === trials ? 1 : centre + margin };
}

/**
 * Ratio of two shares with the interval of its logarithm; half a row is added to each cell for the interval when one is
 * empty, so that the error is never 0.
 * SE(ln ratio)² = (1−p)/(m·p) + (1−q)/(n·q).
 * @throws UndefinedMetric when both shares are 0 or one is of no rows.
 * @see Katz et al. (1978), Biometrics 34:469-474.
 */
export function shareRatio(one: Share, other: Share, z: number, of: string): Omit<BiasEstimate, 'metric'> {
  if (one.trials === 0 || other.trials === 0) throw new UndefinedMetric(`one of the sides has no ${of}`);
  if (one.successes === 0 && other.successes === 0) throw new UndefinedMetric('both shares are 0');
  const shares = [one, other];
  const empty = shares.some(({ successes, trials }) => successes === 0 || successes === trials);
  const [p, q] = shares.map(({ successes, trials }) =>
    empty
      ? { share: (successes + 0.5) / (trials + 1), rows: trials + 1 }
      : { share: successes / trials, rows: trials },
  ) as [{ share: number; rows: number }, { share: number; rows: number }];
  const error = Math.sqrt((1 - p.share) / (p.rows * p.share) + (1 - q.share) / (q.rows * q.share));
  const middle = Math.log(p.share / q.share);
  return {
    value: divide(one.successes / one.trials, other.successes / other.trials),
    low: one.successes === 0 ? 0 : Math.exp(middle - z * error),
    high: other.successes === 0 ? Number.POSITIVE_INFINITY : Math.exp(middle + z * error),
    method: 'delta of the logarithm',
  };
}

export interface DeltaOptions {
  readonly z: number;
  /** Range that the metric cannot leave. */
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * A metric of counts with the delta method's interval over the multinomial cells. The metric must not change when all
 * counts are multiplied by one factor: then Σ nᵢ ∂ᵢ = 0 and the variance is Σ nᵢ ∂ᵢ², with derivatives by the counts.
 * Half a row is added to each cell for the derivatives when one is empty. No interval when the value is infinite.
 * @param metric of counts in a fixed order; may throw UndefinedMetric.
 */
export function deltaEstimate(
  counts: readonly number[],
  metric: (counts: readonly number[]) => number,
  { z, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: DeltaOptions,
): Omit<BiasEstimate, 'metric'> {
  const value = metric(counts);
  if (!Number.isFinite(value)) return { value };
  const smooth = counts.includes(0) ? counts.map((count) => count + 0.5) : counts;
  let variance = 0;
  for (const [index, count] of smooth.entries()) {
    // the error of central differences is of order h², of rounding of order 1e-16 / h
    const step = count * 1e-4;
    const moved = (by: number) => metric(smooth.map((other, at) => (at === index ? other + by : other)));
    const slope = (moved(step) - moved(-step)) / (2 * step);
    variance += count * slope * slope;
  }
  const margin = z * Math.sqrt(variance);
  if (!Number.isFinite(margin)) return { value };
  return {
    value,
    low: Math.max(minimum, value - margin),
    high: Math.min(maximum, value + margin),
    method: 'delta',
  };
}

/** The estimate of |x| from that of x, times `factor`; an interval that holds 0 starts there. */
export function absolute(of: Omit<BiasEstimate, 'metric'>, factor = 1): Omit<BiasEstimate, 'metric'> {
  const { value, low = Number.NaN, high = Number.NaN, method } = of;
  if (value === null) return of;
  const ends = [Math.abs(low) * factor, Math.abs(high) * factor];
  return {
    value: Math.abs(value) * factor,
    low: low <= 0 && high >= 0 ? 0 : Math.min(...ends),
    high: Math.max(...ends),
    method,
  };
}
