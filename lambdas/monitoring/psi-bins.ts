/** The bins on which a column's stability index is taken. */
import type { CategoricalProfile, NumericProfile } from '../datasets/profile/profile.ts';

/** Numeric columns with at most this many distinct values get a bin for each, not decile bins. */
const MAXIMUM_VALUE_BINS = 20;

export interface PsiBins {
  readonly labels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Decile bins, or one for each value of a column with few; missing values have a bin when there are any. */
export function numericBins(reference: NumericProfile, current: NumericProfile): PsiBins {
  const values = reference.values;
  const bins =
    values && values.length <= MAXIMUM_VALUE_BINS
      ? valueBins(reference, current, values)
      : decileBins(reference, current);
  return withMissing(bins, reference, current);
}

/** Listed values, all others together where there are any, and missing values likewise. */
export function categoricalBins(reference: CategoricalProfile, current: CategoricalProfile): PsiBins {
  const counts = new Map(current.values);
  const bins = {
    labels: reference.values.map(([value]) => value),
    reference: reference.values.map(([, count]) => count),
    current: reference.values.map(([value]) => counts.get(value) ?? 0),
  };
  const withOther = append(bins, '(other)', reference.other, current.other);
  return withMissing(withOther, reference, current);
}

function decileBins({ deciles, grid }: NumericProfile, current: NumericProfile): PsiBins {
  const counts = (from: readonly number[]) => {
    const into = new Array<number>(deciles.length + 1).fill(0);
    let decile = 0;
    for (const [bin, count] of from.entries()) {
      into[decile]! += count;
      // every decile is an edge of the grid, so no fine bin lies across two
      if (grid.edges[bin] === deciles[decile]) decile++;
    }
    return into;
  };
  const ends = [...deciles.map((edge) => `≤ ${edge}`), `> ${deciles.at(-1) ?? '-∞'}`];
  return { labels: ends, reference: counts(grid.counts), current: counts(current.grid.counts) };
}

/** A bin of the grid ends at each value and begins just below it; what falls between is "other". */
function valueBins(reference: NumericProfile, current: NumericProfile, values: readonly number[]): PsiBins {
  const binOf = new Map(reference.grid.edges.map((edge, bin) => [edge, bin]));
  const at = (profile: NumericProfile) => values.map((value) => profile.grid.counts[binOf.get(value)!]!);
  const [p, q] = [at(reference), at(current)];
  const bins = { labels: values.map(String), reference: p, current: q };
  return append(bins, '(other)', reference.n - sum(p), current.n - sum(q));
}

interface Missing {
  readonly missing: number;
  readonly nan?: number;
  readonly infinite?: number;
}

function withMissing(bins: PsiBins, reference: Missing, current: Missing): PsiBins {
  const count = ({ missing, nan = 0, infinite = 0 }: Missing) => missing + nan + infinite;
  return append(bins, '(missing)', count(reference), count(current));
}

function append({ labels, reference, current }: PsiBins, label: string, p: number, q: number): PsiBins {
  if (p === 0 && q === 0) return { labels, reference, current };
  return { labels: [...labels, label], reference: [...reference, p], current: [...current, q] };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
