/**
 * The distinct values of columns that have few, with exact counts: what a profile lists.
 *
 * Which columns have few does not depend on the order of rows or on shards: a column has too many as soon as any part
 * of it has.
 */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import { MAXIMUM_LISTED_VALUES } from './grid-edges.ts';
import { COLUMNS_AT_ONCE, groupTexts, parts } from './group-texts.ts';
import { profileKind } from './profile.ts';

/** Distinct texts of a column that are counted; with more, the list of categories comes from the sample. */
export const MAXIMUM_COUNTED_TEXTS = 100_000;
/** DuckDB's estimate is within a few percent, so so many times the limit is surely too many. */
const SURELY_TOO_MANY = 2;
/** And so many times the limit is surely not too many. */
const SURELY_FEW = 0.5;

export interface DistinctValuesOptions {
  readonly table: string;
  readonly schema: DatasetSchema;
  /** Sample of the same table: many values in it spare a look at all rows. */
  readonly sample: string;
  /**
   * Table to make: `name`, `text` (of categorical columns), `number` (of numeric ones), `rows`. A column with too many
   * has one row without text, number and rows.
   */
  readonly into: string;
}

/** Counts the distinct values of a table. */
export async function countDistinctValues(database: DuckDb, options: DistinctValuesOptions): Promise<void> {
  const { table, schema, sample, into } = options;
  await database.run(
    `CREATE OR REPLACE TABLE ${into} (name VARCHAR, text VARCHAR, number DOUBLE, rows BIGINT)`,
  );
  const { tooMany, fewTexts } = await lookAtNumbers(database, { table, schema, sample, into });
  await countFewTexts(database, { table, columns: [...fewTexts], into });
  for (const column of schema.columns) {
    const kind = profileKind(column.type, column.role);
    if (kind === 'opaque' || fewTexts.has(column.name)) continue;
    if (tooMany.has(column.name)) {
      await database.run(`INSERT INTO ${into} VALUES (${literal(column.name)}, NULL, NULL, NULL)`);
      continue;
    }
    const isNumeric = kind === 'numeric';
    const value = isNumeric ? finiteNumber(column) : `CAST(${identifier(column.name)} AS VARCHAR)`;
    await database.run(
      `INSERT INTO ${into} SELECT ${literal(column.name)}, ${isNumeric ? 'NULL, value' : 'value, NULL'}, count(*)
       FROM (SELECT ${value} AS value FROM ${table}) WHERE value IS NOT NULL GROUP BY value
       LIMIT ${limitOf(isNumeric) + 1}`,
    );
  }
}

async function countFewTexts(
  database: DuckDb,
  {
    table,
    columns,
    into,
  }: { readonly table: string; readonly columns: readonly string[]; readonly into: string },
): Promise<void> {
  for (const pass of parts(columns, COLUMNS_AT_ONCE)) {
    const names = pass.map(literal).join(', ');
    await database.run(
      `INSERT INTO ${into} SELECT ([${names}])[place + 1], text, NULL, rows FROM (${groupTexts(table, pass)})
       WHERE text IS NOT NULL`,
    );
  }
}

/** Adds up the distinct values of parts. `values` is a relation with the rows of all their tables. */
export async function mergeDistinctValues(database: DuckDb, values: string, into: string): Promise<void> {
  await database.run(
    `CREATE OR REPLACE TABLE ${into} AS SELECT name, text, number, CAST(sum(rows) AS BIGINT) AS rows
     FROM ${values} GROUP BY name, text, number`,
  );
}

/** Columns of which `into` holds every value. */
export async function columnsWithAllValues(
  database: DuckDb,
  schema: DatasetSchema,
  into: string,
): Promise<Set<string>> {
  const found = await database.rows<{ name: string; count: number; many: number }>(
    `SELECT name, count(*) AS count, count(*) - count(rows) AS many FROM ${into} GROUP BY name`,
  );
  const counts = new Map(found.map(({ name, count, many }) => [name, many > 0 ? Infinity : count]));
  const few = schema.columns.filter(({ name, type, role }) => {
    return (counts.get(name) ?? 0) <= limitOf(profileKind(type, role) === 'numeric');
  });
  return new Set(few.map(({ name }) => name));
}

/** A numeric column as a finite double without a negative zero, else NULL. */
export function finiteNumber({ name }: Pick<SchemaColumn, 'name'>): string {
  const x = `CAST(${identifier(name)} AS DOUBLE)`;
  return `CASE WHEN isfinite(${x}) THEN ${x} + 0 END`;
}

const limitOf = (isNumeric: boolean) => (isNumeric ? MAXIMUM_LISTED_VALUES : MAXIMUM_COUNTED_TEXTS);

/** Names of columns that a cheap look proves to have too many values, and of texts that it proves to have few. */
async function lookAtNumbers(
  database: DuckDb,
  { table, schema, sample }: DistinctValuesOptions,
): Promise<{ readonly tooMany: ReadonlySet<string>; readonly fewTexts: ReadonlySet<string> }> {
  const of = (kind: string) => schema.columns.filter(({ type, role }) => profileKind(type, role) === kind);
  const tooMany = new Set<string>();
  const fewTexts = new Set<string>();
  const look = async (columns: readonly SchemaColumn[], from: string, limit: number, few?: Set<string>) => {
    if (columns.length === 0) return;
    const estimates = columns.map(({ name }, i) => `approx_count_distinct(${identifier(name)}) AS d${i}`);
    const estimated = await database.row<Record<string, number>>(
      `SELECT ${estimates.join(', ')} FROM ${from}`,
    );
    for (const [index, { name }] of columns.entries()) {
      const estimate = estimated[`d${index}`]!;
      if (estimate > SURELY_TOO_MANY * limit) tooMany.add(name);
      else if (estimate < SURELY_FEW * limit) few?.add(name);
    }
  };
  await look(of('numeric'), sample, MAXIMUM_LISTED_VALUES);
  await look(of('categorical'), table, MAXIMUM_COUNTED_TEXTS, fewTexts);
  return { tooMany, fewTexts };
}
