/** Metrics by the values of declared columns. */
import { join } from 'node:path';
import { type DuckDb, identifier, literal } from '../shared/duckdb.ts';
import { parseS3Uri } from '../shared/keys.ts';
import { downloadObject } from '../shared/objects.ts';
import type { GateSettings } from '../shared/settings.ts';
import type { Evaluation, Slice } from './contract.ts';
import { metricDirection } from './metrics/metric-direction.ts';
import { modelMetrics } from './metrics/model-metrics.ts';
import { answerWidth, type Reading, type ScoredRows } from './metrics/scored-rows.ts';

/** Values of a column that are told: the most frequent. */
const MOST_VALUES = 50;

/** Downloads a split's file of segments and makes the view `segments` of it. */
export async function openSegments(
  { database, directory }: { readonly database: DuckDb; readonly directory: string },
  uri: string,
): Promise<void> {
  const { bucket, key } = parseS3Uri(uri);
  const file = join(directory, 'segments.parquet');
  await downloadObject(bucket, key, file);
  await database.run(`CREATE VIEW segments AS FROM read_parquet(${literal(file)})`);
}

/** Slices of the holdout and the worst of those that have enough rows. Needs the view `segments`. */
export async function sliceMetrics(
  database: DuckDb,
  gates: GateSettings,
  { rows, reading }: { readonly rows: ScoredRows; readonly reading: Reading },
): Promise<NonNullable<Evaluation['slices']>> {
  const slices: Slice[] = [];
  const untold: NonNullable<NonNullable<Evaluation['slices']>['untold']>[number][] = [];
  for (const column of gates.slices?.columns ?? []) {
    const found = await positionsByValue(database, column);
    const rest = found.slice(MOST_VALUES);
    if (rest.length > 0) untold.push({ column, values: rest.length, mostRows: rest[0]![1].length });
    for (const [value, positions] of found.slice(0, MOST_VALUES)) {
      const challenger = modelMetrics(pick(rows, positions, answerWidth(reading.problem)), reading);
      slices.push({ column, value, rows: positions.length, challenger });
    }
  }
  return { slices, ...worstOf(slices, gates), ...(untold.length > 0 && { untold }) };
}

/** Rows of the holdout by value, the most frequent value first. */
async function positionsByValue(database: DuckDb, column: string): Promise<[string | null, number[]][]> {
  const name = identifier(column);
  const sql = `SELECT CAST(${name} AS VARCHAR), row FROM segments WHERE side = 'holdout' ORDER BY row`;
  const found = new Map<string | null, number[]>();
  for await (const [values, positions] of database.chunks(sql)) {
    for (const [at, value] of values!.entries()) {
      const key = value === null ? null : String(value);
      const list = found.get(key);
      if (list) list.push(Number(positions![at]));
      else found.set(key, [Number(positions![at])]);
    }
  }
  return [...found].sort(([, a], [, b]) => b.length - a.length);
}

function pick({ labels, scores }: ScoredRows, positions: readonly number[], width: number): ScoredRows {
  const picked = new Float64Array(positions.length * width);
  for (const [at, row] of positions.entries()) {
    picked.set(scores.subarray(row * width, (row + 1) * width), at * width);
  }
  return { labels: Float64Array.from(positions, (row) => labels[row]!), scores: picked };
}

function worstOf(
  slices: readonly Slice[],
  { primaryMetric, slices: settings }: GateSettings,
): Pick<NonNullable<Evaluation['slices']>, 'worst'> {
  const direction = metricDirection(primaryMetric);
  const known = slices
    .filter(({ rows }) => rows >= (settings?.minimumRows ?? 0))
    .flatMap(({ column, value, challenger }) => {
      const estimate = challenger.values[primaryMetric];
      return estimate ? [{ column, value, estimate }] : [];
    });
  const [worst] = known.sort((a, b) => direction * (a.estimate.value - b.estimate.value));
  return worst ? { worst } : {};
}
