/** Finds capture files and turns them into a DuckDB table of rows. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CapturedRow, readCapture } from './captures.ts';
import { queryItems } from './catalog.ts';
import { type EndpointConfigItem, projectPk, SK_PREFIX } from './catalog-items.ts';
import { formatCsvLine } from './csv-line.ts';
import { type DuckDb, identifier, literal } from './duckdb.ts';
import { fileLines } from './lines.ts';
import { downloadObject, listObjects, type ObjectSummary } from './objects.ts';

/** Half-open: a record whose inference time is `endEpochMs` belongs to the next span. */
export interface TimeSpan {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
}

export interface LoadedCaptures {
  readonly files: number;
  readonly records: number;
  /** Records without any usable row, by reason. */
  readonly malformedRecords: Readonly<Record<string, number>>;
  /** Rows with another number of fields than there are features. */
  readonly malformedRows: number;
  /** Rows that repeat an inference id and row index; the first in time is kept. */
  readonly duplicateRows: number;
  readonly rows: number;
}

const HOUR_MS = 3_600_000;

/** Endpoint configurations that ever served a project. */
export async function listEndpointConfigs(project: string): Promise<EndpointConfigItem[]> {
  const items = await queryItems<EndpointConfigItem>(projectPk(project), SK_PREFIX.endpointConfig);
  return items.map(({ item }) => item);
}

/** Capture files of an endpoint configuration, in order of key. */
export async function listCaptureFiles(
  bucket: string,
  { capturePrefix, endpointName }: Pick<EndpointConfigItem, 'capturePrefix' | 'endpointName'>,
): Promise<ObjectSummary[]> {
  const files = await listObjects(bucket, `${capturePrefix}/${endpointName}/`);
  return files.filter(({ key }) => key.endsWith('.jsonl'));
}

/**
 * Those files that may hold records of a span. The path has the hour in which a file was begun, so the hours next to the
 * span are taken too; the time of each record decides.
 */
export function filesOfSpan(files: readonly ObjectSummary[], span: TimeSpan): ObjectSummary[] {
  return files.filter(({ key }) => {
    const hour = hourOfKey(key);
    return hour !== undefined && hour > span.startEpochMs - 2 * HOUR_MS && hour < span.endEpochMs + HOUR_MS;
  });
}

/** Begin of the hour in a capture file's key, epoch ms; undefined when the key is of another form. */
export function hourOfKey(key: string): number | undefined {
  const match = /\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\/[^/]+$/.exec(key);
  if (!match) return undefined;
  const [, year, month, day, hour] = match.map(Number);
  return Date.UTC(year!, month! - 1, day!, hour!);
}

/** Begin of the hour of the earliest capture file, epoch ms. */
export function firstHourOf(files: readonly ObjectSummary[]): number | undefined {
  const hours = files.map(({ key }) => hourOfKey(key)).filter((hour) => hour !== undefined);
  return hours.length === 0 ? undefined : hours.reduce((a, b) => Math.min(a, b));
}

export interface LoadCapturesOptions {
  readonly database: DuckDb;
  readonly bucket: string;
  readonly directory: string;
  readonly files: readonly ObjectSummary[];
  /** Names of the features in the order of the request. */
  readonly features: readonly string[];
  readonly span?: TimeSpan;
}

/**
 * Creates the table `captured`, all text but the row: `__inference_id`, `__row`, `__time`, `__prediction` and the
 * features; empty fields are NULL. Files are read one after the other, so memory does not grow with them; the next ones
 * are fetched meanwhile.
 */
