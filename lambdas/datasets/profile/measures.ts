/**
 * What a profile counts, as data. An engine takes a list of measures and a table and gives their values; what the
 * counts mean is said here and nowhere else, so an engine more changes no definition.
 *
 * Every value merges over any division of the rows into shards: counts exactly, sums and moments to 1e-12.
 * A number is a finite value of a numeric column, as a double.
 */
import type { EdgePlan, PlannedColumn } from './edge-plan.ts';
import type { Moments } from './moments.ts';

/** Smallest and largest number; as text too where an integer is beyond what a double holds (2^53). */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly minText?: string;
  readonly maxText?: string;
}

export interface GridCounts {
  /** Numbers in each right-closed bin: one more than edges. */
  readonly counts: readonly number[];
  /** Sum of each bin's numbers, compensated. */
  readonly sums: readonly number[];
  /** Of all numbers. */
  readonly sum: number;
}

export interface CategoryCounts {
  /** Of each listed value, in the order of the list. */
  readonly counts: readonly number[];
  /** Rows with a value that is not listed. */
  readonly other: number;
  /** The most frequent of those, ties by code point; at most ten. */
  readonly newValues: readonly string[];
}

/** Lengths of the texts in Unicode code points, over all rows that have one. */
export interface Lengths {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

/** Rows by what their text could be read as. */
export type TextTypes = Readonly<Partial<Record<'integer' | 'double' | 'boolean' | 'string', number>>>;

/** What each measure gives. */
export interface MeasureValues {
  readonly rows: number;
  /** Rows without a value of the column's type: NULL. */
  readonly missing: number;
  /** Of the missing, those whose file had something that is not of the type (the table's `__bad`). */
  readonly invalid: number;
  readonly nan: number;
  readonly infinite: number;
  readonly negativeInfinite: number;
  readonly zeros: number;
  readonly negatives: number;
  /** Numbers below the measure's `range` or above it. */
  readonly outside: number;
  /** Undefined without a number. */
  readonly range: Range | undefined;
  readonly moments: Moments;
  readonly grid: GridCounts;
  readonly categories: CategoryCounts;
  /** Undefined without a text. */
  readonly lengths: Lengths | undefined;
  readonly textTypes: TextTypes;
  /** Registers of `distinct-sketch.ts` over numbers or texts. */
  readonly distinct: string;
}

export type MeasureName = keyof MeasureValues;

export interface Measure {
  readonly measure: MeasureName;
  /** Absent for `rows`. */
  readonly column?: string;
  /** Of `grid`: ascending, right-closed. */
  readonly edges?: readonly number[];
  /** Of `outside`: ends included. */
  readonly range?: { readonly min: number; readonly max: number };
  /** Of `categories`. */
  readonly values?: readonly string[];
  /** Of `range`: the column is an integer one, so its ends are taken exactly. */
  readonly isInteger?: boolean;
}

const EVERYTHING = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
const NUMERIC: readonly MeasureName[] = [
  'nan',
  'infinite',
  'negativeInfinite',
  'zeros',
  'negatives',
  'moments',
  'distinct',
];
const TEXT: readonly MeasureName[] = ['lengths', 'textTypes', 'distinct'];

/** The measures of a profile on stored edges and values. */
export function measuresOf(plan: EdgePlan): Measure[] {
  return [{ measure: 'rows' }, ...plan.columns.flatMap(measuresOfColumn)];
}

function measuresOfColumn(planned: PlannedColumn): Measure[] {
  const column = planned.name;
  const all = (names: readonly MeasureName[]) => names.map((measure) => ({ measure, column }));
  const base = all(['missing', 'invalid']);
  if (planned.kind === 'numeric') {
    return [
      ...base,
      ...all(NUMERIC),
      { measure: 'range', column, isInteger: planned.type === 'integer' },
      { measure: 'outside', column, range: planned.range ?? EVERYTHING },
      { measure: 'grid', column, edges: planned.edges },
    ];
  }
  if (planned.kind === 'categorical') {
    return [...base, ...all(TEXT), { measure: 'categories', column, values: planned.values }];
  }
  return base;
}

/** The values of measures, by name and column. */
export class MeasuredValues {
  readonly #values = new Map<string, unknown>();

  set<Name extends MeasureName>(measure: Name, column: string | undefined, value: MeasureValues[Name]): void {
    this.#values.set(keyOf(measure, column), value);
  }

  /** @throws RangeError when the engine has not given it. */
  get<Name extends MeasureName>(measure: Name, column?: string): MeasureValues[Name] {
    const key = keyOf(measure, column);
    if (!this.#values.has(key)) {
      throw new RangeError(`measure "${measure}" of ${column ?? 'the table'} was not taken`);
    }
    return this.#values.get(key) as MeasureValues[Name];
  }
}

const keyOf = (measure: MeasureName, column = '') => `${measure} ${column}`;
