/**
 * The profile of a table: mergeable counts on stored edges, so that whatever is compared with it later needs only the
 * new rows. Counts merge exactly whatever the sharding; moments agree to 1e-12 relative.
 *
 * Bins are right-closed: with edges e, bin i holds (e[i-1], e[i]], the first from -∞ and the last to +∞.
 */
import type { ColumnRole, ColumnType } from '../../shared/settings.ts';

interface ColumnBase {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  readonly rows: number;
  /** NULL or empty. */
  readonly missing: number;
}

export interface Grid {
  readonly edges: readonly number[];
  /** One more than edges. */
  readonly counts: readonly number[];
  /** Sum of the values in each bin: with it, Wasserstein's distance is within 1 % from few bins. */
  readonly sums: readonly number[];
}

export interface NumericProfile extends ColumnBase {
  readonly kind: 'numeric';
  readonly nan: number;
  readonly infinite: number;
  /** Finite values; the moments and the grid are over these. */
  readonly n: number;
  /** Absent when n is 0. */
  readonly min?: number;
  readonly max?: number;
  readonly sum: number;
  readonly mean: number;
  /** Sums of the 2nd, 3rd and 4th powers of the differences from the mean. */
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
  /** HyperLogLog estimate; exact up to 50. Merging keeps the larger: a lower bound. */
  readonly distinct: number;
  /** Type-7 deciles without repetition, each also among the grid's edges. */
  readonly deciles: readonly number[];
  /** All distinct values in order, when there are at most 50; the grid then separates each from its neighbours. */
  readonly values?: readonly number[];
  readonly grid: Grid;
}

export interface CategoricalProfile extends ColumnBase {
  readonly kind: 'categorical';
  readonly distinct: number;
  /** The most frequent values, most frequent first, ties by code point; at most 1000. */
  readonly values: readonly (readonly [value: string, count: number])[];
  /** Rows with any other value. */
  readonly other: number;
}

/** A column that is not compared: keys, times and what is ignored. */
export interface OpaqueProfile extends ColumnBase {
  readonly kind: 'opaque';
}

export type ColumnProfile = NumericProfile | CategoricalProfile | OpaqueProfile;

/** `datasets/<version>/profile.json`. */
export interface DatasetProfile {
  readonly format: 1;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

/** The kind of profile that a column of a type and role gets. */
export function profileKind(type: ColumnType, role: ColumnRole): ColumnProfile['kind'] {
  if (role === 'key' || role === 'event-time' || role === 'ignored' || type === 'timestamp') return 'opaque';
  if (role === 'target') return 'categorical';
  return type === 'integer' || type === 'double' ? 'numeric' : 'categorical';
}

/**
 * The profile of both tables together, counted on the same stored edges and values.
 * @throws RangeError when the edges or the listed values differ: such profiles cannot be merged.
 */
export function mergeProfiles(a: DatasetProfile, b: DatasetProfile): DatasetProfile {
  if (a.columns.length !== b.columns.length) throw new RangeError('profiles of different columns');
  return {
    format: 1,
    rows: a.rows + b.rows,
    columns: a.columns.map((column, index) => mergeColumns(column, b.columns[index]!)),
  };
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  const base = { ...a, rows: a.rows + b.rows, missing: a.missing + b.missing };
  if (a.name === b.name) {
    if (a.kind === 'numeric' && b.kind === 'numeric')
      return { ...base, ...mergeNumeric(a, b) } as NumericProfile;
    if (a.kind === 'categorical' && b.kind === 'categorical') {
      return { ...base, ...mergeCategorical(a, b) } as CategoricalProfile;
    }
    if (a.kind === 'opaque' && b.kind === 'opaque') return base as OpaqueProfile;
  }
  throw new RangeError(`column "${a.name}" (${a.kind}) does not merge with "${b.name}" (${b.kind})`);
}

/** @see Pébay, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order moments (2008), eq. 2.1 and 3.1. */
function mergeNumeric(a: NumericProfile, b: NumericProfile): Partial<NumericProfile> {
  if (!sameNumbers(a.grid.edges, b.grid.edges)) {
    throw new RangeError(`column "${a.name}" was counted on different edges`);
  }
  const n = a.n + b.n;
  const counted = {
    nan: a.nan + b.nan,
    infinite: a.infinite + b.infinite,
    distinct: Math.max(a.distinct, b.distinct),
    grid: {
      edges: a.grid.edges,
      counts: a.grid.counts.map((count, bin) => count + b.grid.counts[bin]!),
      sums: a.grid.sums.map((sum, bin) => sum + b.grid.sums[bin]!),
    },
  };
  if (a.n === 0 || b.n === 0) {
    const { min, max, sum, mean, m2, m3, m4 } = a.n === 0 ? b : a;
    return { ...counted, n, min, max, sum, mean, m2, m3, m4 };
  }
  const delta = b.mean - a.mean;
  const product = a.n * b.n;
  return {
    ...counted,
    n,
    min: Math.min(a.min!, b.min!),
    max: Math.max(a.max!, b.max!),
    sum: a.sum + b.sum,
    mean: a.mean + (delta * b.n) / n,
    m2: a.m2 + b.m2 + (delta ** 2 * product) / n,
    m3:
      a.m3 +
      b.m3 +
      (delta ** 3 * product * (a.n - b.n)) / n ** 2 +
      (3 * delta * (a.n * b.m2 - b.n * a.m2)) / n,
    m4:
      a.m4 +
      b.m4 +
      (delta ** 4 * product * (a.n ** 2 - product + b.n ** 2)) / n ** 3 +
      (6 * delta ** 2 * (a.n ** 2 * b.m2 + b.n ** 2 * a.m2)) / n ** 2 +
      (4 * delta * (a.n * b.m3 - b.n * a.m3)) / n,
  };
}

function mergeCategorical(a: CategoricalProfile, b: CategoricalProfile): Partial<CategoricalProfile> {
  const counts = new Map(a.values);
  for (const [value, count] of b.values) {
    if (!counts.has(value)) throw new RangeError(`column "${a.name}" was counted on different values`);
    counts.set(value, counts.get(value)! + count);
  }
  if (a.values.length !== b.values.length) {
    throw new RangeError(`column "${a.name}" was counted on different values`);
  }
  return {
    distinct: Math.max(a.distinct, b.distinct),
    values: [...counts],
    other: a.other + b.other,
  };
}

const sameNumbers = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);
