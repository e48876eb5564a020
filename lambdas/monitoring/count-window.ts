/** Counts a window's captured rows on the edges and values of a baseline. */
import type { CategoricalProfile, ColumnProfile, NumericProfile } from '../datasets/profile/profile.ts';
import { countOnProfile } from '../datasets/profile/profile-table.ts';
import { fromText } from '../datasets/schema/typed-columns.ts';
import type { Baseline } from '../evaluation/contract.ts';
import { type DuckDb, identifier, literal } from '../shared/duckdb.ts';

export interface CountedWindow {
  /** In the order of the baseline's features. */
  readonly features: readonly CountedColumn[];
  readonly prediction: CountedColumn;
}

export interface CountedColumn {
  readonly baseline: ColumnProfile;
  readonly window: ColumnProfile;
  readonly newValues: readonly string[];
  readonly outOfRange: number;
}

const PREDICTION = '__score';
/** New categories that a report names. */
const NAMED_CATEGORIES = 10;

/** Needs the table `captured`; leaves `window_rows`, typed, with the prediction in `__score`. */
export async function countWindow(database: DuckDb, baseline: Baseline): Promise<CountedWindow> {
  const features = baseline.features.map(
    ({ name, type }) => `, ${fromText(identifier(name), type)} AS ${identifier(name)}`,
  );
  await database.run(
    `CREATE OR REPLACE TABLE window_rows AS SELECT __inference_id, __row,
       ${fromText('__prediction', 'double')} AS ${PREDICTION}${features.join('')} FROM captured`,
  );
  const reference = [...baseline.features, { ...baseline.prediction, name: PREDICTION }];
  const { columns } = await countOnProfile(database, 'window_rows', reference);
  const counted: CountedColumn[] = [];
  for (const [index, window] of columns.entries()) {
    const stored = reference[index]!;
    counted.push({
      baseline: stored,
      window,
      newValues: stored.kind === 'categorical' ? await newValues(database, stored, window) : [],
      outOfRange: stored.kind === 'numeric' ? await outOfRange(database, stored) : 0,
    });
  }
  const prediction = counted.pop()!;
  return {
    features: counted,
    prediction: {
      ...prediction,
      baseline: baseline.prediction,
      window: { ...prediction.window, name: baseline.prediction.name },
    },
  };
}

async function newValues(
  database: DuckDb,
  { name, values }: CategoricalProfile,
  window: ColumnProfile,
): Promise<string[]> {
  if (window.kind !== 'categorical' || window.other === 0) return [];
  const value = `CAST(${identifier(name)} AS VARCHAR)`;
  const known = values.map(([listed]) => literal(listed)).join(', ');
  const found = await database.rows<{ value: string }>(
    `SELECT ${value} AS value FROM window_rows WHERE ${value} NOT IN (${known || "''"})
     GROUP BY 1 ORDER BY count(*) DESC, value LIMIT ${NAMED_CATEGORIES}`,
  );
  return found.map((row) => row.value);
}

async function outOfRange(database: DuckDb, { name, min, max }: NumericProfile): Promise<number> {
  if (min === undefined || max === undefined) return 0;
  const x = `CAST(${identifier(name)} AS DOUBLE)`;
  const { count } = await database.row<{ count: number }>(
    `SELECT count(*) AS count FROM window_rows WHERE isfinite(${x}) AND (${x} < ${min}::DOUBLE OR ${x} > ${max}::DOUBLE)`,
  );
  return count;
}

/** The window's rows that have a label, by inference id and row. Needs `window_rows` and `labels`. */
export async function labelledRows(
  database: DuckDb,
): Promise<{ readonly labels: Uint8Array; readonly scores: Float64Array }> {
  const labels: number[] = [];
  const scores: number[] = [];
  const sql = `SELECT CAST(l.label AS INTEGER), w.${PREDICTION} FROM window_rows AS w
    JOIN labels AS l ON l.inference_id = w.__inference_id AND l.row = w.__row
    WHERE w.${PREDICTION} BETWEEN 0 AND 1 ORDER BY w.__inference_id, w.__row`;
  for await (const [label, score] of database.chunks(sql)) {
    for (const value of label!) labels.push(value as number);
    for (const value of score!) scores.push(value as number);
  }
  return { labels: Uint8Array.from(labels), scores: Float64Array.from(scores) };
}
