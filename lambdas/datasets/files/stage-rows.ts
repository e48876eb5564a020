/**
 * Makes the table `data`: the schema's columns typed, in schema order, then `__file` (position in the upload's listing),
 * `__row` (1-based among the data rows of its file) and `__bad` (column to raw text of what is not of its type; NULL
 * when all is). Nothing depends on the order of rows in it.
 */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { FileProblem } from '../checks/fact-types.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import type { SourceColumn } from '../schema/schema.ts';
import {
  byMacro,
  defineConversions,
  rawExpression,
  sourceOf,
  typedExpression,
} from '../schema/typed-columns.ts';
import {
  type FileFinding,
  type InspectedFile,
  isReadable,
  type ReadableFile,
  wrongFile,
} from './inspected-file.ts';
import { repairFile } from './repair-file.ts';
import { roundedValues } from './rounded-values.ts';
import { scanFiles, scanSignature } from './scan-files.ts';

export interface StagedFile {
  readonly index: number;
  /** Absent when it could not be read. */
  readonly rows?: number;
  readonly problem?: FileProblem;
  readonly findings: readonly FileFinding[];
}

export interface StageOptions {
  readonly nullValues?: DatasetSettings['nullValues'];
  /** Adds to the table instead of making it. `__row` of earlier files stays. */
  readonly append?: boolean;
  /** How a column becomes its type. @default typedExpression */
  readonly typed?: typeof typedExpression;
}

/** Bytes of a raw value that are kept for a message. */
const SHOWN = 80;
/** A batch that fails is read again file by file, so it should not be all of a big upload. */
const BATCH_FILES = 2_000;
const BATCH_BYTES = 256 * 1024 ** 2;
/** Columns from which on planning takes longer than reading. */
const WIDE = 200;
const SQL_TYPES = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
} as const;

/** @returns one answer for each readable file, in their order. */
export async function stageRows(
  database: DuckDb,
  files: readonly InspectedFile[],
  schema: DatasetSchema,
  options: StageOptions = {},
): Promise<StagedFile[]> {
  await defineConversions(database);
  if (!options.append) await createTable(database, schema);
  const { next } = await database.row<{ next: number }>(
    'SELECT coalesce(max(rowid) + 1, 0) AS next FROM data',
  );
  const staged = new Map<number, StagedFile>();
  const readable = files.filter(isReadable);
  for (const batch of batchesOf(readable)) {
    for (const file of await stageBatch(database, batch, { schema, options })) staged.set(file.index, file);
  }
  await numberRows(database, next);
  const counts = await database.rows<{ file: number; rows: number }>(
    `SELECT __file AS file, count(*) AS rows FROM data WHERE rowid >= ${next} GROUP BY 1`,
  );
  const rows = new Map(counts.map(({ file, rows: count }) => [file, count]));
  const answers: StagedFile[] = [];
  for (const file of readable) {
    const answer = staged.get(file.index)!;
    answers.push(answer.problem ? answer : await counted(database, file, answer, rows.get(file.index) ?? 0));
  }
  return answers;
}

/** The rows of a file, when DuckDB has found as many as we have: otherwise one of the two has misunderstood it. */
async function counted(
  database: DuckDb,
  file: ReadableFile,
  answer: StagedFile,
  rows: number,
): Promise<StagedFile> {
  if (file.rows === undefined || file.rows === rows) return { ...answer, rows };
  await database.run(`DELETE FROM data WHERE __file = ${file.index}`);
  const what = `can be understood in two ways, as ${file.rows} and as ${rows} rows; put values that hold quotation marks or line ends in quotation marks`;
  return { ...answer, problem: wrongFile(file, what).problem };
}

async function createTable(database: DuckDb, { columns }: DatasetSchema): Promise<void> {
  const typed = columns.map(({ name, type }) => `${identifier(name)} ${SQL_TYPES[type]}, `).join('');
  await database.run(
    `CREATE OR REPLACE TABLE data (${typed}__file INTEGER, __row BIGINT, __bad MAP(VARCHAR, VARCHAR))`,
  );
}

