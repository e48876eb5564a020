/** A profile as a table for people. */
import type { ColumnProfile, DatasetProfile } from '../../lambdas/datasets/profile/profile.ts';
import { histogramOf } from './histogram.ts';
import { countText, printable, table } from './output.ts';

/** Values that a cell names. */
const NAMED_VALUES = 3;
const LONGEST_VALUE = 20;
const RARE_SHARE = 0.005;

/** One line a column: what it is, what is missing, its middle and ends or its most frequent values, and its shape. */
export function profileView({ columns }: Pick<DatasetProfile, 'columns'>): string {
  // where nobody has said what columns are for, they are all features
  const hasRoles = columns.some(({ role }) => role !== 'feature' && role !== 'ignored');
  return table(
    [
      ...['column', 'type', ...(hasRoles ? ['role'] : [])],
      ...['missing', 'distinct', 'min', 'mean', 'max', 'most frequent', 'shape'],
    ],
    columns.map((column) => [
      cut(column.name, 32),
      column.type,
      ...(hasRoles ? [column.role] : []),
      missingText(column),
      ...valuesOf(column),
      isAllRare(column) ? '' : histogramOf(column),
    ]),
  );
}

function valuesOf(column: ColumnProfile): readonly string[] {
  switch (column.kind) {
    case 'opaque':
      return ['', '', '', '', ''];
    case 'numeric':
      if (column.n === 0) return ['0', '', '', '', ''];
      return [
        countText(column.distinct),
        column.minText ?? numberText(column.min!),
        numberText(column.mean),
        column.maxText ?? numberText(column.max!),
        '',
      ];
    case 'categorical':
      return [countText(column.distinct), '', '', '', frequentText(column)];
  }
}

function frequentText(column: Extract<ColumnProfile, { kind: 'categorical' }>): string {
  const { values, other, rows, missing } = column;
  const present = rows - missing;
  if (present === 0) return '';
  if (isAllRare(column)) return `each rare, such as ${quoted(values[0]![0])}`;
  const named = values.slice(0, NAMED_VALUES).filter(([, count]) => count > 0);
  const rest = values.length > named.length || other > 0 ? ', …' : '';
  return `${named.map(([value, count]) => `${quoted(value)} ${percentText(count / present)}`).join(', ')}${rest}`;
}

/** Identifiers and the like: shares of single values say nothing. */
function isAllRare(column: ColumnProfile): boolean {
  if (column.kind !== 'categorical') return false;
  const most = column.values[0]?.[1] ?? 0;
  return most > 0 && most < RARE_SHARE * (column.rows - column.missing);
}

/** Text with spaces at its ends, or none, would not be seen. */
function quoted(value: string): string {
  const text = cut(value, LONGEST_VALUE);
  return text === '' || text !== text.trim() ? JSON.stringify(text) : text;
}

function missingText({ missing, rows }: ColumnProfile): string {
  return missing === 0 ? '' : percentText(missing / rows);
}

/** A share in percent: `<0.1 %` for a little, `100 %` only for all. */
export function percentText(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1 %';
  if (share < 1 && share > 0.999) return '>99.9 %';
  return `${(100 * share).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`;
}

/** Four significant digits; whole numbers up to a billion as they are. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e9 || magnitude < 1e-3) return value.toExponential(3);
  return String(Number(value.toPrecision(magnitude >= 1000 ? Math.ceil(Math.log10(magnitude)) : 4)));
}

function cut(text: string, longest: number): string {
  const characters = [...printable(text)];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
}
