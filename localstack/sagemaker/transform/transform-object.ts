/** One input object through the model: cut into requests, some at a time, the answers put together. */
import { gunzipSync } from 'node:zlib';
import type { DescribeTransformJobResponse } from '@aws-sdk/client-sagemaker';
import type { ContainerAnswer, ContainerRequest } from '../models/container-http.ts';
import { assemble, type BatchOptions, batchesOf } from './batches.ts';
import { type RecordProcessing, recordProcessing } from './data-processing.ts';

const DEFAULT_TIMEOUT_SECONDS = 600;
const DEFAULT_RETRIES = 3;
const MEGABYTE = 1024 * 1024;

/** Answers one request of a container. @throws Error when it does not answer */
export type Invoke = (request: ContainerRequest) => Promise<ContainerAnswer>;

/** The output of an object. @throws Error in the words of the data log, when the model refuses a part of it */
export async function transformObject(
  job: DescribeTransformJobResponse,
  object: Buffer,
  invoke: Invoke,
): Promise<Buffer> {
  const data = job.TransformInput!.CompressionType === 'Gzip' ? gunzipSync(object) : object;
  const isSplit = job.TransformInput!.SplitType === 'Line';
  const options: BatchOptions = {
    splitType: isSplit ? 'Line' : 'None',
    strategy: job.BatchStrategy === 'SingleRecord' ? 'SingleRecord' : 'MultiRecord',
    maximumBytes: job.MaxPayloadInMB! * MEGABYTE,
  };
  const processing = recordProcessing(job);
  const work = [...batchesOf(data, options)].map(
    (batch) => () =>
      processing ? processed(job, batch, { processing, isSplit, invoke }) : answerOf(job, batch, invoke),
  );
  const answers = await inTurns(work, job.MaxConcurrentTransforms || 1);
  return assemble(answers, job.TransformOutput!.AssembleWith === 'Line' ? 'Line' : 'None');
}

interface Processed {
  readonly processing: RecordProcessing;
  readonly isSplit: boolean;
  readonly invoke: Invoke;
}

/** A batch filtered record by record, and its answer joined with it record by record. */
async function processed(
  job: DescribeTransformJobResponse,
  batch: Buffer,
  { processing, isSplit, invoke }: Processed,
): Promise<Buffer> {
  const records = isSplit ? linesOf(batch) : [batch.toString('utf8')];
  const filtered = records.map((record) => processing.before(record));
  const body = Buffer.from(isSplit ? `${filtered.join('\n')}\n` : filtered[0]!);
  const answer = await answerOf(job, body, invoke);
  const answers = isSplit ? linesOf(answer) : [answer.toString('utf8')];
  if (answers.length !== records.length) {
    throw new RangeError(
      `the model answered ${answers.length} records for ${records.length}: they cannot be joined`,
    );
  }
  const joined = records.map((record, index) => processing.after(record, answers[index]!));
  return Buffer.from(isSplit ? `${joined.join('\n')}\n` : joined[0]!);
}

function linesOf(data: Buffer): string[] {
  return data
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
}

/** Runs work in order, so many pieces at a time. */
async function inTurns<T>(work: readonly (() => Promise<T>)[], atATime: number): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < work.length) {
      const index = next;
      next += 1;
      results[index] = await work[index]!();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, work.length) }, worker));
  return results;
}

async function answerOf(job: DescribeTransformJobResponse, body: Buffer, invoke: Invoke): Promise<Buffer> {
  const timeoutMs = (job.ModelClientConfig?.InvocationsTimeoutInSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  const retries = job.ModelClientConfig?.InvocationsMaxRetries ?? DEFAULT_RETRIES;
  const headers = {
    ...(job.TransformInput!.ContentType ? { 'content-type': job.TransformInput!.ContentType } : {}),
    ...(job.TransformOutput!.Accept ? { accept: job.TransformOutput!.Accept } : {}),
  };
  for (let attempt = 0; ; attempt += 1) {
    const answer = await invoke({ body, headers, timeoutMs }).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status < 300) return answer.body;
    const isClientError = !(answer instanceof Error) && answer.status < 500;
    if (!isClientError && attempt < retries) continue;
    if (answer instanceof Error) throw answer;
    const kind = isClientError ? 'ClientError' : 'InternalServerError';
    throw new Error(`${kind}: ${answer.status} Message: ${answer.body.toString('utf8').slice(0, 1000)}`);
  }
}
