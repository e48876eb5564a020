/**
 * The profile of a table: mergeable counts on stored edges, so that whatever is compared with it later needs only the
 * new rows. Counts merge exactly whatever the sharding; sums and moments agree to 1e-12 relative (a sum to the sum of
 * absolute values, the k-th moment to n·σ^k).
 *
 * Bins are right-closed: with edges e, bin i holds (e[i-1], e[i]], the first from -∞ and the last to +∞.
 */
import type { ColumnRole, ColumnType } from '../../shared/settings.ts';
import type { Lengths } from './measures.ts';

interface ColumnBase {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  readonly rows: number;
  /** Rows without a value of the column's type: NULL, empty, or not of the type. */
  readonly missing: number;
  /** Of the missing, those whose file had something that is not of the type. */
  readonly invalid: number;
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
  /** Of either sign. */
  readonly infinite: number;
  readonly negativeInfinite: number;
  readonly zeros: number;
  /** Finite values below 0. */
  readonly negatives: number;
  /** Finite values; the moments and the grid are over these. */
  readonly n: number;
  /** Absent when n is 0. */
  readonly min?: number;
  readonly max?: number;
  /** The ends of an integer column that go beyond 2^53, exactly. */
  readonly minText?: string;
  readonly maxText?: string;
  /** Like every sum here, the largest double when it passes the range of a double. */
  readonly sum: number;
  readonly mean: number;
  /** What the double `mean` leaves over of the mean. */
  readonly meanLow: number;
  /** Sums of the 2nd, 3rd and 4th powers of the differences from the mean. */
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
  /** Exact when there are at most 50, else estimated from the sketch: standard error 2.3 %. */
  readonly distinct: number;
  /** Registers of `distinct-sketch.ts` in base 64. */
  readonly sketch: string;
  /** Type-7 deciles without repetition, each also among the grid's edges. */
  readonly deciles: readonly number[];
  /** All distinct values in order, when there are at most 50; the grid then separates each from its neighbours. */
  readonly values?: readonly number[];
  readonly grid: Grid;
}

export interface CategoricalProfile extends ColumnBase {
  readonly kind: 'categorical';
  /** Exact when every value is listed, else estimated from the sketch. */
  readonly distinct: number;
  readonly sketch: string;
  /**
   * The most frequent values, at most 1000, most frequent first, ties by code point; beyond 100,000 distinct values
   * those of the sample, in its order. Counts are exact either way.
   */
  readonly values: readonly (readonly [value: string, count: number])[];
  /** Rows with any other value. */
  readonly other: number;
  /** Of the texts in code points; absent without one. */
  readonly lengths?: Lengths;
  /** Rows by what their text could be read as. */
  readonly typeCounts: Readonly<Record<string, number>>;
}

/** A column that is not compared: keys, times and what is ignored. */
export interface OpaqueProfile extends ColumnBase {
  readonly kind: 'opaque';
}

export type ColumnProfile = NumericProfile | CategoricalProfile | OpaqueProfile;

/** `datasets/<version>/profile.json`. */
export interface DatasetProfile {
  readonly format: 2;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
}

/** The kind of profile that a column of a type and role gets. */
export function profileKind(type: ColumnType, role: ColumnRole): ColumnProfile['kind'] {
  if (role === 'key' || role === 'event-time' || role === 'ignored' || type === 'timestamp') return 'opaque';
  if (role === 'target') return 'categorical';
  return type === 'integer' || type === 'double' ? 'numeric' : 'categorical';
}

export { mergeProfiles } from './merge-profiles.ts';
