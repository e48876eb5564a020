/** SageMaker's data capture records, one a line: what was asked and answered. */
import { SMOKE_TEST_INFERENCE_ID } from '../deployment/contract.ts';
import { formatCsvLine, parseCsvLine } from './csv-line.ts';

interface CaptureSide {
  readonly data: string;
  /** `CSV`, `JSON`, or `BASE64` when the content type is not among those that the endpoint was told to keep as text. */
  readonly encoding: string;
}

/** As SageMaker writes it; the outer shape is the same for each `eventVersion` known so far. */
export interface CaptureRecord {
  readonly captureData: { readonly endpointInput?: CaptureSide; readonly endpointOutput?: CaptureSide };
  readonly eventMetadata: {
    readonly eventId: string;
    /** The caller's id; absent when the caller gave none. */
    readonly inferenceId?: string;
    readonly inferenceTime: string;
  };
}

/** One predicted row. */
export interface CapturedRow {
  readonly inferenceId: string;
  /** Line within the request, from 0. */
  readonly row: number;
  readonly inferenceTime: string;
  /** Text of the answer's line. */
  readonly prediction: string;
  /** The request's line as a record of RFC 4180. */
  readonly features: string;
}

export type ReadCapture =
  | { readonly rows: readonly CapturedRow[]; readonly malformedRows: number }
  /** The whole record tells nothing. */
  | { readonly problem: string };

/**
 * The rows of one line of a capture file.
 * @param featureCount fields that each row of a request must have; rows with another number are counted as malformed.
 */
export function readCapture(line: string, featureCount: number): ReadCapture {
  let record: CaptureRecord;
  try {
    record = JSON.parse(line) as CaptureRecord;
  } catch {
    return { problem: 'not JSON' };
  }
  const { endpointInput, endpointOutput } = record.captureData ?? {};
  const { eventId, inferenceId = eventId, inferenceTime } = record.eventMetadata ?? {};
  if (!endpointInput || !endpointOutput) return { problem: 'without input or output' };
  // A rollout's own questions are captured like any other, and are no traffic.
  if (inferenceId?.startsWith(SMOKE_TEST_INFERENCE_ID)) return { rows: [], malformedRows: 0 };
  if (!inferenceId || Number.isNaN(Date.parse(inferenceTime))) return { problem: 'without id or time' };
  const input = textOf(endpointInput);
  const output = textOf(endpointOutput);
  if (input === undefined || output === undefined) return { problem: 'not CSV' };
  const answers = linesOf(output);
  const requests = recordsOf(input, featureCount);
  if (requests.length !== answers.length) return { problem: 'with another number of answers than rows' };

  const rows: CapturedRow[] = [];
  for (const [row, features] of requests.entries()) {
    if (features === undefined) continue;
    rows.push({ inferenceId, row, inferenceTime, prediction: answers[row]!.trim(), features });
  }
  return { rows, malformedRows: requests.length - rows.length };
}

const [COMMA, QUOTE, LINE_FEED, CARRIAGE_RETURN] = [0x2c, 0x22, 0x0a, 0x0d];

/**
 * Each line as a record of RFC 4180; undefined where it has another number of fields. In one pass without quotes, where a
 * line is a record as it is: nearly always.
 */
function recordsOf(text: string, featureCount: number): (string | undefined)[] {
  const records: (string | undefined)[] = [];
  let [start, fields, kept] = [0, 1, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA) fields++;
    else if (code === QUOTE || code === CARRIAGE_RETURN) return quotedRecords(text, featureCount);
    else if (code === LINE_FEED) {
      records.push(fields === featureCount ? text.slice(start, at) : undefined);
      if (at > start) kept = records.length;
      [start, fields] = [at + 1, 1];
    }
  }
  if (start < text.length) kept = records.push(fields === featureCount ? text.slice(start) : undefined);
  // empty lines at the end are no rows; one in between is a row of one missing value
  return records.slice(0, kept);
}

function quotedRecords(text: string, featureCount: number): (string | undefined)[] {
  return linesOf(text).map((line) => {
    const fields = parseCsvLine(line);
    return fields.length === featureCount ? formatCsvLine(fields) : undefined;
  });
}

function textOf({ data, encoding }: CaptureSide): string | undefined {
  if (encoding === 'CSV') return data;
  return encoding === 'BASE64' ? Buffer.from(data, 'base64').toString('utf8') : undefined;
}

/** Lines without the empty one after the last newline. An empty line in between is a row of one missing value. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  return lines;
}
