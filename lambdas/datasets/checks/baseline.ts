/** What the profile of the version before makes likely for the next one. */
import type { ColumnProfile, NumericProfile } from '../profile/profile.ts';

/** For a normal distribution the interquartile range is so many standard deviations: 2 x 0.6745. */
const IQR_PER_SIGMA = 1.349;

export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * The range of a number column, widened by `iqrs` interquartile ranges to both sides. Where more than half of the values
 * are one value the interquartile range is 0 and 1.349 standard deviations take its place.
 * @returns undefined for other columns, and without finite values.
 */
export function softBounds(column: ColumnProfile, iqrs: number): Bounds | undefined {
  if (column.kind !== 'numeric' || column.min === undefined || column.max === undefined) return undefined;
  const iqr = interquartileRange(column) || IQR_PER_SIGMA * Math.sqrt(column.m2 / column.n);
  const [minimum, maximum] = [column.min - iqrs * iqr, column.max + iqrs * iqr];
  return Number.isFinite(minimum) && Number.isFinite(maximum) ? { minimum, maximum } : undefined;
}

/** From the grid: the quartiles are the edges that first reach a quarter and three quarters of the values. */
function interquartileRange({ grid: { edges, counts }, n }: NumericProfile): number {
  const edgeAt = (rank: number) => {
    let seen = 0;
    for (const [bin, count] of counts.entries()) {
      seen += count;
      if (seen >= rank) return edges[Math.min(bin, edges.length - 1)] ?? Number.NaN;
    }
    return Number.NaN;
  };
  return edgeAt(0.75 * n) - edgeAt(0.25 * n);
}

/** All values of a category column; undefined for other columns, and where the profile does not list every value. */
export function knownCategories(column: ColumnProfile): readonly string[] | undefined {
  if (column.kind !== 'categorical' || column.other > 0) return undefined;
  return column.values.map(([value]) => value);
}