function* batchesOf(files: readonly ReadableFile[]): Generator<readonly ReadableFile[]> {
  const open = new Map<string, { files: ReadableFile[]; bytes: number }>();
  for (const file of files) {
    const signature = scanSignature(file);
    const batch = open.get(signature) ?? { files: [], bytes: 0 };
    if (
      batch.files.length > 0 &&
      (batch.files.length >= BATCH_FILES || batch.bytes + file.size > BATCH_BYTES)
    ) {
      yield batch.files.splice(0);
      batch.bytes = 0;
    }
    batch.files.push(file);
    batch.bytes += file.size;
    open.set(signature, batch);
  }
  for (const batch of open.values()) yield batch.files;
}

interface Target {
  readonly schema: DatasetSchema;
  readonly options: StageOptions;
}

async function stageBatch(
  database: DuckDb,
  batch: readonly ReadableFile[],
  target: Target,
): Promise<StagedFile[]> {
  try {
    await insert(database, batch, target);
    const rounded = await roundedValues(database, batch, target.schema);
    return batch.map((file) => {
      const { index, findings } = file;
      return { index, findings: [...findings, ...unread(file, target), ...(rounded.get(index) ?? [])] };
    });
  } catch (error) {
    if (!isAboutTheFile(error)) throw error;
    if (batch.length === 1) return [await stageRepaired(database, batch[0]!, target)];
  }
  const half = Math.ceil(batch.length / 2);
  const first = await stageBatch(database, batch.slice(0, half), target);
  return [...first, ...(await stageBatch(database, batch.slice(half), target))];
}

async function stageRepaired(database: DuckDb, file: ReadableFile, target: Target): Promise<StagedFile> {
  const { index, findings } = file;
  const repaired = await repairFile(file);
  if ('check' in repaired) return { index, problem: repaired, findings };
  try {
    await insert(database, [repaired], target);
    return { index, findings: [...findings, ...unread(file, target)] };
  } catch (error) {
    if (!isAboutTheFile(error)) throw error;
    const { problem } = wrongFile(file, `does not parse as ${file.format}: ${firstLine(error)}`);
    return { index, problem, findings };
  }
}

/** Columns that the schema does not have and could not have. */
function unread({ path, columns }: ReadableFile, { schema }: Target): FileFinding[] {
  return columns.flatMap(({ name, unread: why }): FileFinding[] => {
    const isKnown = schema.columns.some((column) => column.name === name || column.aliases?.includes(name));
    if (!why || isKnown) return [];
    return [{ check: 'columns-unread', severity: 'warn', reason: `Column "${name}" of "${path}" ${why}.` }];
  });
}

async function insert(
  database: DuckDb,
  batch: readonly ReadableFile[],
  { schema, options: { nullValues, typed = typedExpression } }: Target,
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

/** Rows of one file lie together and in its order, so their place in the table tells their number. */
async function numberRows(database: DuckDb, from: number): Promise<void> {
  await database.run(
    `CREATE OR REPLACE TEMP TABLE __starts AS SELECT __file AS file, min(rowid) AS start FROM data WHERE rowid >= ${from} GROUP BY 1`,
  );
  await database.run(
    `UPDATE data SET __row = data.rowid - s.start + 1 FROM __starts AS s WHERE s.file = data.__file AND data.rowid >= ${from}`,
  );
}

/** DuckDB's classes of errors that a file's bytes can cause. */
function isAboutTheFile(error: unknown): boolean {
  return /^(Invalid Input|Conversion|IO|Out of Range|Serialization|Parser|TransactionContext|INTERNAL|Invalid) ?Error/i.test(
    (error as Error).message,
  );
}

/** DuckDB's messages go on with hints and a drawing of the query. */
function firstLine(error: unknown): string {
  return ((error as Error).message.split('\n')[0] ?? '').replaceAll(/\/[^\s"']*\//g, '').slice(0, 300);
}
