/** One training run: which one a person means, what its steps did, how it is stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import { getController, getRun, listDecisions, listRuns } from './catalog.ts';
import { type Connection, UsageError } from './connect.ts';
import { type Step, stepsOf } from './run-steps.ts';

/**
 * The run that a person means.
 * @param text its name, a part of it that no other run has, or `last`.
 * @throws UsageError when none or several are meant.
 */
export async function findRun(connection: Connection, text: string): Promise<RunItem> {
  const exact = await getRun(connection, text);
  if (exact) return exact;
  const runs = await listRuns(connection);
  if (runs.length === 0) {
    throw new UsageError(
      `run: got "${text}", but "${connection.project}" has no run yet; start one: driftless train`,
    );
  }
  if (text === 'last') return runs[0]!;
  const meant = text === '' ? [] : runs.filter(({ run }) => run.includes(text));
  if (meant.length === 1) return meant[0]!;
  const some = (meant.length > 0 ? meant : runs).slice(0, 5).map(({ run }) => run);
  throw new UsageError(
    `run: got "${text}", which ${meant.length > 0 ? `${meant.length} runs have` : 'no run has'} in its name; ` +
      `allowed: last, or a run such as ${some.join(', ')}; see them with: driftless runs`,
  );
}

export interface RunProgress {
  /** Step Functions' status; absent when the execution is no longer kept (90 days). */
  readonly execution?: string;
  readonly steps: readonly Step[];
}

/** What the steps of a run did so far. */
export async function readProgress(
  { stepFunctions }: Connection,
  { executionArn }: RunItem,
): Promise<RunProgress> {
  try {
    const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await stepFunctions.send(
        new GetExecutionHistoryCommand({
          executionArn,
          maxResults: 1000,
          includeExecutionData: true,
          nextToken,
        }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return { execution: status!, steps: stepsOf(events) };
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return { steps: [] };
    throw error;
  }
}

/** Of an error and its cause in StopExecution. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html */
const LONGEST_CAUSE = 32_768;

/**
 * Stops a run, and with it the jobs that it waits for. The record, the lock and the decision follow from the end of the
 * execution, as with any other end.
 * @throws UsageError when it has ended.
 */
export async function stopRun(connection: Connection, run: RunItem, reason: string): Promise<string> {
  const { stepFunctions, identity } = connection;
  const { execution } = await readProgress(connection, run);
  if (execution !== 'RUNNING') {
    throw new UsageError(
      `run ${run.run} is not in progress: ${execution ?? 'its execution is no longer kept'} (${run.status})`,
    );
  }
  const cause = `stopped by ${identity}: ${reason}`.slice(0, LONGEST_CAUSE);
  await stepFunctions.send(
    new StopExecutionCommand({ executionArn: run.executionArn, error: 'StoppedByPerson', cause }),
  );
  return cause;
}

/** What has become of a request for a run. */
export type RequestState =
  | { readonly state: 'unseen' }
  /** A guard holds it back. */
  | { readonly state: 'waiting'; readonly because: string }
  /** A guard has turned it down: there will be no run. */
  | { readonly state: 'refused'; readonly because: string }
  | { readonly state: 'running' | 'ended'; readonly run: RunItem };

/** How far back decisions are looked through for those on one request. */
const RECENT_DECISIONS = 500;

/** @param requestId as the controller knows it, `manual-...` for a person's. */
export async function stateOfRequest(connection: Connection, requestId: string): Promise<RequestState> {
  const ended = (run: RunItem): RequestState => ({
    state: run.status === 'InProgress' ? 'running' : 'ended',
    run,
  });
  const runs = await listRuns(connection);
  const own = runs.find(({ request }) => request.id === requestId);
  if (own) return ended(own);
  const controller = await getController(connection);
  const pending = controller?.pending.find(({ id }) => id === requestId);
  if (pending) {
    const { guardReason } = pending as typeof pending & { readonly guardReason?: string };
    return { state: 'waiting', because: guardReason ?? 'it waits for its turn' };
  }
  if (!controller?.answered.includes(requestId)) return { state: 'unseen' };
  const verdicts = (await listDecisions(connection, RECENT_DECISIONS)).filter(
    ({ kind, subject }) => kind === 'guard' && subject === requestId,
  );
  // the lock comes after every guard that turns requests down
  const passed = verdicts.find(
    ({ judgement: { rule, verdict } }) => rule === 'run-lock' && verdict === 'PASS',
  );
  const failed = verdicts.find(({ judgement: { verdict } }) => verdict === 'FAIL');
  if (!passed) return failed ? { state: 'refused', because: failed.judgement.reason } : { state: 'unseen' };
  // One run may answer several requests and is named after one of them. The lock is won just before the verdict is
  // recorded: unless another run began since, it is the last.
  const { lastRun } = controller;
  if (lastRun && lastRun.startedAt <= passed.at) {
    const last = runs.find(({ run }) => run === lastRun.run);
    return last ? ended(last) : { state: 'unseen' };
  }
  const distance = ({ startedAt }: RunItem) => Math.abs(Date.parse(startedAt) - Date.parse(passed.at));
  const [nearest] = [...runs].sort((a, b) => distance(a) - distance(b));
  return nearest ? ended(nearest) : { state: 'unseen' };
}

const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 5000;

export interface WaitForRunOptions {
  readonly timeoutMs: number;
  /** Called after each look, with the milliseconds since the start. */
  readonly onLook?: (state: RequestState, waitedMs: number) => void;
}

/** Waits until a request is answered: by the end of its run, or by a guard. @returns the last state seen. */
export async function waitForRequest(
  connection: Connection,
  requestId: string,
  { timeoutMs, onLook }: WaitForRunOptions,
): Promise<RequestState> {
  const started = performance.now();
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const state = await stateOfRequest(connection, requestId);
    const waitedMs = performance.now() - started;
    onLook?.(state, waitedMs);
    if (state.state === 'ended' || state.state === 'refused' || waitedMs + pause > timeoutMs) return state;
    await sleep(pause);
  }
}