export async function loadCaptures(options: LoadCapturesOptions): Promise<LoadedCaptures> {
  const { database, directory, files, features } = options;
  const normalised = join(directory, 'captured.csv');
  const out = createWriteStream(normalised);
  const counts = { records: 0, malformedRows: 0 };
  const malformedRecords: Record<string, number> = {};
  let written = 0;
  for await (const file of downloaded(options)) {
    for await (const line of fileLines(file)) {
      if (line === '') continue;
      const read = readCapture(line, features.length);
      if ('problem' in read) {
        malformedRecords[read.problem] = (malformedRecords[read.problem] ?? 0) + 1;
        continue;
      }
      if (read.rows.length > 0 && !isWithin(read.rows[0]!.inferenceTime, options.span)) continue;
      counts.records++;
      counts.malformedRows += read.malformedRows;
      written += read.rows.length;
      if (!out.write(linesOf(read.rows))) await once(out, 'drain');
    }
    await rm(file);
  }
  out.end();
  await once(out, 'close');
  await createTable(database, normalised, features);
  await rm(normalised);
  const duplicateRows = await dropDuplicates(database, written, features);
  const rows = written - duplicateRows;
  return { files: files.length, ...counts, malformedRecords, rows, duplicateRows };
}

/** Many small files are what an hour leaves: a request to S3 takes longer than the reading. */
const FETCHED_AHEAD = 8;

/** Local copies of the files, in their order. */
async function* downloaded({ bucket, directory, files }: LoadCapturesOptions): AsyncGenerator<string> {
  const fetched = files.map((_, index) => join(directory, `capture-${index}.jsonl`));
  const fetch = async (index: number): Promise<unknown> => {
    const { key, etag } = files[index]!;
    return downloadObject(bucket, key, fetched[index]!, { ifMatch: etag });
  };
  const under: Promise<unknown>[] = [];
  try {
    for (let index = 0; index < files.length; index++) {
      while (under.length < Math.min(files.length, index + FETCHED_AHEAD)) {
        const fetching = fetch(under.length);
        // it is awaited in its turn: a failure must not count as unhandled until then
        fetching.catch(() => {});
        under.push(fetching);
      }
      await under[index];
      yield fetched[index]!;
    }
  } finally {
    await Promise.allSettled(under);
  }
}

const needsQuotes = /[",\r\n]/;
const field = (text: string) => (needsQuotes.test(text) ? formatCsvLine([text]) : text);

/** Rows of one request as CSV. */
function linesOf(rows: readonly CapturedRow[]): string {
  const [first] = rows;
  if (!first) return '';
  const [id, time] = [field(first.inferenceId), field(first.inferenceTime)];
  let lines = '';
  for (const { row, prediction, features } of rows) {
    lines += `${id},${row},${time},${field(prediction)},${features}\n`;
  }
  return lines;
}

async function createTable(database: DuckDb, file: string, features: readonly string[]): Promise<void> {
  const names = ['__inference_id', '__row', '__time', '__prediction', ...features];
  const type = (name: string) => (name === '__row' ? 'BIGINT' : 'VARCHAR');
  const columns = names.map((name) => `${literal(name)}: '${type(name)}'`).join(', ');
  await database.run(
    `CREATE OR REPLACE TABLE captured AS FROM read_csv(${literal(file)}, header = false, auto_detect = false,
       delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${columns}})`,
  );
}

/** A client that sends a request again with its inference id must not count twice. @returns rows that were left out. */
async function dropDuplicates(database: DuckDb, total: number, features: readonly string[]): Promise<number> {
  const { rows } = await database.row<{ rows: number }>(
    'SELECT count(*) AS rows FROM (SELECT DISTINCT __inference_id, __row FROM captured)',
  );
  // hardly ever there, and all columns have to be sorted by then
  if (rows === total) return 0;
  const list = features.map((name) => `, ${identifier(name)}`).join('');
  await database.run(
    `CREATE OR REPLACE TABLE captured AS FROM captured
     QUALIFY row_number() OVER (PARTITION BY __inference_id, __row ORDER BY __time, __prediction${list}) = 1`,
  );
  return total - rows;
}

function isWithin(time: string, span: TimeSpan | undefined): boolean {
  if (!span) return true;
  const at = Date.parse(time);
  return at >= span.startEpochMs && at < span.endEpochMs;
}
