/** DuckDB in memory, spilling to the function's ephemeral storage. */
import { availableParallelism } from 'node:os';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

export interface DuckDb {
  /** Runs a statement for its effect. */
  run(sql: string, values?: readonly DuckDBValue[]): Promise<void>;
  /** Rows as objects; 64-bit and 128-bit integers become numbers, so cast sums that may pass 2^53 to double yourself. */
  rows<Row>(sql: string, values?: readonly DuckDBValue[]): Promise<Row[]>;
  /** The single row that the statement gives. */
  row<Row>(sql: string, values?: readonly DuckDBValue[]): Promise<Row>;
  /** Chunks of rows as arrays of columns, for results too long to hold. */
  chunks(sql: string): AsyncIterable<readonly (readonly DuckDBValue[])[]>;
  /** Chunks of rows whose columns are all DOUBLE, without making arrays of them; the next is fetched meanwhile. */
  numbers(sql: string): AsyncIterable<NumberChunk>;
}

/** Up to 2,048 rows. */
export interface NumberChunk {
  readonly rowCount: number;
  readonly columns: readonly NumberColumn[];
}

export interface NumberColumn {
  /** NULL costs some 60 ns more than a number: replace it in the statement where that matters. */
  getItem(row: number): number | null;
}

export type FileFormat = 'csv' | 'jsonl' | 'parquet';

/** Share of the function's memory that DuckDB may use: the rest is Node's, the driver's and the page buffers'. */
const MEMORY_SHARE = 0.6;
/** Lambda gives one virtual CPU for each 1,769 MB. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEGABYTES_PER_CPU = 1769;

/** Runs `work` with a database that is closed afterwards. `directory` takes what does not fit in memory. */
export async function withDuckDb<T>(directory: string, work: (database: DuckDb) => Promise<T>): Promise<T> {
  const memoryMb = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 1769);
  const threads = Math.max(1, Math.min(availableParallelism(), Math.round(memoryMb / MEGABYTES_PER_CPU)));
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryMb * MEMORY_SHARE)}MB`,
    temp_directory: `${directory}/duckdb`,
    // HOME is not set on Lambda and extensions are never loaded from the network
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET home_directory = ${literal(directory)}; SET TimeZone = 'UTC'`);
    return await work(wrap(connection));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function wrap(connection: DuckDBConnection): DuckDb {
  const rows = async <Row>(sql: string, values?: readonly DuckDBValue[]): Promise<Row[]> => {
    const reader = await connection.runAndReadAll(sql, values as DuckDBValue[] | undefined);
    return reader.getRowObjectsJS().map((row) => withNumbers(row) as Row);
  };
  return {
    rows,
    row: async <Row>(sql: string, values?: readonly DuckDBValue[]) => (await rows<Row>(sql, values))[0]!,
    run: async (sql, values) => {
      await connection.run(sql, values as DuckDBValue[] | undefined);
    },
    async *chunks(sql) {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) return;
        yield chunk.getColumns();
      }
    },
    async *numbers(sql) {
      const result = await connection.stream(sql);
      const columns = Array.from({ length: result.columnCount }, (_, index) => index);
      let coming = result.fetchChunk();
      try {
        for (;;) {
          const chunk = await coming;
          if (!chunk || chunk.rowCount === 0) return;
          coming = result.fetchChunk();
          // it is awaited only when the caller asks for more: a failure must not count as unhandled until then
          coming.catch(() => {});
          yield {
            rowCount: chunk.rowCount,
            columns: columns.map((index) => chunk.getColumnVector(index) as unknown as NumberColumn),
          };
        }
      } finally {
        // whoever stops early must not leave a fetch under way on a connection that is then closed
        await coming.catch(() => {});
      }
    },
  };
}

function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withNumbers(member)]));
}

/** A string as SQL literal. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** A name as SQL identifier. */
export const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Table expression over files of one format. CSV and JSON Lines come as text columns: what a value is, is decided by
 * the declared type and a lossless cast, not by a sniffer that may change its mind between two files.
 */
export function scan(format: FileFormat, files: readonly string[], options: readonly string[] = []): string {
  const list = `[${files.map(literal).join(', ')}]`;
  const all = (own: readonly string[]) => [list, ...own, ...options].join(', ');
  switch (format) {
    case 'csv':
      return `read_csv(${all(["header = true, all_varchar = true, union_by_name = true, nullstr = ''"])})`;
    case 'jsonl':
      return `read_json(${all(["format = 'newline_delimited', union_by_name = true, sample_size = -1"])})`;
    case 'parquet':
      return `read_parquet(${all(['union_by_name = true'])})`;
  }
}
