/** The steps of an execution, read from its history. Pure. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { failureReason } from '../../lambdas/training/failure-reason.ts';

export interface Step {
  readonly name: string;
  readonly status: 'running' | 'done' | 'failed' | 'stopped';
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Attempts after the first. */
  readonly retries: number;
  /** One sentence, of the last attempt that failed. */
  readonly failure?: string;
}

interface Draft {
  readonly name: string;
  readonly startedAt: Date;
  endedAt?: Date;
  attempts: number;
  failure?: string;
  isFailed: boolean;
}

/** States that do something or wait; the others only choose what comes next. */
const SHOWN = /^(Task|Parallel|Map|Wait)StateEntered$/;

/**
 * @param events all of the history, oldest first.
 * @returns a step for each time that a state was entered, in that order.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export function stepsOf(events: readonly HistoryEvent[]): Step[] {
  const drafts: Draft[] = [];
  /** The state that an event belongs to, by the event's id. */
  const ownerOf = new Map<number, Draft>();
  let end: { readonly at: Date; readonly type: string } | undefined;
  for (const event of events) {
    const { id = 0, previousEventId = 0, type = '', timestamp = new Date(0) } = event;
    const before = ownerOf.get(previousEventId);
    if (SHOWN.test(type)) {
      const draft: Draft = {
        name: event.stateEnteredEventDetails!.name!,
        startedAt: timestamp,
        attempts: 0,
        isFailed: false,
      };
      drafts.push(draft);
      ownerOf.set(id, draft);
    } else if (type.endsWith('StateExited')) {
      // by name: a parallel state's exit follows an event of its last branch
      const name = event.stateExitedEventDetails?.name;
      const draft = drafts.findLast((one) => one.name === name && one.endedAt === undefined);
      if (draft) draft.endedAt = timestamp;
    } else if (type.startsWith('Execution') && type !== 'ExecutionStarted') {
      if (type !== 'ExecutionRedriven') end = { at: timestamp, type };
    } else if (before) {
      ownerOf.set(id, before);
      note(before, event);
    }
  }
  return drafts.map((draft) => stepOf(draft, end));
}

function note(draft: Draft, event: HistoryEvent): void {
  const type = event.type ?? '';
  if (/^(Task|LambdaFunction|Activity)Scheduled$/.test(type)) draft.attempts += 1;
  if (/(Succeeded|StateSucceeded)$/.test(type)) draft.isFailed = false;
  if (!/(Failed|TimedOut)$/.test(type)) return;
  const details =
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.taskStartFailedEventDetails ??
    event.lambdaFunctionFailedEventDetails ??
    event.lambdaFunctionTimedOutEventDetails;
  draft.isFailed = true;
  if (details) draft.failure = failureReason({ Error: details.error, Cause: details.cause }, type);
}

function stepOf(draft: Draft, end: { readonly at: Date; readonly type: string } | undefined): Step {
  const { name, startedAt, endedAt, attempts, failure, isFailed } = draft;
  // the end of the execution is that of the states it was in
  const ended = endedAt ?? end?.at;
  const wasCut = endedAt === undefined && end !== undefined;
  const status = !ended
    ? 'running'
    : isFailed || (wasCut && end.type === 'ExecutionFailed')
      ? 'failed'
      : wasCut
        ? 'stopped'
        : 'done';
  return {
    name,
    status,
    startedAt: startedAt.toISOString(),
    ...(ended && { endedAt: ended.toISOString() }),
    retries: Math.max(0, attempts - 1),
    ...(failure !== undefined && { failure }),
  };
}
