/** Task states. */
import { findIntegration } from '../integrations/catalogue.ts';
import type { Integration, TaskContext } from '../integrations/integration.ts';
import { exceedsPayloadLimit, type Json } from '../json.ts';
import { HEARTBEAT_TIMEOUT, RUNTIME, StateFailure, TIMEOUT } from './failure.ts';
import { wrongType } from './io-jsonata.ts';
import { untilAborted } from './pause.ts';
import { tooLarge } from './payload-size.ts';
import { taskEvents } from './task-events.ts';
import type { Callback } from './task-tokens.ts';
import type { Outcome, Visit } from './visit.ts';

/** One attempt of a task: its call, and what it waits for. */
export async function attemptTask(visit: Visit): Promise<Outcome> {
  const { state, strand } = visit;
  const resource = String(state.Resource);
  const integration = await findIntegration(resource);
  if (!integration) throw new StateFailure(RUNTIME, `The resource ${resource} is not recognized.`);
  const { execution } = strand;
  const callback = integration.pattern === 'token' ? execution.tokens.issue(execution.record.arn) : undefined;
  visit.taskToken = callback?.token;
  try {
    const result = await perform(visit, integration, callback);
    const finished = await visit.io.finish(result);
    return { ...finished, next: state.Next };
  } finally {
    callback?.revoke();
    visit.taskToken = undefined;
  }
}

async function perform(visit: Visit, integration: Integration, callback?: Callback): Promise<Json> {
  const { strand, io } = visit;
  const args = await io.arguments();
  const timeoutSeconds = await seconds(visit, 'TimeoutSeconds');
  const heartbeatSeconds = await seconds(visit, 'HeartbeatSeconds');
  const events = taskEvents(strand, integration);
  events.scheduled(args, { timeoutSeconds, heartbeatSeconds });
  if (exceedsPayloadLimit(args)) throw events.failed(tooLarge(visit.name), false);
  events.started();

  const limits = new AbortController();
  const signal = AbortSignal.any([strand.signal, limits.signal]);
  const timers = startTimers(visit, limits, { timeoutSeconds, heartbeatSeconds }, callback);
  let isSubmitted = integration.pattern === 'request';
  try {
    const task = taskContext(visit, signal);
    let result = await untilAborted(signal, integration.start(args, task));
    if (integration.pattern !== 'request') {
      events.submitted(result);
      isSubmitted = true;
      result = await outcomeOf(integration, args, result, task, callback);
    }
    if (exceedsPayloadLimit(result)) throw tooLarge(visit.name);
    events.succeeded(result);
    return result;
  } catch (thrown) {
    if (strand.signal.aborted || !(thrown instanceof StateFailure)) throw thrown;
    throw events.failed(thrown, !isSubmitted);
  } finally {
    timers.cancel();
  }
}

function outcomeOf(
  integration: Integration,
  args: Json,
  response: Json,
  task: TaskContext,
  callback?: Callback,
): Promise<Json> {
  if (callback) return task.cloud.clock.waitFor(untilAborted(task.signal, callback.result));
  if (!integration.finish) throw new Error(`${integration.resource} has no end to wait for`);
  return untilAborted(task.signal, integration.finish(args, response, task));
}

function taskContext({ strand }: Visit, signal: AbortSignal): TaskContext {
  const { cloud, record, machine, principal, executionEnd } = strand.execution;
  return {
    cloud,
    signal,
    principal,
    executionEnd,
    executionArn: record.arn,
    stateMachineArn: machine.arn,
  };
}

interface Limits {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/** Aborts the attempt when it takes too long, or no heartbeat comes. */
function startTimers(
  { strand, name }: Visit,
  controller: AbortController,
  { timeoutSeconds, heartbeatSeconds }: Limits,
  callback?: Callback,
): { cancel(): void } {
  const { clock } = strand.execution.cloud;
  const abortAfter = (limitSeconds: number | undefined, what: string) =>
    limitSeconds === undefined
      ? undefined
      : clock.after(limitSeconds * 1_000, `${what} of ${name}`, () =>
          controller.abort(new StateFailure(TIMEOUT, undefined, { alias: what })),
        );
  const whole = abortAfter(timeoutSeconds, TIMEOUT);
  let beat = abortAfter(heartbeatSeconds, HEARTBEAT_TIMEOUT);
  if (callback) {
    callback.onHeartbeat = () => {
      beat?.cancel();
      beat = abortAfter(heartbeatSeconds, HEARTBEAT_TIMEOUT);
    };
  }
  return {
    cancel() {
      whole?.cancel();
      beat?.cancel();
      if (callback) callback.onHeartbeat = () => {};
    },
  };
}

async function seconds(
  visit: Visit,
  name: 'TimeoutSeconds' | 'HeartbeatSeconds',
): Promise<number | undefined> {
  const value = await visit.io.option(name);
  if (value === undefined || (typeof value === 'number' && value > 0)) return value;
  throw wrongType(visit.state[name], name, 'number', value);
}
