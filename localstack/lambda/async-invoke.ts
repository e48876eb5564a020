/**
 * Asynchronous invocation: events are kept until they are settled, retried on the cloud's clock as AWS does, and what
 * became of them goes to a destination or the dead-letter queue.
 */
import { AwsError } from '../core/errors.ts';
import { createDelivery, type InvocationRecord } from './destinations.ts';
import type { Execution, Executor } from './execute.ts';
import { functionArn, resolveVersion } from './names.ts';
import { type FunctionRecord, type FunctionVersion, LATEST, type QueuedEvent } from './records.ts';
import type { LambdaState } from './state.ts';

const DEFAULT_RETRIES = 2;
const DEFAULT_EVENT_AGE_SECONDS = 21_600;
/** AWS waits one minute before the first retry and two before the second, never to the second. */
const RETRY_DELAY_MS = 60_000;
/** How much later than that a retry may come, as a share of the delay. */
const RETRY_JITTER = 0.1;
/** Throttled events are tried again after 1 second, then ever later, up to 5 minutes apart. */
const FIRST_THROTTLE_DELAY_MS = 1000;
const LONGEST_THROTTLE_DELAY_MS = 300_000;

export interface AsyncInvoker {
  /** Keeps the event; it runs beside the call, and by a fault twice or late. */
  accept(requestId: string, event: { name: string; qualifier?: string | undefined; payload: string }): void;
  /** Takes up what a former process of the cloud left. */
  start(): void;
  stop(): void;
}

type Settled = { execution?: Execution; condition: InvocationRecord['requestContext']['condition'] };

/** The invoker over an executor; `random` (0..1) spreads the retries. */
export function createAsyncInvoker(
  state: LambdaState,
  executor: Executor,
  random = Math.random,
): AsyncInvoker {
  const { cloud, queuedEvents } = state;
  const deliver = createDelivery(state, executor.metrics);
  let stopped = false;

  function schedule(event: QueuedEvent): void {
    const label = `asynchronous invocation of ${event.functionName}`;
    cloud.clock.at(event.nextAtEpochMs, label, () => attempt(event));
  }

  function again(event: QueuedEvent, delayMs: number, change: Partial<QueuedEvent>): void {
    const next = { ...event, ...change, nextAtEpochMs: cloud.clock.now() + delayMs };
    queuedEvents.put(event.requestId, next);
    schedule(next);
  }

  async function settle(
    event: QueuedEvent,
    record: FunctionRecord,
    version: FunctionVersion,
    { execution, condition }: Settled,
  ): Promise<void> {
    const succeeded = condition === 'Success';
    if (!succeeded) executor.metrics.put(record.name, { AsyncEventsDropped: 1 });
    const report: InvocationRecord = {
      version: '1.0',
      timestamp: cloud.clock.date().toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: `${record.arn}:${event.qualifier ?? LATEST}`,
        condition,
        approximateInvokeCount: execution ? event.attempts + 1 : event.attempts,
      },
      requestPayload: JSON.parse(event.payload),
      ...(execution && {
        responseContext: {
          statusCode: 200,
          executedVersion: execution.executedVersion,
          ...(execution.failed && { functionError: 'Unhandled' }),
        },
        responsePayload: JSON.parse(execution.payload),
      }),
    };
    await deliver(event, record, version, report);
    queuedEvents.delete(event.requestId);
  }

  async function attempt(event: QueuedEvent): Promise<void> {
    const record = state.functions.get(event.functionName);
    if (stopped) return;
    if (!record) {
      queuedEvents.delete(event.requestId);
      return;
    }
    const version = resolveVersion(record, event.qualifier);
    const config = record.eventInvoke[event.qualifier ?? LATEST];
    const maximumAgeMs = (config?.maximumEventAgeSeconds ?? DEFAULT_EVENT_AGE_SECONDS) * 1000;
    if (cloud.clock.now() - event.receivedAtEpochMs > maximumAgeMs) {
      return settle(event, record, version, { condition: 'EventAgeExceeded' });
    }
    let execution: Execution;
    try {
      const invokedArn = event.qualifier === undefined ? record.arn : `${record.arn}:${event.qualifier}`;
      const { requestId, payload } = event;
      execution = await executor.execute({ record, version, invokedArn, requestId, payload });
    } catch (error) {
      if (stopped) return;
      if (!(error instanceof AwsError)) throw error;
      const delayMs = Math.min(FIRST_THROTTLE_DELAY_MS * 2 ** event.throttles, LONGEST_THROTTLE_DELAY_MS);
      return again(event, delayMs, { throttles: event.throttles + 1 });
    }
    if (stopped) return;
    if (!execution.failed) return settle(event, record, version, { execution, condition: 'Success' });
    const attempts = event.attempts + 1;
    if (attempts > (config?.maximumRetryAttempts ?? DEFAULT_RETRIES)) {
      return settle(event, record, version, { execution, condition: 'RetriesExhausted' });
    }
    const delayMs = attempts * RETRY_DELAY_MS * (1 + RETRY_JITTER * random());
    if (cloud.clock.now() + delayMs - event.receivedAtEpochMs > maximumAgeMs) {
      return settle(event, record, version, { execution, condition: 'EventAgeExceeded' });
    }
    again(event, delayMs, { attempts });
  }

  return {
    accept(requestId, { name, qualifier, payload }) {
      const now = cloud.clock.now();
      const event: QueuedEvent = {
        requestId,
        functionName: name,
        ...(qualifier !== undefined && { qualifier }),
        payload,
        receivedAtEpochMs: now,
        attempts: 0,
        throttles: 0,
        nextAtEpochMs: now,
      };
      queuedEvents.put(requestId, event);
      executor.metrics.put(name, { AsyncEventsReceived: 1 });
      const target = functionArn(cloud, name, qualifier);
      cloud.background(`asynchronous invocation of ${name}`, () =>
        cloud.faults.deliver({ service: 'lambda', target }, () => attempt(event)),
      );
    },
    start() {
      for (const event of queuedEvents.values()) schedule(event);
    },
    stop() {
      stopped = true;
    },
  };
}
