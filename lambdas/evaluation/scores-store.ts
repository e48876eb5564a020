/** Reads holdout labels and transform outputs. */
import { join } from 'node:path';
import { type DuckDb, identifier, literal } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { parseS3Uri, s3Uri } from '../shared/keys.ts';
import { downloadObject, listObjects } from '../shared/objects.ts';

export interface Scores {
  /** S3 URI of the transform job's output. */
  readonly uri: string;
  readonly scores: Float64Array;
}

interface ReadOptions {
  readonly database: DuckDb;
  readonly directory: string;
}

/** Labels in the holdout's row order. */
export async function readLabels({ database, directory }: ReadOptions, uri: string): Promise<Uint8Array> {
  const { bucket, key } = parseS3Uri(uri);
  const file = join(directory, 'labels.csv');
  await downloadObject(bucket, key, file);
  const sql = `SELECT label FROM read_csv(${literal(file)}, header = true) ORDER BY row`;
  return Uint8Array.from(await column(database, sql), Number);
}

/**
 * A transform job's probabilities in the holdout's row order; also leaves them as a table of one column `prediction`.
 * @throws NonRetryableError (code `ScoresMismatch`) when there is not one probability for each row: a model that
 *   answers something else must not be judged by what happens to parse.
 */
export async function readScores(
  { database, directory }: ReadOptions,
  prefixUri: string,
  { table, rows }: { readonly table: string; readonly rows: number },
): Promise<Scores> {
  const { bucket, key: prefix } = parseS3Uri(prefixUri);
  const outputs = (await listObjects(bucket, prefix)).filter(({ key }) => key.endsWith('.out'));
  if (outputs.length !== 1) {
    throw new NonRetryableError(
      `expected one .out file below ${prefixUri}, found ${outputs.length}; the transform job's input is one file`,
      { code: 'ScoresMismatch', details: { prefixUri, found: outputs.length } },
    );
  }
  const { key } = outputs[0]!;
  const file = join(directory, `${table}.out`);
  await downloadObject(bucket, key, file);
  // A job that assembles with Line after answers that end in a newline leaves blank lines.
  await database.run(
    `CREATE TABLE ${identifier(table)} AS SELECT TRY_CAST(trim(line) AS DOUBLE) AS prediction
     FROM read_csv(${literal(file)}, header = false, auto_detect = false, delim = '\t', quote = '', escape = '',
       columns = {line: 'VARCHAR'}, nullstr = '') WHERE trim(line) <> ''`,
  );
  const { answers, bad } = await database.row<{ answers: number; bad: number }>(
    `SELECT count(*) AS answers, count(*) FILTER (coalesce(NOT (prediction BETWEEN 0 AND 1), true)) AS bad
     FROM ${identifier(table)}`,
  );
  if (answers !== rows || bad > 0) {
    throw new NonRetryableError(
      `s3://${bucket}/${key} has ${answers} answers for ${rows} rows, ${bad} of them no probability; ` +
        'the model has to answer one probability in 0..1 a line',
      { code: 'ScoresMismatch', details: { key, answers, rows, bad } },
    );
  }
  const scores = await column(database, `SELECT prediction FROM ${identifier(table)}`);
  return { uri: s3Uri(bucket, key), scores: Float64Array.from(scores, Number) };
}

async function column(database: DuckDb, sql: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const [chunk] of database.chunks(sql)) {
    for (const value of chunk!) values.push(value);
  }
  return values;
}
