/** Makes a profile of measured values. */
import { decodeSketch, estimateDistinct } from './distinct-sketch.ts';
import type { EdgePlan, PlannedCategorical, PlannedColumn, PlannedNumeric } from './edge-plan.ts';
import type { MeasuredValues } from './measures.ts';
import { storedMoments } from './moments.ts';
import type { CategoricalProfile, ColumnProfile, DatasetProfile, NumericProfile } from './profile.ts';

/** The profile on the plan's edges and values. */
export function assembleProfile(plan: EdgePlan, measured: MeasuredValues): DatasetProfile {
  const rows = measured.get('rows');
  return { format: 2, rows, columns: plan.columns.map((column) => profileOf(column, rows, measured)) };
}

function profileOf(planned: PlannedColumn, rows: number, measured: MeasuredValues): ColumnProfile {
  const { name, type, role } = planned;
  const base = {
    name,
    type,
    role,
    rows,
    missing: measured.get('missing', name),
    invalid: measured.get('invalid', name),
  };
  if (planned.kind === 'numeric') return { ...base, ...numericOf(planned, measured) };
  if (planned.kind === 'categorical') return { ...base, ...categoricalOf(planned, measured) };
  return { ...base, kind: 'opaque' };
}

type Without<Profile> = Omit<Profile, 'name' | 'type' | 'role' | 'rows' | 'missing' | 'invalid'>;

function numericOf(planned: PlannedNumeric, measured: MeasuredValues): Without<NumericProfile> {
  const { name, deciles, edges, values } = planned;
  const { counts, sums, sum } = measured.get('grid', name);
  const range = measured.get('range', name);
  const sketch = measured.get('distinct', name);
  const grid = { edges, counts, sums };
  const moments = storedMoments(measured.get('moments', name), range?.min ?? 0, range?.max ?? 0);
  return {
    kind: 'numeric',
    nan: measured.get('nan', name),
    infinite: measured.get('infinite', name),
    negativeInfinite: measured.get('negativeInfinite', name),
    zeros: measured.get('zeros', name),
    negatives: measured.get('negatives', name),
    ...range,
    sum,
    ...moments,
    distinct: distinctNumbers({ values, grid, n: moments.n, sketch }),
    sketch,
    deciles,
    values,
    grid,
  };
}

function categoricalOf(planned: PlannedCategorical, measured: MeasuredValues): Without<CategoricalProfile> {
  const { name } = planned;
  const { counts, other } = measured.get('categories', name);
  const values = planned.values.map((value, position) => [value, counts[position]!] as const);
  const sketch = measured.get('distinct', name);
  return {
    kind: 'categorical',
    distinct: distinctTexts({ values, other, sketch }),
    sketch,
    values,
    other,
    lengths: measured.get('lengths', name),
    typeCounts: measured.get('textTypes', name),
  };
}

/** Exact when every number is a listed one: each of those has a bin that ends at it and begins just below. */
export function distinctNumbers({
  values,
  grid,
  n,
  sketch,
}: Pick<NumericProfile, 'values' | 'grid' | 'n' | 'sketch'>): number {
  if (values) {
    const counts = new Map(grid.edges.map((edge, bin) => [edge, grid.counts[bin]!]));
    const listed = values.map((value) => counts.get(value) ?? 0).filter((count) => count > 0);
    if (listed.reduce((sum, count) => sum + count, 0) === n) return listed.length;
  }
  return estimateDistinct(decodeSketch(sketch));
}

/** Exact when every text is a listed one. */
export function distinctTexts({
  values,
  other,
  sketch,
}: Pick<CategoricalProfile, 'values' | 'other' | 'sketch'>): number {
  const present = values.filter(([, count]) => count > 0).length;
  return other === 0 ? present : Math.max(present + 1, estimateDistinct(decodeSketch(sketch)));
}
