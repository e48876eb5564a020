/** Where a profile's bins end and which values it lists: chosen once, then used for everything compared with it. */
import type { ColumnRole, ColumnType } from '../../shared/settings.ts';
import type { ColumnProfile } from './profile.ts';

interface PlannedBase {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
}

export interface PlannedNumeric extends PlannedBase {
  readonly kind: 'numeric';
  /** Type-7 deciles without repetition, each also among `edges`. */
  readonly deciles: readonly number[];
  readonly edges: readonly number[];
  /** All distinct numbers in order, when there are at most 50. */
  readonly values?: readonly number[];
  /** Range of the profile that the plan was taken from; absent in the first plan of a table. */
  readonly range?: { readonly min: number; readonly max: number };
}

export interface PlannedCategorical extends PlannedBase {
  readonly kind: 'categorical';
  readonly values: readonly string[];
}

export interface PlannedOpaque extends PlannedBase {
  readonly kind: 'opaque';
}

export type PlannedColumn = PlannedNumeric | PlannedCategorical | PlannedOpaque;

/** JSON. */
export interface EdgePlan {
  readonly format: 1;
  readonly columns: readonly PlannedColumn[];
}

/** The plan that a profile was counted on. */
export function planOf(reference: readonly ColumnProfile[]): EdgePlan {
  return {
    format: 1,
    columns: reference.map((column): PlannedColumn => {
      const { name, type, role } = column;
      if (column.kind === 'numeric') {
        const { deciles, grid, values, min, max } = column;
        const range = min === undefined || max === undefined ? undefined : { min, max };
        return { kind: 'numeric', name, type, role, deciles, edges: grid.edges, values, range };
      }
      if (column.kind === 'categorical') {
        return { kind: 'categorical', name, type, role, values: column.values.map(([value]) => value) };
      }
      return { kind: 'opaque', name, type, role };
    }),
  };
}
