/** Where a numeric column's bins end, decided once from the reference. */

/** At most this many distinct values are listed and separated from each other. */
export const MAXIMUM_LISTED_VALUES = 50;

/** 256 equal parts, the deciles, and the tails, where a quantile grid is blind. */
export const GRID_FRACTIONS: readonly number[] = unique([
  ...Array.from({ length: 255 }, (_, index) => (index + 1) / 256),
  ...Array.from({ length: 9 }, (_, index) => (index + 1) / 10),
  0.0001,
  0.001,
  0.999,
  0.9999,
]);

export interface Edges {
  readonly deciles: readonly number[];
  readonly edges: readonly number[];
}

/**
 * Edges of the decile bins and of the fine grid.
 * @param quantiles of the reference at `GRID_FRACTIONS`, type 7.
 * @param values all distinct values, when they are few: each gets a bin of its own, which ends at it and begins just
 *   below it.
 */
export function gridEdges(quantiles: readonly number[], values: readonly number[] | undefined): Edges {
  const deciles = unique(quantiles.filter((_, index) => isDecile(GRID_FRACTIONS[index]!)));
  // below the smallest double there is no number to be kept apart, and JSON has no word for the edge
  const isolating =
    values?.flatMap((value) => [nextBelow(value), value]).filter(Number.isFinite) ?? quantiles;
  return { deciles, edges: unique([...isolating, ...deciles]) };
}

/** Numbers in ascending order, without NaN, each with how many rows have it. */
export interface WeightedNumbers {
  readonly numbers: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Quantiles of type 7 (linear between order statistics; the default of R, NumPy and Excel).
 * @param sample none gives no quantiles.
 * @param fractions each in 0..1, ascending.
 */
export function quantiles({ numbers, weights }: WeightedNumbers, fractions: readonly number[]): number[] {
  const rows = weights.reduce((sum, weight) => sum + weight, 0);
  if (rows === 0) return [];
  let [at, before] = [0, 0];
  return fractions.map((fraction) => {
    const position = fraction * (rows - 1);
    const below = Math.floor(position);
    while (before + weights[at]! <= below) before += weights[at++]!;
    const low = numbers[at]!;
    const isLast = before + weights[at]! <= below + 1;
    const high = isLast ? numbers[Math.min(at + 1, numbers.length - 1)]! : low;
    return position === below ? low : between(low, high, position - below);
  });
}

/** The number that lies the share `part` of the way from `low` to `high`. */
function between(low: number, high: number, part: number): number {
  // the plain difference of two huge numbers of opposite sign overflows, and even a part of it may
  const value = low + (part * high - part * low);
  return Number.isFinite(value) ? value : (1 - part) * low + part * high;
}

/** The next smaller double. */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = bits[0]! + (value > 0 ? -1n : 1n);
  return new Float64Array(bits.buffer)[0]!;
}

function isDecile(fraction: number): boolean {
  return Number.isInteger(Math.round(fraction * 1e6) / 1e5) && fraction > 0.05 && fraction < 0.95;
}

function unique(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
