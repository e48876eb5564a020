/** Chooses where bins end and which values are listed, from an order-free sample and exact counts of few values. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import { columnsWithAllValues, finiteNumber } from './distinct-values.ts';
import type { EdgePlan, PlannedColumn } from './edge-plan.ts';
import { GRID_FRACTIONS, gridEdges, quantiles, type WeightedNumbers } from './grid-edges.ts';
import { profileKind } from './profile.ts';

/** Most frequent values that a categorical profile lists. */
export const LISTED_CATEGORIES = 1000;
/**
 * Rows of one content count as at most this share of a sample that does not hold all rows: whether such a row is in it
 * is chance, and must not move the edges of all others.
 */
const MAXIMUM_SHARE = 0.01;

export interface EdgeOptions {
  readonly schema: DatasetSchema;
  /** Table made by `sampleRows` or `mergeSamples`. */
  readonly sample: string;
  /** Table made by `countDistinctValues` or `mergeDistinctValues`. */
  readonly values: string;
  /** Of the whole. */
  readonly rows: number;
}

/** The plan on which the whole, or any part of it, is then counted. */
export async function chooseEdges(database: DuckDb, options: EdgeOptions): Promise<EdgePlan> {
  const { schema, sample, values, rows } = options;
  const { sampled } = await database.row<{ sampled: number }>(
    `SELECT CAST(coalesce(sum(__copies), 0) AS DOUBLE) AS sampled FROM ${sample}`,
  );
  const most = sampled >= rows ? rows : Math.max(1, Math.floor(sampled * MAXIMUM_SHARE));
  const complete = await columnsWithAllValues(database, schema, values);
  const columns: PlannedColumn[] = [];
  for (const column of schema.columns) {
    const { name, type, role } = column;
    const kind = profileKind(type, role);
    const listed = complete.has(name) ? values : undefined;
    if (kind === 'opaque') columns.push({ kind, name, type, role });
    else if (kind === 'categorical') {
      const categories = await mostFrequent(database, column, { sample, listed });
      columns.push({ kind, name, type, role, values: categories });
    } else {
      const exact = listed ? await listedNumbers(database, name, listed) : undefined;
      const weighted = exact ?? (await sampledNumbers(database, column, { sample, most }));
      const found = exact ? [...exact.numbers] : undefined;
      const edges = gridEdges(quantiles(weighted, GRID_FRACTIONS), found);
      columns.push({ kind, name, type, role, ...edges, values: found });
    }
  }
  return { format: 1, columns };
}

async function listedNumbers(database: DuckDb, name: string, values: string): Promise<WeightedNumbers> {
  return weighted(
    database,
    `SELECT number, CAST(rows AS DOUBLE) FROM ${values} WHERE name = ${literal(name)}`,
  );
}

async function sampledNumbers(
  database: DuckDb,
  column: SchemaColumn,
  { sample, most }: { readonly sample: string; readonly most: number },
): Promise<WeightedNumbers> {
  const weight = `CAST(least(__copies, ${most}) AS DOUBLE)`;
  return weighted(
    database,
    `SELECT number, weight FROM (SELECT ${finiteNumber(column)} AS number, ${weight} AS weight FROM ${sample})
     WHERE number IS NOT NULL`,
  );
}

/** Sorted here: for 100,000 numbers that is as fast as in DuckDB, and so is reading them in any order. */
async function weighted(database: DuckDb, sql: string): Promise<WeightedNumbers> {
  const [numbers, weights]: [number[], number[]] = [[], []];
  for await (const { rowCount, columns } of database.numbers(sql)) {
    for (let row = 0; row < rowCount; row++) {
      numbers.push(columns[0]!.getItem(row)!);
      weights.push(columns[1]!.getItem(row)!);
    }
  }
  if (weights.every((weight) => weight === 1)) {
    return { numbers: Float64Array.from(numbers).sort(), weights: Float64Array.from(weights) };
  }
  const order = Uint32Array.from(numbers.keys()).sort((a, b) => numbers[a]! - numbers[b]!);
  return {
    numbers: Float64Array.from(order, (index) => numbers[index]!),
    weights: Float64Array.from(order, (index) => weights[index]!),
  };
}

/** Texts by rows, ties by code point: of all rows, or of the sample where there are too many to count. */
async function mostFrequent(
  database: DuckDb,
  { name }: SchemaColumn,
  { sample, listed }: { readonly sample: string; readonly listed: string | undefined },
): Promise<string[]> {
  const sampled = `SELECT CAST(${identifier(name)} AS VARCHAR) AS text, sum(__copies) AS rows FROM ${sample} GROUP BY 1`;
  const counted = `SELECT text, rows FROM ${listed} WHERE name = ${literal(name)}`;
  const found = await database.rows<{ text: string }>(
    `SELECT text FROM (${listed ? counted : sampled}) WHERE text IS NOT NULL
     ORDER BY rows DESC, text LIMIT ${LISTED_CATEGORIES}`,
  );
  return found.map(({ text }) => text);
}
