/** Many aggregates over the table `data` in few scans, where one that fails does not take the others with it. */
import type { DuckDb } from '../../shared/duckdb.ts';

/** Aggregates of one query: more make DuckDB's planner slow, fewer make more scans. */
const BATCH = 400;

export interface Aggregate {
  /** SQL of one aggregate. */
  readonly sql: string;
}

export type AggregateResult = { readonly value: unknown } | { readonly error: string };

/** The value of each aggregate, in order, or why it has none. */
export async function runAggregates(
  database: DuckDb,
  aggregates: readonly Aggregate[],
): Promise<AggregateResult[]> {
  const results: AggregateResult[] = [];
  for (let from = 0; from < aggregates.length; from += BATCH) {
    results.push(...(await runBatch(database, aggregates.slice(from, from + BATCH))));
  }
  return results;
}

/** On an error the batch is halved until the culprits stand alone. */
async function runBatch(database: DuckDb, batch: readonly Aggregate[]): Promise<AggregateResult[]> {
  const select = batch.map(({ sql }, index) => `${sql} AS a${index}`).join(', ');
  try {
    const row = await database.row<Record<string, unknown>>(`SELECT ${select} FROM data`);
    return batch.map((_, index) => ({ value: row[`a${index}`] }));
  } catch (error) {
    if (batch.length === 1) return [{ error: firstLine(error) }];
    const middle = batch.length >> 1;
    return [
      ...(await runBatch(database, batch.slice(0, middle))),
      ...(await runBatch(database, batch.slice(middle))),
    ];
  }
}

/** DuckDB's messages go on with hints and a drawing of the query. */
export function firstLine(error: unknown): string {
  return ((error as Error).message.split('\n')[0] ?? '').slice(0, 300);
}
