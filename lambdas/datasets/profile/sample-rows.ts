/**
 * A sample of rows that depends on nothing but the rows' content: not on their order, their files or the shards.
 *
 * Rows of one content are one entry with a count. Kept are the entries whose content hashes lowest, so the sample of a
 * whole is made from the samples of its parts. It only says where bins end; what is in them is counted on all rows.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { DatasetSchema } from '../contract.ts';
import { profileKind } from './profile.ts';

/**
 * Entries of a sample. A rank is then off by at most 1.95/√100000 = 0.6 % (Kolmogorov, 99.9 %), less than two of 256
 * bins.
 */
const SAMPLE_ENTRIES = 100_000;
/** A wide table's sample has fewer entries, so that it fits in memory: 20,000 of a thousand columns, 1.4 %. */
const SAMPLE_CELLS = 20_000_000;
/** The first try takes this many times as many rows as needed; fewer rows would make a second try likely. */
const FIRST_TRY = 1.3;
/** With repeated rows a try finds too few entries; the next looks at so many times as many rows. */
const NEXT_TRY = 4;
const HASHES = 2n ** 64n;
/** Columns from which on their buffers are most of the memory. */
const WIDE = 200;

export interface SampleOptions {
  /** Table, view or subquery in brackets with the schema's columns. */
  readonly table: string;
  readonly schema: DatasetSchema;
  /** Table to make: `__hash` (UBIGINT, unique), `__copies` (rows of that content) and the compared columns. */
  readonly into: string;
  /** The same for all parts of a whole. @default - 100,000, fewer for more than 200 columns */
  readonly entries?: number;
}

/** Makes the sample of a table. */
export async function sampleRows(database: DuckDb, options: SampleOptions): Promise<void> {
  const { table, schema, into, entries = defaultEntries(schema) } = options;
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
  const content = schema.columns.map(({ name }) => identifier(name)).join(', ');
  const columns = comparedColumns(schema);
  // hashed twice: a hash of few small integers is not spread evenly by itself
  const hashed = `SELECT hash(hash(${content})) AS __hash${columns.map((name) => `, ${name}`).join('')} FROM ${table}`;
  for (let tried = FIRST_TRY * entries; ; tried *= NEXT_TRY) {
    const isAll = tried >= rows;
    const bound = (HASHES * BigInt(Math.ceil(tried))) / BigInt(Math.max(rows, 1));
    const rowsBelow = `SELECT *, 1 AS __copies FROM (${hashed}) ${isAll ? '' : `WHERE __hash < ${bound}::UBIGINT`}`;
    const found = await keepLowest(database, rowsBelow, { columns, entries, into });
    if (isAll || found >= entries) return;
  }
}

export interface MergeSamplesOptions extends Omit<SampleOptions, 'table'> {
  /** Relation with the rows of all samples: `read_parquet([...])` or a UNION ALL in brackets. */
  readonly samples: string;
}

/** Makes the sample of a whole from those of its parts. */
export async function mergeSamples(database: DuckDb, options: MergeSamplesOptions): Promise<void> {
  const { samples, schema, into, entries = defaultEntries(schema) } = options;
  await keepLowest(database, `SELECT * FROM ${samples}`, { columns: comparedColumns(schema), entries, into });
}

interface KeepOptions {
  readonly columns: readonly string[];
  readonly entries: number;
  readonly into: string;
}

/**
 * Makes the table of the entries with the lowest hashes, copies added up. @returns how many there are.
 *
 * Which ones is decided on the hashes alone: grouping whole rows takes 1.4 GB for a thousand columns, and rows seldom
 * repeat.
 */
async function keepLowest(database: DuckDb, rows: string, options: KeepOptions): Promise<number> {
  const { columns, entries, into } = options;
  const kept = `${into}_kept`;
  await database.run(
    `CREATE OR REPLACE TABLE ${kept} AS SELECT __hash, CAST(sum(__copies) AS BIGINT) AS __copies, count(*) AS found
     FROM (${rows}) GROUP BY __hash ORDER BY __hash LIMIT ${entries}`,
  );
  const { count, repeated } = await database.row<{ count: number; repeated: number }>(
    `SELECT count(*) AS count, count(*) FILTER (found > 1) AS repeated FROM ${kept}`,
  );
  const isRepeated = repeated > 0;
  const values = columns.map((name) => `, ${isRepeated ? `any_value(${name}) AS ${name}` : name}`).join('');
  const statement = `CREATE OR REPLACE TABLE ${into} AS
     SELECT __hash, ${isRepeated ? 'any_value(kept.__copies)' : 'kept.__copies'} AS __copies${values}
     FROM (${rows}) AS found JOIN ${kept} AS kept USING (__hash) ${isRepeated ? 'GROUP BY __hash' : ''};
     DROP TABLE ${kept}`;
  await (columns.length > WIDE ? runOnOneThread(database, statement) : database.run(statement));
  return count;
}

/** Each thread has buffers of half a megabyte for a column of a table that it makes, however few rows it fills them with. */
async function runOnOneThread(database: DuckDb, statement: string): Promise<void> {
  const { threads } = await database.row<{ threads: number }>("SELECT current_setting('threads') AS threads");
  await database.run('SET threads = 1');
  try {
    await database.run(statement);
  } finally {
    await database.run(`SET threads = ${threads}`);
  }
}

const defaultEntries = ({ columns }: DatasetSchema) =>
  Math.min(SAMPLE_ENTRIES, Math.ceil(SAMPLE_CELLS / Math.max(1, columns.length)));

const comparedColumns = ({ columns }: DatasetSchema): string[] =>
  columns
    .filter(({ type, role }) => profileKind(type, role) !== 'opaque')
    .map(({ name }) => identifier(name));
