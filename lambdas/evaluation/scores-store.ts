/** Reads holdout labels and transform outputs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDb, identifier, literal } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { parseS3Uri, s3Uri } from '../shared/keys.ts';
import { downloadObject, listObjects } from '../shared/objects.ts';
import type { SplitResult } from '../training/contract.ts';

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
  const source = `read_csv(${literal(file)}, header = true)`;
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${source}`);
  return readColumn(database, `SELECT label FROM ${source} ORDER BY row`, new Uint8Array(rows));
}

export interface ReadScoresOptions {
  /** DuckDB table to make, of one column `prediction`. */
  readonly table: string;
  /** The job's input files, in the order of their rows. */
  readonly parts: readonly HoldoutPart[];
}

/** An object below the holdout's prefix. */
export interface HoldoutPart {
  readonly name: string;
  readonly rows: number;
}

/** Files of a split's holdout in the order of their rows; `holdout.csv` unless there are parts. @param rows of all files. */
export function holdoutParts({ holdoutParts: parts }: SplitResult, rows: number): readonly HoldoutPart[] {
  return parts ?? [{ name: 'holdout.csv', rows }];
}

/**
 * A transform job's probabilities in the holdout's row order; also leaves them as a table of one column `prediction`.
 * The job answers each input file `<name>` by one file `<name>.out`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
 * @throws NonRetryableError (code `ScoresMismatch`) when there is not one probability for each row of each file: a model
 *   that answers something else must not be judged by what happens to parse.
 */
export async function readScores(
  { database, directory }: ReadOptions,
  prefixUri: string,
  { table, parts }: ReadScoresOptions,
): Promise<Scores> {
  const { bucket, key: prefix } = parseS3Uri(prefixUri);
  const outputs = (await listObjects(bucket, prefix)).filter(({ key }) => key.endsWith('.out'));
  if (outputs.length !== parts.length) {
    throw new NonRetryableError(
      `expected ${parts.length} .out file(s) below ${prefixUri}, one for each file of the holdout, found ${outputs.length}`,
      { code: 'ScoresMismatch', details: { prefixUri, expected: parts.length, found: outputs.length } },
    );
  }
  await database.run(`CREATE TABLE ${identifier(table)} (prediction DOUBLE)`);
  const scores = new Float64Array(parts.reduce((sum, { rows }) => sum + rows, 0));
  let at = 0;
  for (const { name, rows } of parts) {
    const output = outputs.find(({ key }) => key.endsWith(`/${name}.out`));
    if (!output) {
      throw new NonRetryableError(
        `no answers "${name}.out" below ${prefixUri}; the job has to read all files`,
        {
          code: 'ScoresMismatch',
          details: { prefixUri, name },
        },
      );
    }
    const part = `${table}_part`;
    await readAnswers({ database, directory }, { bucket, key: output.key, table: part, rows });
    await database.run(`INSERT INTO ${identifier(table)} SELECT prediction FROM ${identifier(part)}`);
    await readColumn(
      database,
      `SELECT prediction FROM ${identifier(part)} ORDER BY rowid`,
      scores.subarray(at, at + rows),
    );
    await database.run(`DROP TABLE ${identifier(part)}`);
    at += rows;
  }
  return { uri: parts.length === 1 ? s3Uri(bucket, outputs[0]!.key) : prefixUri, scores };
}

/** Creates a table of one file's answers, checked. */
async function readAnswers(
  { database, directory }: ReadOptions,
  { bucket, key, table, rows }: Record<'bucket' | 'key' | 'table', string> & { readonly rows: number },
): Promise<void> {
  const file = join(directory, `${table}.out`);
  await downloadObject(bucket, key, file);
  // A job that assembles with Line after answers that end in a newline leaves blank lines.
  await database.run(
    `CREATE TABLE ${identifier(table)} AS SELECT TRY_CAST(trim(line) AS DOUBLE) AS prediction
     FROM read_csv(${literal(file)}, header = false, auto_detect = false, delim = '\t', quote = '', escape = '',
       columns = {line: 'VARCHAR'}, nullstr = '') WHERE trim(line) <> ''`,
  );
  await rm(file);
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
}

/** Fills an array from a result of one column and as many rows. */
async function readColumn<Values extends Uint8Array | Float64Array>(
  database: DuckDb,
  sql: string,
  values: Values,
): Promise<Values> {
  let at = 0;
  for await (const [chunk] of database.chunks(sql)) {
    for (const value of chunk!) values[at++] = Number(value);
  }
  return values;
}
