/** Reads holdout labels and transform outputs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnswerForm, parseAnswerLine } from '../shared/answers.ts';
import { type DuckDb, literal } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { parseS3Uri, s3Uri } from '../shared/keys.ts';
import { fileLines } from '../shared/lines.ts';
import { downloadObject, listObjects } from '../shared/objects.ts';
import type { SplitResult } from '../training/contract.ts';
import { answerWidth } from './metrics/scored-rows.ts';

export interface Scores {
  /** S3 URI of the transform job's output. */
  readonly uri: string;
  /** Numbers of each row's answer, row after row. */
  readonly scores: Float64Array;
}

interface ReadOptions {
  readonly database: DuckDb;
  readonly directory: string;
}

/** Labels in the holdout's row order: class codes, for a regression the values. */
export async function readLabels({ database, directory }: ReadOptions, uri: string): Promise<Float64Array> {
  const { bucket, key } = parseS3Uri(uri);
  const file = join(directory, 'labels.csv');
  await downloadObject(bucket, key, file);
  const source = `read_csv(${literal(file)}, header = true)`;
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${source}`);
  const labels = new Float64Array(rows);
  let at = 0;
  for await (const [chunk] of database.chunks(`SELECT CAST(label AS DOUBLE) FROM ${source} ORDER BY row`)) {
    for (const value of chunk!) labels[at++] = Number(value);
  }
  return labels;
}

export interface ReadScoresOptions {
  readonly form: AnswerForm;
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
 * A transform job's answers in the holdout's row order. The job answers each input file `<name>` by one file
 * `<name>.out`.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
 * @throws NonRetryableError (code `ScoresMismatch`) when there is not one good answer for each row of each file: a model
 *   that answers something else must not be judged by what happens to parse.
 */
export async function readScores(
  { directory }: Pick<ReadOptions, 'directory'>,
  prefixUri: string,
  { form, parts }: ReadScoresOptions,
): Promise<Scores> {
  const { bucket, key: prefix } = parseS3Uri(prefixUri);
  const outputs = (await listObjects(bucket, prefix)).filter(({ key }) => key.endsWith('.out'));
  if (outputs.length !== parts.length) {
    throw mismatch(
      `expected ${parts.length} .out file(s) below ${prefixUri}, one for each file of the holdout, found ${outputs.length}`,
      { prefixUri, expected: parts.length, found: outputs.length },
    );
  }
  const width = answerWidth(form.problem);
  const scores = new Float64Array(parts.reduce((sum, { rows }) => sum + rows, 0) * width);
  let at = 0;
  for (const { name, rows } of parts) {
    const output = outputs.find(({ key }) => key.endsWith(`/${name}.out`));
    if (!output) {
      throw mismatch(`no answers "${name}.out" below ${prefixUri}; the job has to read all files`, {
        prefixUri,
        name,
      });
    }
    const file = join(directory, 'answers.out');
    await downloadObject(bucket, output.key, file);
    const uri = s3Uri(bucket, output.key);
    await readAnswers(file, { uri, form, rows, into: scores.subarray(at, at + rows * width) });
    await rm(file);
    at += rows * width;
  }
  return { uri: parts.length === 1 ? s3Uri(bucket, outputs[0]!.key) : prefixUri, scores };
}

async function readAnswers(
  file: string,
  options: {
    readonly uri: string;
    readonly form: AnswerForm;
    readonly rows: number;
    readonly into: Float64Array;
  },
): Promise<void> {
  const { uri, form, rows, into } = options;
  const width = answerWidth(form.problem);
  let answers = 0;
  for await (const line of fileLines(file)) {
    // a job that assembles with Line after answers that end in a newline leaves blank lines
    if (line.trim() === '') continue;
    for (const answer of answersOf(line, { uri, form, row: answers + 1 })) {
      if (answers < rows) into.set(answer, answers * width);
      answers += 1;
    }
  }
  if (answers !== rows)
    throw mismatch(`${uri} has ${answers} answers for ${rows} rows`, { uri, answers, rows });
}

function answersOf(
  line: string,
  { uri, form, row }: { readonly uri: string; readonly form: AnswerForm; readonly row: number },
): number[][] {
  try {
    return parseAnswerLine(line, form, row);
  } catch (error) {
    throw mismatch(`${uri}: ${(error as Error).message}`, { uri, row });
  }
}

const mismatch = (message: string, details: Record<string, unknown>) =>
  new NonRetryableError(message, { code: 'ScoresMismatch', details });
