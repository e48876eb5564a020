/** Count, mean and the central sums of the 2nd to 4th power, which merge. */

export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** What the double `mean` leaves over of the mean, so that merging far from zero loses nothing. */
  readonly meanLow: number;
  /** Sums of the 2nd, 3rd and 4th powers of the differences from the mean. */
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
}

export const NO_MOMENTS: Moments = { n: 0, mean: 0, meanLow: 0, m2: 0, m3: 0, m4: 0 };

/** Moments of the first `count` numbers, all finite, in two passes over them. */
export function momentsOf(values: Float64Array, count: number): Moments {
  if (count === 0) return NO_MOMENTS;
  // differences from one of the values keep their digits when the values are large and close together
  const near = values[0]!;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]! - near;
  const offset = sum / count;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < count; i++) {
    const difference = values[i]! - near - offset;
    const square = difference * difference;
    m2 += square;
    m3 += square * difference;
    m4 += square * square;
  }
  const [mean, meanLow] = Number.isFinite(offset) ? twoSum(near, offset) : [meanOfHuge(values, count), 0];
  return { n: count, mean, meanLow, m2, m3, m4 };
}

/**
 * Moments of two samples together.
 * @see Pébay, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order moments (2008), eq. 2.1 and 3.1.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const [p, q] = [a.n / n, b.n / n];
  const delta = b.mean - a.mean + (b.meanLow - a.meanLow);
  // weights first: every term is then no larger than what it is added to, so none overflows before the result does
  const w2 = p * b.n;
  const w3 = w2 * (p - q);
  const w4 = w2 * (p * p - p * q + q * q);
  const [mean, meanLow] = Number.isFinite(delta)
    ? twoSum(a.mean, a.meanLow + delta * q)
    : [a.mean * p + b.mean * q, 0];
  return {
    n,
    mean,
    meanLow,
    m2: a.m2 + b.m2 + delta ** 2 * w2,
    m3: a.m3 + b.m3 + delta ** 3 * w3 + 3 * delta * (p * b.m2 - q * a.m2),
    m4:
      a.m4 +
      b.m4 +
      delta ** 4 * w4 +
      6 * delta ** 2 * (p * p * b.m2 + q * q * a.m2) +
      4 * delta * (p * b.m3 - q * a.m3),
  };
}

/**
 * Moments as they are stored. One value only: exactly zero. A sum of powers that may pass the range of a double is the
 * largest double; whether it may is decided by count and range, which every sharding agrees on.
 */
export function storedMoments(moments: Moments, min: number, max: number): Moments {
  const { n } = moments;
  if (n === 0) return NO_MOMENTS;
  if (min === max) return { n, mean: min, meanLow: 0, m2: 0, m3: 0, m4: 0 };
  const stored = (power: number, value: number) =>
    n * (max - min) ** power <= Number.MAX_VALUE ? value : Number.MAX_VALUE;
  return { ...moments, m2: stored(2, moments.m2), m3: stored(3, moments.m3), m4: stored(4, moments.m4) };
}

/** The rounded sum and exactly what the rounding left over. @see Knuth, The Art of Computer Programming 2, 4.2.2. */
export function twoSum(a: number, b: number): [sum: number, low: number] {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

/** Kahan and Babuška's sum as improved by Neumaier, saturating at the largest double. */
export function compensatedSum(numbers: Iterable<number>): number {
  let [sum, low] = [0, 0];
  for (const number of numbers) {
    const [next, lost] = twoSum(sum, number);
    sum = next;
    low += lost;
  }
  return saturated(sum, low);
}

/** `high + low`, or the largest double of its sign when that passes the range. */
export function saturated(high: number, low: number): number {
  if (Number.isNaN(high)) return 0;
  if (Math.abs(high) === Number.POSITIVE_INFINITY) return Math.sign(high) * Number.MAX_VALUE;
  return Number.isFinite(low) ? high + low : high;
}

function meanOfHuge(values: Float64Array, count: number): number {
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i]! / count;
  return mean;
}
