/** The statement that types the rows of some files and keeps what is not of its type. */
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import type { SourceColumn } from '../schema/schema.ts';
import { byMacro, rawExpression, sourceOf, typedExpression } from '../schema/typed-columns.ts';
import type { ReadableFile } from './inspected-file.ts';
import { scanFiles } from './scan-files.ts';
import type { StageOptions } from './stage-rows.ts';

/** Characters of a raw value that are kept for a message. */
const SHOWN = 80;
/** Columns from which on planning takes longer than reading. */
const WIDE = 200;

export interface StageTarget {
  readonly schema: DatasetSchema;
  readonly options: StageOptions;
}

/** Adds the rows of files that are read alike, `__row` left open, to the table `data`. */
export async function insertRows(
  database: DuckDb,
  batch: readonly ReadableFile[],
  { schema, options: { nullValues, typed = typedExpression } }: StageTarget,
): Promise<void> {
  const { columns: sources } = batch[0]!;
  const scan = scanFiles(batch, nullValues);
  const taken = schema.columns.map((column) => ({ column, source: sourceOf(column, sources) }));
  const values = taken.map(({ column: { type }, source }, at) =>
    source
      ? `${typed(source, type, byMacro)} AS t${at}, ${rawText(source)} AS r${at}`
      : `NULL AS t${at}, NULL AS r${at}`,
  );
  const strict = taken.flatMap(({ column, source }, at) =>
    source && !alwaysFits(source, column) ? [{ at, name: column.name }] : [],
  );
  const number =
    batch.length === 1
      ? `${batch[0]!.index}`
      : `(SELECT index FROM __files WHERE __files.filename = source.__filename)`;
  if (batch.length > 1) await nameFiles(database, batch);
  const statement = `INSERT INTO data SELECT ${[...taken.map((_, at) => `t${at}`), '__number', 'NULL', badValues(strict)].join(', ')}
     FROM (SELECT ${[...values, `${number} AS __number`].join(', ')} FROM ${scan} AS source)`;
  const isWide = schema.columns.length > WIDE;
  // it takes half of the time that DuckDB plans for, which grows with the square of the columns
  if (isWide) await database.run("SET disabled_optimizers = 'common_subexpressions'");
  try {
    await database.run(statement);
  } finally {
    if (isWide) await database.run('RESET disabled_optimizers');
  }
}

async function nameFiles(database: DuckDb, batch: readonly ReadableFile[]): Promise<void> {
  const rows = batch.map(({ data, index }) => `(${literal(data)}, ${index})`).join(', ');
  await database.run(
    `CREATE OR REPLACE TEMP TABLE __files AS SELECT * FROM (VALUES ${rows}) AS f (filename, index)`,
  );
}

/** Text is text: there is nothing that could be bad, and nothing to look for. */
const alwaysFits = ({ sourceType }: SourceColumn, { type }: SchemaColumn) =>
  type === 'string' && sourceType === 'VARCHAR';

const rawText = (source: SourceColumn) => `CAST(${rawExpression(source)} AS VARCHAR)`;

/** Map of the columns whose raw value is there and whose typed one is not; cheap for rows where there is none. */
function badValues(columns: readonly { readonly at: number; readonly name: string }[]): string {
  if (columns.length === 0) return 'NULL';
  const isBad = (at: number) => `(t${at} IS NULL AND r${at} IS NOT NULL)`;
  const entries = columns.map(
    ({ at, name }) => `CASE WHEN ${isBad(at)} THEN {'k': ${literal(name)}, 'v': left(r${at}, ${SHOWN})} END`,
  );
  return `CASE WHEN ${columns.map(({ at }) => isBad(at)).join(' OR ')}
    THEN map_from_entries(list_filter([${entries.join(', ')}], lambda entry: entry IS NOT NULL)) END`;
}
