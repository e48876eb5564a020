/** SQL for what the values of a column can be guilty of, from its declaration and from the version before. */
import { identifier, literal } from '../../shared/duckdb.ts';
import type { ColumnSettings, DatasetSettings } from '../../shared/settings.ts';
import type { SchemaColumn } from '../contract.ts';
import type { ColumnProfile } from '../profile/profile.ts';
import { type Bounds, knownCategories, softBounds } from './baseline.ts';
import { checkSettings, severityOf } from './check-settings.ts';
import type { OffenceKind } from './fact-types.ts';

/** Lists longer than this are joined instead of compared with one after the other. */
const MAXIMUM_INLINE_VALUES = 16;
const DEFAULT_IQRS = 3;

export interface ColumnCondition {
  readonly kind: Exclude<OffenceKind, 'uncastable' | 'missing'>;
  /** True for an offender, false or NULL for others. */
  readonly sql: string;
  /** Whether it is quicker to test each distinct value once than every row. */
  readonly byValue: boolean;
  /** Aggregate that is false or NULL when no row offends, and cheaper than counting. */
  readonly probe?: string;
}

/** What is looked for in a column. `before`: the column in the profile of the version before. */
export function columnConditions(
  column: SchemaColumn,
  settings: DatasetSettings,
  before: ColumnProfile | undefined,
): ColumnCondition[] {
  const declared = settings.columns.find(({ name }) => name === column.name);
  const conditions: (ColumnCondition | undefined)[] = [
    declared && outOfRange(declared),
    declared?.allowedValues && notAmong('notAllowed', column, declared.allowedValues),
    declared && misshapen(declared),
  ];
  if (column.role !== 'ignored') {
    conditions.push(notFinite(column));
    if (before?.type === column.type) conditions.push(...unusual(column, settings, before));
  }
  return conditions.filter((condition) => condition !== undefined);
}

function notFinite({ name, type }: SchemaColumn): ColumnCondition | undefined {
  if (type !== 'double') return undefined;
  const column = identifier(name);
  // NaN is above infinity in DuckDB's order
  const probe = `NOT (isfinite(min(${column})) AND isfinite(max(${column})))`;
  return { kind: 'notFinite', sql: `NOT isfinite(${column})`, byValue: false, probe };
}

function outOfRange({ name, type, minimum, maximum }: ColumnSettings): ColumnCondition | undefined {
  if (minimum === undefined && maximum === undefined) return undefined;
  return { kind: 'outOfRange', byValue: false, ...outside(name, type, { minimum, maximum }) };
}

/** An infinity lies outside; NaN is neither inside nor outside, and DuckDB orders it above all numbers. */
function outside(
  name: string,
  type: string,
  { minimum, maximum }: Partial<Bounds>,
): { readonly sql: string; readonly probe: string } {
  const column = identifier(name);
  const sides = [];
  const probes = [];
  if (minimum !== undefined) {
    sides.push(`${column} < ${numberLiteral(minimum)}`);
    probes.push(`min(${column}) < ${numberLiteral(minimum)}`);
  }
  if (maximum !== undefined) {
    sides.push(`${column} > ${numberLiteral(maximum)}`);
    probes.push(`max(${column}) > ${numberLiteral(maximum)}`);
  }
  const notNan = type === 'double' ? ` AND NOT isnan(${column})` : '';
  return { sql: `((${sides.join(' OR ')})${notNan})`, probe: probes.join(' OR ') };
}

function misshapen({
  name,
  pattern,
  minimumLength,
  maximumLength,
}: ColumnSettings): ColumnCondition | undefined {
  const column = identifier(name);
  const faults = [];
  if (pattern !== undefined) faults.push(`NOT regexp_full_match(${column}, ${literal(pattern)})`);
  if (minimumLength !== undefined) faults.push(`length(${column}) < ${minimumLength}`);
  if (maximumLength !== undefined) faults.push(`length(${column}) > ${maximumLength}`);
  return faults.length === 0
    ? undefined
    : { kind: 'misshapen', sql: `(${faults.join(' OR ')})`, byValue: false };
}

function notAmong(
  kind: 'notAllowed' | 'newCategory',
  { name, type }: Pick<SchemaColumn, 'name' | 'type'>,
  values: readonly string[],
): ColumnCondition | undefined {
  if (values.length === 0) return undefined;
  // 1 and 1.0 are the same number, but not the same text
  const numbers = (type === 'integer' || type === 'double') && values.every(isNumber);
  const column = numbers ? identifier(name) : `CAST(${identifier(name)} AS VARCHAR)`;
  const list = values.map(numbers ? (value) => numberLiteral(Number(value)) : literal).join(', ');
  const byValue = values.length > MAXIMUM_INLINE_VALUES;
  const among = byValue ? `(SELECT unnest([${list}]))` : `(${list})`;
  return { kind, sql: `${column} NOT IN ${among}`, byValue };
}

const isNumber = (text: string) =>
  /^[+-]?\d+(\.\d+)?$/.test(text) && (text.includes('.') || Number.isSafeInteger(Number(text)));

function unusual(
  { name, type, role }: SchemaColumn,
  settings: DatasetSettings,
  before: ColumnProfile,
): (ColumnCondition | undefined)[] {
  const found: (ColumnCondition | undefined)[] = [];
  if (severityOf(settings, 'soft-ranges', 'warn', name) !== 'off') {
    const bounds = softBounds(before, checkSettings(settings, 'soft-ranges', name).iqrs ?? DEFAULT_IQRS);
    if (bounds) {
      const { sql, probe } = outside(name, type, bounds);
      const finite = type === 'double' ? ` AND isfinite(${identifier(name)})` : '';
      found.push({ kind: 'outsideSoftRange', sql: `(${sql}${finite})`, byValue: false, probe });
    }
  }
  if (role !== 'target' && severityOf(settings, 'new-categories', 'warn', name) !== 'off') {
    const known = knownCategories(before);
    if (known) found.push(notAmong('newCategory', { name, type }, known));
  }
  return found;
}

/** Shortest text that reads back as the same number; never a DECIMAL, which would not hold every double. */
function numberLiteral(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return `CAST('${value}' AS DOUBLE)`;
}
