/** Rows by facet, group, label and prediction: all that the bias metrics need; no row leaves the database. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { FacetSettings } from '../../shared/settings.ts';

/** Rows of one side of a comparison. `labels`: rows by class code. The others: by positive label and prediction. */
export interface SideCounts {
  readonly labels: readonly number[];
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Rows with the facet's value (`d`) against all other rows (`a`). */
export interface Comparison {
  readonly column: string;
  readonly value: string;
  readonly a: SideCounts;
  readonly d: SideCounts;
  /** The same by the values of the group column; absent without one. */
  readonly groups?: readonly { readonly a: SideCounts; readonly d: SideCounts }[];
}

/** One line of the GROUP BY; codes of classes. Without predictions `predicted` is the label. */
export interface CountedRows {
  readonly facet: string;
  readonly stratum: string | null;
  readonly label: number;
  readonly predicted: number;
  readonly rows: number;
}

export interface CountOptions {
  readonly database: DuckDb;
  /** SQL of the rows, with the facets' columns, the group's, `label` and `__predicted` (class codes). */
  readonly source: string;
  readonly group?: string;
}

/** Names of the sides of a pair, joined. */
export const PAIR = ' & ';
/** A facet by threshold has this one value, beside the rest. */
export const aboveThreshold = (threshold: number) => `> ${threshold}`;

/** SQL of a facet's value as text; NULL where there is none. */
function facetValue({ column, threshold }: FacetSettings): string {
  const name = identifier(column);
  if (threshold === undefined) return `CAST(${name} AS VARCHAR)`;
  const above = literal(aboveThreshold(threshold));
  const below = literal(`<= ${threshold}`);
  return `CASE WHEN ${name} > ${threshold} THEN ${above} WHEN ${name} <= ${threshold} THEN ${below} END`;
}

/**
 * Counts of one facet, or of a pair of facets, by one GROUP BY. Rows without a label, a prediction or the facet's value
 * are left out.
 */
export async function countRows(
  { database, source, group }: CountOptions,
  facets: readonly FacetSettings[],
): Promise<CountedRows[]> {
  const value = facets.map(facetValue).join(` || ${literal(PAIR)} || `);
  const stratum = group === undefined ? 'NULL' : `CAST(${identifier(group)} AS VARCHAR)`;
  return database.rows<CountedRows>(
    `SELECT ${value} AS facet, ${stratum} AS stratum, CAST(label AS INTEGER) AS label,
       CAST(__predicted AS INTEGER) AS predicted, count(*) AS rows
     FROM (${source}) WHERE ${value} IS NOT NULL AND label IS NOT NULL AND __predicted IS NOT NULL
     GROUP BY ALL ORDER BY ALL`,
  );
}

export interface CompareOptions {
  readonly column: string;
  readonly value: string;
  readonly classes: number;
  /** Codes of the classes that count as positive. */
  readonly positive: readonly number[];
  readonly grouped: boolean;
}

/** One value against all others. */
export function compare(
  rows: readonly CountedRows[],
  { column, value, grouped, ...options }: CompareOptions,
): Comparison {
  const all = { a: emptySide(options.classes), d: emptySide(options.classes) };
  const groups = new Map<string | null, typeof all>();
  for (const row of rows) {
    const side = row.facet === value ? 'd' : 'a';
    add(all[side], row, options.positive);
    if (!grouped) continue;
    const group = groups.get(row.stratum) ?? { a: emptySide(options.classes), d: emptySide(options.classes) };
    groups.set(row.stratum, group);
    add(group[side], row, options.positive);
  }
  return { column, value, ...all, ...(grouped ? { groups: [...groups.values()] } : {}) };
}

type Tally = { -readonly [Key in Exclude<keyof SideCounts, 'labels'>]: number } & {
  readonly labels: number[];
};

const emptySide = (classes: number): Tally => ({
  labels: Array.from({ length: classes }, () => 0),
  ...{ tp: 0, fp: 0, fn: 0, tn: 0 },
});

function add(to: Tally, { label, predicted, rows }: CountedRows, positive: readonly number[]): void {
  to.labels[label]! += rows;
  const right = positive.includes(label);
  if (positive.includes(predicted)) to[right ? 'tp' : 'fp'] += rows;
  else to[right ? 'fn' : 'tn'] += rows;
}
