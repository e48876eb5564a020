/** The queue of an asynchronous endpoint: input from S3, through the container, output to S3, word to a topic. */
import type { ContainerAnswer } from '../models/container-http.ts';
import { parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import { type AsyncResult, notify } from './async-notifications.ts';
import type { AsyncRequest } from './async-request.ts';
import { endpointDimensions } from './endpoint-metrics.ts';
import { type EndpointRecord, endpointKey } from './endpoint-record.ts';
import type { PickedVariant } from './fleet.ts';
import { type InvokeContext, invokeContainer, isGood, modelError, route } from './invocation.ts';

/** For configurations that do not say: AWS chooses by itself. */
const DEFAULT_CONCURRENCY = 4;

export interface AsyncQueue {
  /** Takes a stored request up, now or when it is its turn. */
  add(request: AsyncRequest): void;
  /** Takes up what an earlier run of the cloud accepted and did not finish. */
  resume(): void;
  /** Takes nothing up any more; what is under way stays stored for the next start. */
  stop(): void;
}

/** The queues of all endpoints of a service. */
export function createAsyncQueue(context: InvokeContext): AsyncQueue {
  const { sagemaker, metrics } = context;
  const waiting = new Map<string, AsyncRequest[]>();
  const active = new Map<string, number>();
  let isStopped = false;

  function pump(key: string): void {
    const queue = waiting.get(key) ?? [];
    const record = sagemaker.endpoints.get(key);
    while (queue.length > 0 && !isStopped) {
      const running = active.get(key) ?? 0;
      if (running >= (record ? capacityOf(record) : Number.POSITIVE_INFINITY)) return;
      const request = queue.shift()!;
      active.set(key, running + 1);
      sagemaker.cloud.background(`asynchronous invocation ${request.inferenceId}`, async () => {
        try {
          await serve(context, request, () => isStopped);
        } finally {
          if (!isStopped) sagemaker.asyncRequests.delete(request.id);
          active.set(key, active.get(key)! - 1);
          measureBacklog(key, request.endpoint);
          pump(key);
        }
      });
    }
  }

  function measureBacklog(key: string, endpoint: string): void {
    const record = sagemaker.endpoints.get(key);
    const queue = waiting.get(key) ?? [];
    const size = queue.length + (active.get(key) ?? 0);
    const instances = record ? instancesOf(record) : 0;
    const at = sagemaker.cloud.clock.date();
    const oldest = queue[0] ? (at.getTime() - queue[0].receivedAt.getTime()) / 1000 : 0;
    const dimensions = endpointDimensions(endpoint);
    metrics.add(
      [
        { name: 'ApproximateBacklogSize', value: size, unit: 'Count' as const },
        {
          name: 'ApproximateBacklogSizePerInstance',
          value: size / Math.max(1, instances),
          unit: 'Count' as const,
        },
        { name: 'ApproximateAgeOfOldestRequest', value: oldest, unit: 'Seconds' as const },
        {
          name: 'HasBacklogWithoutCapacity',
          value: Number(size > 0 && instances === 0),
          unit: 'Count' as const,
        },
      ].map((each) => ({ ...each, dimensions, at })),
    );
  }

  function add(request: AsyncRequest): void {
    const key = endpointKey(request.endpoint);
    const queue = waiting.get(key) ?? [];
    waiting.set(key, queue);
    queue.push(request);
    measureBacklog(key, request.endpoint);
    pump(key);
  }

  return {
    add,
    resume() {
      const stored = sagemaker.asyncRequests.values();
      for (const request of stored.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime()))
        add(request);
    },
    stop() {
      isStopped = true;
    },
  };
}

const instancesOf = (record: EndpointRecord): number =>
  record.live.variants.reduce((sum, each) => sum + each.desiredInstances, 0);

function capacityOf(record: EndpointRecord): number {
  const each = record.live.async?.ClientConfig?.MaxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENCY;
  return each * Math.max(1, instancesOf(record));
}

