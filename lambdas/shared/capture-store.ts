/** Finds capture files and turns them into a DuckDB table of rows. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readCapture } from './captures.ts';
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
 * features; empty fields are NULL. Files are read one after the other, so memory does not grow with them.
 */
export async function loadCaptures(options: LoadCapturesOptions): Promise<LoadedCaptures> {
  const { database, bucket, directory, files, features } = options;
  const normalised = join(directory, 'captured.csv');
  const out = createWriteStream(normalised);
  const counts = { records: 0, malformedRows: 0 };
  const malformedRecords: Record<string, number> = {};
  for (const { key, etag } of files) {
    const file = join(directory, 'capture.jsonl');
    await downloadObject(bucket, key, file, { ifMatch: etag });
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
      for (const { inferenceId, row, inferenceTime, prediction, features: values } of read.rows) {
        const fields = [inferenceId, String(row), inferenceTime, prediction, ...values];
        if (!out.write(`${formatCsvLine(fields)}\n`)) await once(out, 'drain');
      }
    }
    await rm(file);
  }
  out.end();
  await once(out, 'close');
  const rows = await createTable(database, normalised, features);
  await rm(normalised);
  return { files: files.length, ...counts, malformedRecords, ...rows };
}

async function createTable(
  database: DuckDb,
  file: string,
  features: readonly string[],
): Promise<{ rows: number; duplicateRows: number }> {
  const names = ['__inference_id', '__row', '__time', '__prediction', ...features];
  const columns = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  const source = `read_csv(${literal(file)}, header = false, auto_detect = false, delim = ',', quote = '"',
    escape = '"', nullstr = '', columns = {${columns}})`;
  const { total } = await database.row<{ total: number }>(`SELECT count(*) AS total FROM ${source}`);
  const list = features.map((name) => `, ${identifier(name)}`).join('');
  // a client that sends a request again with its inference id must not count twice
  await database.run(
    `CREATE OR REPLACE TABLE captured AS SELECT __inference_id, CAST(__row AS BIGINT) AS __row, __time, __prediction${list}
     FROM ${source}
     QUALIFY row_number() OVER (PARTITION BY __inference_id, __row ORDER BY __time, __prediction${list}) = 1`,
  );
  const { rows } = await database.row<{ rows: number }>('SELECT count(*) AS rows FROM captured');
  return { rows, duplicateRows: total - rows };
}

function isWithin(time: string, span: TimeSpan | undefined): boolean {
  if (!span) return true;
  const at = Date.parse(time);
  return at >= span.startEpochMs && at < span.endEpochMs;
}
