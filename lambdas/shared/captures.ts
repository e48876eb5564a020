/** SageMaker's data capture records, one a line: what was asked and answered. */
import { SMOKE_TEST_INFERENCE_ID } from '../deployment/contract.ts';
import { parseCsvLine } from './csv-line.ts';

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
  readonly features: readonly string[];
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
  const requests = linesOf(input);
  const answers = linesOf(output);
  if (requests.length !== answers.length) return { problem: 'with another number of answers than rows' };

  const rows: CapturedRow[] = [];
  for (const [row, request] of requests.entries()) {
    const features = parseCsvLine(request);
    if (features.length !== featureCount) continue;
    rows.push({ inferenceId, row, inferenceTime, prediction: answers[row]!.trim(), features });
  }
  return { rows, malformedRows: requests.length - rows.length };
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
