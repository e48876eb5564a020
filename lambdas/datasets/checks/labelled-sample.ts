/**
 * A sample of labelled rows, small enough to be a fact: from it the rule `leakage-hints` asks how well each feature
 * alone tells the classes apart.
 *
 * The rows of a class with the smallest hashes of (file, row): uniform, the same whatever the order of rows in the table
 * or the number of shards, and mergeable, because the smallest of all are among the smallest of each part. The hash is
 * not of the contents, which would take all copies of a repeated row or none.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { ProblemSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import { featuresOf } from '../schema/schema.ts';
import { labelExpression } from '../schema/typed-columns.ts';
import type { LabelledSample, SampledRow } from './fact-types.ts';

/** Values of a class over all features: about 600 kB as JSON for both classes. */
const VALUES_PER_CLASS = 30_000;
const [LEAST_ROWS, MOST_ROWS] = [60, 2_000];

/** Samples at most `rowsPerClass` rows of each class; undefined when there is no feature to look at. */
export async function sampleLabelledRows(
  database: DuckDb,
  schema: DatasetSchema,
  target: SchemaColumn,
  problem?: ProblemSettings,
): Promise<LabelledSample | undefined> {
  const features = featuresOf(schema);
  if (features.length === 0) return undefined;
  const fair = Math.floor(VALUES_PER_CLASS / features.length);
  const rowsPerClass = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, fair));
  const label = labelExpression(target, problem);
  // which rows first: carrying every column through the selection would cost many times as much
  const chosen = await database.rows<{ ids: number[] }>(
    `SELECT arg_min(id, h, ${rowsPerClass}) AS ids
     FROM (SELECT rowid AS id, ${label} AS label, ${ORDER} AS h FROM data) WHERE label IS NOT NULL GROUP BY label`,
  );
  const ids = chosen.flatMap((one) => one.ids);
  const rows = ids.length === 0 ? [] : await sampledRows(database, features, label, ids);
  const sampled = (one: number): SampledRow[] =>
    rows
      .filter((row) => row.label === one)
      .map((row) => [row.h!, ...features.map((_, index) => row[`v${index}`] ?? null)]);
  return {
    columns: features.map(({ name, type }) => ({ name, kind: type === 'string' ? 'category' : 'number' })),
    rowsPerClass,
    negatives: sampled(0),
    positives: sampled(1),
  };
}

/** 53 bits, so that a number holds it. */
const ORDER = 'CAST(hash(__file, __row) >> 11 AS BIGINT)';

async function sampledRows(
  database: DuckDb,
  features: readonly SchemaColumn[],
  label: string,
  ids: readonly number[],
): Promise<Record<string, number | null>[]> {
  const values = features.map((feature, index) => `${sampledValue(feature)} AS v${index}`).join(', ');
  return database.rows(
    `SELECT ${label} AS label, ${ORDER} AS h, ${values} FROM data
     WHERE rowid IN (SELECT unnest([${ids.join(', ')}])) ORDER BY h`,
  );
}

/** As a number that JSON can hold: an infinity becomes the largest number, NaN counts as missing. */
function sampledValue({ name, type }: SchemaColumn): string {
  const column = identifier(name);
  switch (type) {
    case 'string':
      return `CAST(hash(${column}) >> 16 AS BIGINT) * nullif(CAST(${column} IS NOT NULL AS BIGINT), 0)`;
    case 'timestamp':
      return `CAST(epoch_ms(${column}) AS DOUBLE)`;
    case 'double':
      return `CASE WHEN isfinite(${column}) THEN ${column}
        WHEN isinf(${column}) THEN sign(${column}) * ${Number.MAX_VALUE}::DOUBLE END`;
    default:
      return `CAST(${column} AS DOUBLE)`;
  }
}
