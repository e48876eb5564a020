/** DuckDB on the machine of whoever types: as many threads as it has, half of its memory at most. */
import { availableParallelism, totalmem } from 'node:os';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';

/** What a function gets for each processor; `withDuckDb` counts threads by it. */
const MEGABYTES_PER_THREAD = 1769;
/** A profile of any size fits into this. */
const ENOUGH_MEGABYTES = 8 * MEGABYTES_PER_THREAD;

/** As `withDuckDb`, with this machine's memory and processors instead of a function's. */
export async function withLocalDuckDb<Answer>(
  directory: string,
  work: (database: DuckDb) => Promise<Answer>,
): Promise<Answer> {
  const megabytes = Math.floor(
    Math.min(ENOUGH_MEGABYTES, totalmem() / 2 / 1e6, availableParallelism() * MEGABYTES_PER_THREAD),
  );
  process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ??= String(megabytes);
  return withDuckDb(directory, work);
}
