/** Counts a window's captured rows on the edges and values of a baseline. */
import { assembleProfile } from '../datasets/profile/assemble-profile.ts';
import { countMeasures } from '../datasets/profile/duckdb-engine.ts';
import { planOf } from '../datasets/profile/edge-plan.ts';
import { measuresOf } from '../datasets/profile/measures.ts';
import type { ColumnProfile } from '../datasets/profile/profile.ts';
import { fromText } from '../datasets/schema/typed-columns.ts';
import type { Baseline } from '../evaluation/contract.ts';
import { type DuckDb, identifier } from '../shared/duckdb.ts';

export interface CountedWindow {
  /** In the order of the baseline's features. */
  readonly features: readonly CountedColumn[];
  readonly prediction: CountedColumn;
}

export interface CountedColumn {
  readonly baseline: ColumnProfile;
  readonly window: ColumnProfile;
  /** Most frequent categories that the baseline does not list; at most ten. */
  readonly newValues: readonly string[];
  /** Numbers below the baseline's minimum or above its maximum. */
  readonly outOfRange: number;
}

const PREDICTION = '__score';

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
  const counted = await countColumns(database, 'window_rows', reference);
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

/** Counts a table's columns on the edges and values of their baselines, in the order of those. */
export async function countColumns(
  database: DuckDb,
  table: string,
  baselines: readonly ColumnProfile[],
): Promise<CountedColumn[]> {
  const plan = planOf(baselines);
  const measured = await countMeasures(database, table, measuresOf(plan));
  return assembleProfile(plan, measured).columns.map((window, index) => {
    const { name, kind } = window;
    return {
      baseline: baselines[index]!,
      window,
      newValues: kind === 'categorical' ? measured.get('categories', name).newValues : [],
      outOfRange: kind === 'numeric' ? measured.get('outside', name) : 0,
    };
  });
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
