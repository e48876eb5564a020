/** What the files of JSON Lines of a first version tell that its table does not: which values stood in quotation marks, or were objects. */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { SchemaColumn } from '../contract.ts';
import { isReadable, type ReadableFile } from '../files/inspected-file.ts';
import { scanFiles, scanSignature } from '../files/scan-files.ts';
import { type Deciding, type InferenceFacts, type InferenceFactsOptions, SHOWN } from './inference-facts.ts';

/** Numbers that JSON has in quotation marks: the table does not tell them from others. */
export async function quotedNumbers(
  database: DuckDb,
  { name, role }: SchemaColumn,
  files: InferenceFactsOptions['files'],
): Promise<Deciding> {
  const column = identifier(name);
  const isQuoted = `json_type(${column}) = 'VARCHAR'`;
  let count = 0;
  let first: ReadableFile | undefined;
  for await (const batch of jsonBatches(files, (file) => hasColumn(file, name))) {
    const found = await database.rows<{ file: string; count: number }>(
      `SELECT __filename AS file, count(*) AS count FROM ${scanFiles(batch)} WHERE ${isQuoted} GROUP BY 1`,
    );
    const counts = new Map(found.map((row) => [row.file, row.count]));
    for (const file of batch) {
      count += counts.get(file.data) ?? 0;
      if (counts.has(file.data) && (!first || file.index < first.index)) first = file;
    }
  }
  if (!first) return { count };
  const { row, value } = await database.row<{ row: number; value: string }>(
    `SELECT row, value FROM (SELECT row_number() OVER () AS row, ${isQuoted} AS quoted,
         left(${column} ->> '$', ${SHOWN}) AS value FROM ${scanFiles([first])})
     WHERE quoted ORDER BY row LIMIT 1`,
  );
  const shown = role === 'key' ? {} : { value };
  return { count, first: { file: first.index, path: first.path, row, ...shown } };
}

/** Columns that the inferred schema leaves out although files have them, because they hold objects or arrays. */
export async function nestedColumns(
  database: DuckDb,
  { schema, files }: InferenceFactsOptions,
): Promise<InferenceFacts['nested']> {
  const known = new Set(schema.columns.map(({ name }) => name));
  const unknown = ({ columns }: ReadableFile) => columns.filter(({ name }) => !known.has(name));
  const found = new Map<string, InferenceFacts['nested'][number]>();
  for await (const batch of jsonBatches(files, (file) => unknown(file).length > 0)) {
    const columns = unknown(batch[0]!);
    const isNested = columns.map(({ name }, at) => {
      return `bool_or(json_type(${identifier(name)}) IN ('OBJECT', 'ARRAY')) AS n${at}`;
    });
    const rows = await database.rows<Record<string, unknown>>(
      `SELECT __filename AS file, ${isNested.join(', ')} FROM ${scanFiles(batch)} GROUP BY 1`,
    );
    const byData = new Map(rows.map((row) => [row.file, row]));
    for (const { index, path, data } of batch) {
      for (const [at, { name }] of columns.entries()) {
        const before = found.get(name);
        if (byData.get(data)?.[`n${at}`] && !(before && before.file < index)) {
          found.set(name, { name, file: index, path });
        }
      }
    }
  }
  return [...found.values()];
}

/** Files that one statement looks at. */
const BATCH = 500;

/** Files of JSON Lines with the same fields, some at a time. */
async function* jsonBatches(
  files: InferenceFactsOptions['files'],
  isWanted: (file: ReadableFile) => boolean,
): AsyncGenerator<readonly ReadableFile[]> {
  const open = new Map<string, ReadableFile[]>();
  for await (const file of files()) {
    if (!isReadable(file) || file.format !== 'jsonl' || !isWanted(file)) continue;
    const signature = scanSignature(file);
    const batch = [...(open.get(signature) ?? []), file];
    open.set(signature, batch.length < BATCH ? batch : []);
    if (batch.length === BATCH) yield batch;
  }
  for (const batch of open.values()) if (batch.length > 0) yield batch;
}

const hasColumn = ({ columns }: ReadableFile, wanted: string) => columns.some(({ name }) => name === wanted);
