/** ResultWriter: what a Map Run gives, and the files that it writes in S3. */
import type { ResultWriter } from '../../definition/asl.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { MapRunRecord, ResultFile } from '../../map-run-model.ts';
import type { ExecutionRecord } from '../../model.ts';
import { redrivabilityOf } from '../../redrive-status.ts';
import { StateFailure } from '../failure.ts';
import type { Execution } from '../strand.ts';
import { languageOf, type Visit } from '../visit.ts';
import { writeObject } from './s3-objects.ts';

/** The results could not be written. */
const RESULT_WRITER_FAILED = 'States.ResultWriterFailed';

/** A writer whose fields have been evaluated. */
export interface PreparedWriter {
  /** Undefined when results are only handed on. */
  readonly place: { readonly Bucket: string; readonly Prefix: string; readonly owner?: string } | undefined;
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  readonly isLines: boolean;
}

/** Results of a Map Run, by what became of the child executions. */
export interface Results {
  /** In the order of the items. */
  readonly succeeded: readonly ExecutionRecord[];
  /** Failed, timed out and aborted. */
  readonly failed: readonly ExecutionRecord[];
  /** Inputs of those that were never started. */
  readonly pending: readonly string[];
}

/** Evaluates a writer's fields. @throws StateFailure as for the state's own fields */
export async function prepareWriter(visit: Visit, writer: ResultWriter | undefined): Promise<PreparedWriter> {
  const config = writer?.WriterConfig ?? {};
  const isLines = config.OutputType === 'JSONL';
  if (!writer?.Resource) {
    return { place: undefined, transformation: config.Transformation ?? 'COMPACT', isLines };
  }
  const isJsonata = languageOf(visit) === 'JSONata';
  const template = (isJsonata ? writer.Arguments : writer.Parameters) ?? {};
  const field = isJsonata ? 'ResultWriter/Arguments' : 'ResultWriter/Parameters';
  const value = await visit.io.itemTemplate(template, field);
  const { Bucket, Prefix = '', ExpectedBucketOwner } = isObject(value) ? value : {};
  return {
    place: {
      Bucket: String(Bucket),
      Prefix: String(Prefix).replace(/\/+$/, ''),
      ...(typeof ExpectedBucketOwner === 'string' ? { owner: ExpectedBucketOwner } : {}),
    },
    transformation: config.Transformation ?? 'NONE',
    isLines,
  };
}

/** The state's result without a file: outputs in the order of the items; failed ones as AWS describes them. */
export function resultsInline(
  children: readonly ExecutionRecord[],
  { transformation }: PreparedWriter,
  nowMs: number,
): Json {
  return children.flatMap((child) => transformed(child, transformation, nowMs));
}

/**
 * Writes the results' files and their manifest.
 * @returns the manifest's key, and the files of successes to name in manifests of later redrives
 * @throws StateFailure States.ResultWriterFailed
 */
export async function writeResults(
  execution: Execution,
  run: MapRunRecord,
  writer: PreparedWriter,
  results: Results,
): Promise<{ key: string; succeededFiles: readonly ResultFile[] }> {
  const { place, transformation, isLines } = writer;
  const { Bucket, Prefix, owner } = place as NonNullable<typeof place>;
  const nowMs = execution.cloud.clock.now();
  const attempt = run.redriveCount === 0 ? '' : `Redrive-${run.redriveCount}/`;
  const folder = `${Prefix === '' ? '' : `${Prefix}/`}${run.arn.split(':').at(-1)}/${attempt}`;

  async function write(name: string, entries: readonly Json[]): Promise<readonly ResultFile[]> {
    if (entries.length === 0) return [];
    const Key = `${folder}${name}_0.${isLines ? 'jsonl' : 'json'}`;
    const body = Buffer.from(
      isLines ? entries.map((entry) => `${JSON.stringify(entry)}\n`).join('') : JSON.stringify(entries),
    );
    await put(Key, body, 'binary/octet-stream');
    return [{ Key, Size: body.length }];
  }

  function put(Key: string, body: Buffer, contentType: string): Promise<void> {
    const object = { Bucket, Key, ...(owner ? { ExpectedBucketOwner: owner } : {}) };
    return writeObject(execution, object, body, contentType);
  }

  try {
    const failed = results.failed.map((child) => entryOf(child, nowMs));
    const pending = results.pending.map((Input) => ({
      Input,
      InputDetails: { Included: true },
      Status: 'PENDING',
    }));
    const succeeded = results.succeeded.flatMap((child) => transformed(child, transformation, nowMs));
    const FAILED = await write('FAILED', failed);
    const PENDING = await write('PENDING', pending);
    const SUCCEEDED = [...(run.succeededFiles ?? []), ...(await write('SUCCEEDED', succeeded))];
    const manifest = {
      DestinationBucket: Bucket,
      MapRunArn: run.arn,
      ResultFiles: { FAILED, PENDING, SUCCEEDED },
    };
    const key = `${folder}manifest.json`;
    await put(key, Buffer.from(JSON.stringify(manifest)), 'application/octet-stream');
    return { key, succeededFiles: SUCCEEDED };
  } catch (thrown) {
    if (thrown instanceof StateFailure) throw thrown;
    throw new StateFailure(RESULT_WRITER_FAILED, (thrown as Error).message);
  }
}

function transformed(
  child: ExecutionRecord,
  transformation: PreparedWriter['transformation'],
  nowMs: number,
): readonly Json[] {
  if (child.status !== 'SUCCEEDED' || transformation === 'NONE') return [entryOf(child, nowMs)];
  const output = JSON.parse(child.output ?? 'null') as Json;
  return transformation === 'FLATTEN' && Array.isArray(output) ? (output as Json[]) : [output];
}

/** A child execution as result files have it. */
function entryOf(child: ExecutionRecord, nowMs: number): JsonObject {
  const { status, reason } = redrivabilityOf(child, nowMs);
  const { cause, error, output, stopDate } = child;
  return {
    ...(cause === undefined ? {} : { Cause: cause }),
    ...(error === undefined ? {} : { Error: error }),
    ExecutionArn: child.arn,
    Input: child.input,
    InputDetails: { Included: true },
    Name: child.name,
    ...(output === undefined ? {} : { Output: output }),
    OutputDetails: { Included: true },
    RedriveCount: child.redriveCount ?? 0,
    RedriveStatus: status,
    ...(reason === undefined ? {} : { RedriveStatusReason: reason }),
    StartDate: child.startDate.toISOString(),
    StateMachineArn: child.stateMachineArn,
    Status: child.status,
    ...(stopDate === undefined ? {} : { StopDate: stopDate.toISOString() }),
  };
}