/** Serves one request; its end is in S3, at a topic and in the metrics. An endpoint that is gone takes it along. */
async function serve(
  context: InvokeContext,
  request: AsyncRequest,
  isInterrupted: () => boolean,
): Promise<void> {
  const { sagemaker } = context;
  const record = sagemaker.endpoints.get(endpointKey(request.endpoint));
  if (!record || !sagemaker.fleets.has(endpointKey(request.endpoint))) return;
  const picked = route(sagemaker, request.endpoint);
  const startedAt = sagemaker.cloud.clock.date();
  const count = counter(context, request, picked);
  const inBacklogMs = startedAt.getTime() - request.receivedAt.getTime();
  count('TimeInBacklog', inBacklogMs, 'Milliseconds');
  const outcome = await run(context, { request, picked, isExpired: startedAt > request.expiresAt, count });
  if (isInterrupted()) return;
  const result: AsyncResult = { request, at: sagemaker.cloud.clock.date(), ...outcome };
  count('InvocationsProcesssed', 1, 'Count');
  if (outcome.failureReason !== undefined) count('InvocationFailures', 1, 'Count');
  const config = picked.fleet.deployment.async ?? record.live.async!;
  await notify(sagemaker, result, { config, role: picked.process.role() }).catch((error: unknown) => {
    count('NotificationFailures', 1, 'Count');
    console.error(`local cloud: sagemaker: no notification of ${request.inferenceId}: ${String(error)}`);
  });
  count('TotalProcessingTime', sagemaker.cloud.clock.now() - request.receivedAt.getTime(), 'Milliseconds');
}

type Count = (name: string, value: number, unit: 'Count' | 'Milliseconds' | 'Microseconds') => void;

function counter({ sagemaker, metrics }: InvokeContext, request: AsyncRequest, picked: PickedVariant): Count {
  const dimensions = endpointDimensions(request.endpoint, picked.variant.name);
  return (name, value, unit) =>
    metrics.add([{ name, value, unit, dimensions, at: sagemaker.cloud.clock.date() }]);
}

interface Run {
  readonly request: AsyncRequest;
  readonly picked: PickedVariant;
  readonly isExpired: boolean;
  readonly count: Count;
}

type Outcome = Pick<AsyncResult, 'failureReason' | 'answer'>;

async function run(context: InvokeContext, { request, picked, isExpired, count }: Run): Promise<Outcome> {
  const { sagemaker } = context;
  if (isExpired) {
    count('ExpiredRequests', 1, 'Count');
    return { failureReason: 'ClientError: The request expired before it was processed.' };
  }
  const s3 = s3AsRole(sagemaker.cloud, picked.process.role());
  const kmsKeyId = picked.fleet.deployment.async?.OutputConfig?.KmsKeyId;
  const downloadedAt = performance.now();
  let body: Buffer;
  try {
    body = await s3.read(parseS3Uri(request.inputLocation));
    count('RequestDownloadLatency', Math.round((performance.now() - downloadedAt) * 1000), 'Microseconds');
  } catch (error) {
    count('RequestDownloadFailures', 1, 'Count');
    return {
      failureReason: `ClientError: Failed to download the request payload: ${(error as Error).message}`,
    };
  }
  let answer: ContainerAnswer;
  try {
    answer = await invokeContainer(context, {
      endpoint: request.endpoint,
      picked,
      isAsync: true,
      at: sagemaker.cloud.clock.date(),
      receivedAt: performance.now(),
      body,
      headers: request.headers,
      timeoutMs: request.timeoutSeconds * 1000,
    });
  } catch (error) {
    return { failureReason: `InternalServerError: ${(error as Error).message}` };
  }
  try {
    const startedAt = performance.now();
    const target = isGood(answer) ? request.outputLocation : request.failureLocation;
    const text = isGood(answer) ? answer.body : modelError(request.endpoint, sagemaker.cloud, answer).message;
    const written = { kmsKeyId, contentType: isGood(answer) ? answer.contentType : 'text/plain' };
    if (target !== undefined) await s3.write(parseS3Uri(target), Buffer.from(text), written);
    count('ResponseUploadLatency', Math.round((performance.now() - startedAt) * 1000), 'Microseconds');
  } catch (error) {
    count('ResponseUploadFailures', 1, 'Count');
    return {
      failureReason: `ClientError: Failed to upload the response: ${(error as Error).message}`,
      answer,
    };
  }
  return isGood(answer) ? { answer } : { failureReason: failureReason(answer), answer };
}

function failureReason({ status }: ContainerAnswer): string {
  const kind = status >= 400 && status < 500 ? 'client' : 'server';
  return `ClientError: Received ${kind} error (${status}) from model. See the SageMaker Endpoint logs in your account for more information.`;
}
