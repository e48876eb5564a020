/**
 * Makes the table `data`: the schema's columns typed, in schema order, then `__file` (position in the upload's listing),
 * `__row` (1-based among the data rows of its file) and `__bad` (column to raw text of what is not of its type; NULL
 * when all is). Nothing depends on the order of rows in it.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { FileProblem } from '../checks/fact-types.ts';
import type { DatasetSchema } from '../contract.ts';
import { defineConversions, type typedExpression } from '../schema/typed-columns.ts';
import { insertRows, type StageTarget } from './insert-rows.ts';
import {
  type FileFinding,
  type InspectedFile,
  isReadable,
  type ReadableFile,
  wrongFile,
} from './inspected-file.ts';
import { repairFile } from './repair-file.ts';
import { roundedValues } from './rounded-values.ts';
import { scanSignature } from './scan-files.ts';

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

/** A batch that fails is read again file by file, so it should not be all of a big upload. */
const BATCH_FILES = 2_000;
const BATCH_BYTES = 256 * 1024 ** 2;
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

async function stageBatch(
  database: DuckDb,
  batch: readonly ReadableFile[],
  target: StageTarget,
): Promise<StagedFile[]> {
  try {
    await insertRows(database, batch, target);
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

async function stageRepaired(database: DuckDb, file: ReadableFile, target: StageTarget): Promise<StagedFile> {
  const { index, findings } = file;
  const repaired = await repairFile(file);
  if ('check' in repaired) return { index, problem: repaired, findings };
  try {
    await insertRows(database, [repaired], target);
    return { index, findings: [...findings, ...unread(file, target)] };
  } catch (error) {
    if (!isAboutTheFile(error)) throw error;
    const { problem } = wrongFile(file, `does not parse as ${file.format}: ${firstLine(error)}`);
    return { index, problem, findings };
  }
}

/** Columns that the schema does not have and could not have. */
function unread({ path, columns }: ReadableFile, { schema }: StageTarget): FileFinding[] {
  return columns.flatMap(({ name, unread: why }): FileFinding[] => {
    const isKnown = schema.columns.some((column) => column.name === name || column.aliases?.includes(name));
    if (!why || isKnown) return [];
    return [{ check: 'columns-unread', severity: 'warn', reason: `Column "${name}" of "${path}" ${why}.` }];
  });
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
