/** Counts a window's captured rows on the edges and values of a baseline. */
import { assembleProfile } from '../datasets/profile/assemble-profile.ts';
import { countMeasures } from '../datasets/profile/duckdb-engine.ts';
import { planOf } from '../datasets/profile/edge-plan.ts';
import { measuresOf } from '../datasets/profile/measures.ts';
import type { ColumnProfile } from '../datasets/profile/profile.ts';
import { fromText } from '../datasets/schema/typed-columns.ts';
import type { Baseline } from '../evaluation/contract.ts';
import { readDoubles } from '../shared/doubles.ts';
import { type DuckDb, identifier } from '../shared/duckdb.ts';
import type { ProblemType } from '../shared/settings.ts';

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

/** Column of `window_rows` with the prediction. */
export const PREDICTION = '__score';

/** Makes `window_rows` of the table `captured`: typed, with the prediction in `__score`. */
export async function typeRows(database: DuckDb, baseline: Baseline): Promise<void> {
  const features = baseline.features.map(
    ({ name, type }) => `, ${fromText(identifier(name), type)} AS ${identifier(name)}`,
  );
  // of several classes the score of the predicted one, as in the baseline
  const score = baseline.predictedClasses
    ? `list_max(TRY_CAST(string_split(__prediction, ',') AS DOUBLE[]))`
    : fromText('__prediction', 'double');
  await database.run(
    `CREATE OR REPLACE TABLE window_rows AS SELECT __inference_id, __row,
       ${score} AS ${PREDICTION}${features.join('')} FROM captured`,
  );
}

/** Needs the tables `captured` and `window_rows`. */
export async function countWindow(database: DuckDb, baseline: Baseline): Promise<CountedWindow> {
  const reference = [...baseline.features, { ...baseline.prediction, name: PREDICTION }];
  const counted = await countColumns(database, 'window_rows', reference);
  const prediction = counted.pop()!;
  const invalid = await countInvalid(database, baseline);
  return {
    features: counted.map((column, index) => ({
      ...column,
      window: { ...column.window, invalid: invalid[index]! },
    })),
    prediction: {
      ...prediction,
      baseline: baseline.prediction,
      window: { ...prediction.window, name: baseline.prediction.name },
    },
  };
}

/** Captured texts that are not of their feature's type, which the typed table holds as missing; by feature. */
async function countInvalid(database: DuckDb, { features }: Baseline): Promise<number[]> {
  if (features.length === 0) return [];
  const counts = features.map(({ name, type }, index) => {
    const text = identifier(name);
    return `count(*) FILTER (${text} IS NOT NULL AND (${fromText(text, type)}) IS NULL) AS c${index}`;
  });
  const row = await database.row<Record<string, number>>(`SELECT ${counts.join(', ')} FROM captured`);
  return features.map((_, index) => row[`c${index}`]!);
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

/**
 * The window's rows that have a label, by inference id and row; none for several classes, whose scores are not kept.
 * Needs `window_rows` and `labels`.
 */
export async function labelledRows(
  database: DuckDb,
  problem: ProblemType,
): Promise<{ readonly labels: Float64Array; readonly scores: Float64Array }> {
  if (problem === 'multiclass') return { labels: new Float64Array(), scores: new Float64Array() };
  const isGood = problem === 'binary' ? `w.${PREDICTION} BETWEEN 0 AND 1` : `isfinite(w.${PREDICTION})`;
  const sql = `SELECT CAST(l.label AS DOUBLE), w.${PREDICTION} FROM window_rows AS w
    JOIN labels AS l ON l.inference_id = w.__inference_id AND l.row = w.__row
    WHERE ${isGood} ORDER BY w.__inference_id, w.__row`;
  const [labels, scores] = await readDoubles(database, sql, 2);
  return { labels: labels!, scores: scores! };
}
