/** DataProcessing: records filtered before the model sees them, joined with its answers, and filtered again. */
import type { DataProcessing, TransformInput, TransformOutput } from '@aws-sdk/client-sagemaker';
import { validationError } from '../constraints.ts';
import { compileFilter, type Json } from './json-path.ts';

const WHOLE = '$';
const CSV = 'text/csv';
const JSON_TYPES: readonly string[] = ['application/json', 'application/jsonlines'];

/** What happens to each record of a job that asks for it. */
export interface RecordProcessing {
  /** The record as the model gets it. @throws RangeError when the filter finds nothing. */
  before(record: string): string;
  /** The line of output for a record and its answer. @throws RangeError when the filter finds nothing. */
  after(record: string, answer: string): string;
}

interface FilteredJob {
  readonly DataProcessing?: DataProcessing | undefined;
  readonly TransformInput?: TransformInput | undefined;
  readonly TransformOutput?: TransformOutput | undefined;
}

/** Undefined for a job that takes records as they are. @throws AwsError ValidationException on formats that cannot be filtered */
export function recordProcessing(job: FilteredJob): RecordProcessing | undefined {
  const { InputFilter = WHOLE, OutputFilter = WHOLE, JoinSource = 'None' } = job.DataProcessing ?? {};
  const input = compileFilter(InputFilter, 'InputFilter');
  const output = compileFilter(OutputFilter, 'OutputFilter');
  if (InputFilter === WHOLE && OutputFilter === WHOLE && JoinSource === 'None') return undefined;
  const { ContentType, SplitType = 'None' } = job.TransformInput!;
  const { Accept, AssembleWith = 'None' } = job.TransformOutput!;
  const inputFormat = formatOf(ContentType);
  const outputFormat = formatOf(Accept ?? ContentType);
  if (!inputFormat || !outputFormat || (JoinSource === 'Input' && inputFormat !== outputFormat)) {
    throw validationError(
      `DataProcessing needs ContentType and Accept of one format, text/csv, application/json or application/jsonlines; got ${ContentType} and ${Accept}.`,
    );
  }
  if (SplitType !== AssembleWith || (inputFormat === 'csv' && SplitType !== 'Line')) {
    throw validationError(
      `DataProcessing needs the same SplitType and AssembleWith; got ${SplitType} and ${AssembleWith}.`,
    );
  }
  return {
    before: (record) => write(found(input(read(record, inputFormat)), 'InputFilter'), inputFormat),
    after(record, answer) {
      const prediction = read(answer, outputFormat);
      const joined = JoinSource === 'Input' ? join(read(record, inputFormat), prediction) : prediction;
      return write(found(output(joined), 'OutputFilter'), outputFormat);
    },
  };
}

type Format = 'csv' | 'json';

function formatOf(type: string | undefined): Format | undefined {
  const bare = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (bare === CSV) return 'csv';
  return JSON_TYPES.includes(bare) ? 'json' : undefined;
}

/** A CSV record is an array of its cells, as they are written. */
function read(text: string, format: Format): Json {
  return format === 'csv' ? cells(text) : (JSON.parse(text) as Json);
}

function write(value: Json, format: Format): string {
  if (format === 'json') return JSON.stringify(value);
  return Array.isArray(value) ? value.join(',') : String(value);
}

function join(record: Json, prediction: Json): Json {
  if (Array.isArray(record) && Array.isArray(prediction)) return [...record, ...prediction];
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) {
    return { ...record, SageMakerOutput: prediction };
  }
  return { SageMakerInput: record, SageMakerOutput: prediction };
}

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)((?:"(?:[^"]|"")*")|[^,]*)/g)].map(([, cell]) => cell!);
}

function found(value: Json | undefined, filter: string): Json {
  if (value === undefined) throw new RangeError(`${filter} finds nothing in a record`);
  return value;
}
