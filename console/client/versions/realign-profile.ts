/**
 * One version's profile on the edges and values of another's, as far as its own counts tell. Two versions have edges of
 * their own unless one was added to the other; then what lies in a bin across an edge is only known together.
 */
import type {
  CategoricalProfile,
  ColumnProfile,
  NumericProfile,
} from '../../../lambdas/datasets/profile/profile.ts';

/**
 * `exact`: as if it had been counted on them. `near`: values across an edge were divided as if they lay evenly in their
 * bin. `unknown`: the counts do not tell; the rows have to be counted.
 */
export type Alignment =
  | { readonly how: 'exact'; readonly profile: ColumnProfile }
  | {
      readonly how: 'near';
      readonly profile: ColumnProfile;
      /** Largest share of the rows that may be on the other side of one edge of the comparison, 0..1. */
      readonly uncertainShare: number;
    }
  | { readonly how: 'unknown'; readonly reason: string };

/** At most this many listed values are compared one by one (as the monitors do), so each has to be known. */
const COMPARED_VALUES = 20;

/** @throws RangeError when the two are not of one kind. */
export function realign(reference: ColumnProfile, column: ColumnProfile): Alignment {
  if (reference.kind === 'numeric' && column.kind === 'numeric') return realignNumbers(reference, column);
  if (reference.kind === 'categorical' && column.kind === 'categorical') {
    return realignCategories(reference, column);
  }
  throw new RangeError(`column "${column.name}": ${reference.kind} and ${column.kind} are not compared`);
}

function realignNumbers(reference: NumericProfile, column: NumericProfile): Alignment {
  const { edges } = reference.grid;
  const { grid, values } = column;
  const on = (counts: readonly number[], sums: readonly number[]): NumericProfile => ({
    ...column,
    deciles: reference.deciles,
    values: reference.values,
    grid: { edges, counts, sums },
  });
  if (sameNumbers(edges, grid.edges)) return { how: 'exact', profile: on(grid.counts, grid.sums) };
  const counts = new Array<number>(edges.length + 1).fill(0);
  const sums = new Array<number>(edges.length + 1).fill(0);
  if (values) {
    // each value has a bin of its own, which ends at it
    const binAt = new Map(grid.edges.map((edge, bin) => [edge, bin]));
    for (const value of values) {
      const count = grid.counts[binAt.get(value)!]!;
      const bin = binOf(edges, value);
      counts[bin]! += count;
      sums[bin]! += count * value;
    }
    return { how: 'exact', profile: on(counts, sums) };
  }
  if (reference.values && reference.values.length <= COMPARED_VALUES) {
    return {
      how: 'unknown',
      reason: 'single values are compared, and the newer version has too many to list',
    };
  }
  if (column.n === 0) return { how: 'exact', profile: on(counts, sums) };
  const compared = new Set(reference.deciles);
  let uncertain = 0;
  for (const [bin, count] of grid.counts.entries()) {
    if (count === 0) continue;
    const left = Math.max(column.min!, grid.edges[bin - 1] ?? Number.NEGATIVE_INFINITY);
    const right = Math.min(column.max!, grid.edges[bin] ?? Number.POSITIVE_INFINITY);
    const [first, last] = [binOf(edges, left), binOf(edges, right)];
    const pieces = [];
    for (let target = first; target <= last; target++) {
      const from = Math.max(left, edges[target - 1] ?? Number.NEGATIVE_INFINITY);
      const to = Math.min(right, edges[target] ?? Number.POSITIVE_INFINITY);
      const share = right > left ? (to - from) / (right - left) : 1;
      pieces.push({ target, count: count * share, middle: from / 2 + to / 2 });
      if (target < last && compared.has(edges[target]!)) uncertain = Math.max(uncertain, count);
    }
    // the bin's own sum is known: what the middles miss of it is shared out
    const missed =
      (grid.sums[bin]! - pieces.reduce((sum, piece) => sum + piece.count * piece.middle, 0)) / count;
    for (const { target, count: part, middle } of pieces) {
      counts[target]! += part;
      sums[target]! += part * (middle + missed);
    }
  }
  const profile = on(counts, sums);
  return uncertain === 0 && counts.every(Number.isInteger)
    ? { how: 'exact', profile }
    : { how: 'near', profile, uncertainShare: uncertain / column.rows };
}

function realignCategories(reference: CategoricalProfile, column: CategoricalProfile): Alignment {
  const counts = new Map(column.values);
  const values = reference.values.map(([value]) => [value, counts.get(value) ?? 0] as const);
  const known = values.reduce((sum, [, count]) => sum + count, 0);
  const profile: CategoricalProfile = {
    ...column,
    values,
    other: column.rows - column.missing - known,
  };
  const unlisted = reference.values.filter(([value]) => !counts.has(value)).length;
  if (column.other === 0 || unlisted === 0) return { how: 'exact', profile };
  // any of them may be among what the newer version does not list, none more frequent than its rarest listed value
  const rarest = Math.min(column.other, ...column.values.map(([, count]) => count));
  return { how: 'near', profile, uncertainShare: rarest / column.rows };
}

/** Index of the right-closed bin that a value falls into. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

const sameNumbers = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);
