/** Label records in DuckDB: one reading for whoever counts, joins or judges them. */
import { join } from 'node:path';
import { queryItems } from './catalog.ts';
import { type LabelsItem, projectPk, SK_PREFIX } from './catalog-items.ts';
import { type DuckDb, literal } from './duckdb.ts';
import { objectKey } from './keys.ts';
import { downloadObject } from './objects.ts';

/** A file of label records on disk, told by its content. */
export interface LocalLabelFile {
  readonly sha256: string;
  readonly file: string;
}

/** Label files that were received, in order of content digest. */
export async function listLabelFiles(project: string): Promise<LabelsItem[]> {
  return (await queryItems<LabelsItem>(projectPk(project), SK_PREFIX.labels)).map(({ item }) => item);
}

/** Copies label files to disk, by content: the name that they were uploaded under may hold something else by now. */
export async function downloadLabelFiles(
  bucket: string,
  files: readonly LabelsItem[],
  directory: string,
): Promise<LocalLabelFile[]> {
  const local: LocalLabelFile[] = [];
  for (const { key, sha256 } of files) {
    const file = join(directory, `labels-${sha256}${key.endsWith('.gz') ? '.jsonl.gz' : '.jsonl'}`);
    await downloadObject(bucket, objectKey(sha256), file);
    local.push({ sha256, file });
  }
  return local;
}

/**
 * Creates the table `label_lines`: every line that is not blank with its fields and, when it is no record, `problem`.
 * Lines are read as text first, so that one bad line costs only itself.
 */
export async function readLabelLines(database: DuckDb, files: readonly LocalLabelFile[]): Promise<void> {
  const field = (name: string) => `json_extract_string(line, '$.${name}')`;
  const time = (text: string) => `make_timestamp(epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ)))`;
  const sources = files.map(
    ({ sha256, file }) =>
      `SELECT ${literal(sha256)} AS file, line FROM read_csv(${literal(file)}, header = false, auto_detect = false,
       delim = '\u0001', quote = '', escape = '', columns = {line: 'VARCHAR'}, nullstr = '')`,
  );
  const lines =
    sources.length > 0 ? sources.join(' UNION ALL ') : "SELECT '' AS file, '' AS line WHERE false";
  await database.run(`CREATE OR REPLACE TABLE label_lines AS
    WITH lines AS (SELECT file, line, json_valid(line) AS valid FROM (${lines}) WHERE trim(line) <> ''),
    fields AS (
      SELECT file, valid,
        CASE WHEN valid THEN ${field('inferenceId')} END AS inference_id,
        CASE WHEN valid THEN TRY_CAST(${field('row')} AS BIGINT) END AS row,
        CASE WHEN valid THEN ${field('key')} END AS key,
        CASE WHEN valid THEN ${time(field('eventTime'))} END AS event_time,
        CASE WHEN valid THEN CAST(json_extract(line, '$.sensitive') AS VARCHAR) END AS sensitive,
        CASE WHEN valid THEN CASE lower(${field('label')})
          WHEN '1' THEN 1 WHEN 'true' THEN 1 WHEN '0' THEN 0 WHEN 'false' THEN 0 END END AS label,
        CASE WHEN valid THEN ${time(field('labelledAt'))} END AS labelled_at
      FROM lines)
    SELECT *, CASE
      WHEN NOT valid THEN 'not JSON'
      WHEN coalesce(inference_id, '') = '' THEN 'no inferenceId'
      WHEN row IS NULL OR row < 0 THEN 'row is no index from 0'
      WHEN label IS NULL THEN 'label is neither 0 nor 1'
      WHEN labelled_at IS NULL THEN 'labelledAt is no time' END AS problem
    FROM fields`);
}

/**
 * Creates the table `labels` from `label_lines`: one record for each predicted row, the one labelled last; of two at the
 * same time the one of the file whose digest is greater, so that the order of files does not matter.
 * @param only files to take, by digest. @default - all that were read
 */
export async function latestLabels(
  database: DuckDb,
  { table = 'labels', only }: { readonly table?: string; readonly only?: readonly string[] } = {},
): Promise<void> {
  const taken = only ? `AND file IN (${only.map(literal).join(', ') || 'NULL'})` : '';
  await database.run(`CREATE OR REPLACE TABLE ${table} AS
    SELECT inference_id, row, key, event_time, sensitive, label, labelled_at, file
    FROM label_lines WHERE problem IS NULL ${taken}
    QUALIFY row_number() OVER (PARTITION BY inference_id, row ORDER BY labelled_at DESC, file DESC, label DESC) = 1`);
}
