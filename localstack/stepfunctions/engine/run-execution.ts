/** An execution from its first event to its last. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Json } from '../json.ts';
import type { ExecutionRecord, Place } from '../model.ts';
import { NOT_IMPLEMENTED, RUNTIME, StateFailure, TIMEOUT } from './failure.ts';
import { type From, runStates } from './run-states.ts';
import { type Execution, ExecutionEnd, outermostStrand, recordEvent, type Strand } from './strand.ts';

/** How an execution ended: the fields of its record that its end sets. */
export type Ending = Pick<ExecutionRecord, 'output' | 'error' | 'cause'> & {
  readonly status: Exclude<ExecutionRecord['status'], 'RUNNING'>;
};

/** The end of an execution, and where it stood then. */
export interface Ended {
  readonly ending: Ending;
  /** Undefined when it had not entered a state. */
  readonly place: Place | undefined;
}

const UNTRUNCATED = { truncated: false };

/** Runs it to its end; never rejects. @param from where it goes on after a restart or a redrive */
export async function runExecution(execution: Execution, from: From = {}): Promise<Ended> {
  const strand = outermostStrand(execution);
  const ending = await run(strand, from);
  return { ending, place: strand.place };
}

async function run(strand: Strand, from: From): Promise<Ending> {
  const { execution } = strand;
  const { record, machine, definition } = execution;
  strand.previousEventId = from.checkpoint?.lastEventId ?? 0;
  try {
    if (execution.lastEventId === 0) {
      recordEvent(strand, 'ExecutionStarted', {
        executionStartedEventDetails: {
          input: record.input,
          inputDetails: UNTRUNCATED,
          roleArn: machine.roleArn,
        },
      });
    }
    const output = await runStates(strand, definition, JSON.parse(record.input) as Json, from);
    const text = JSON.stringify(output);
    recordEvent(strand, 'ExecutionSucceeded', {
      executionSucceededEventDetails: { output: text, outputDetails: UNTRUNCATED },
    });
    return { status: 'SUCCEEDED', output: text };
  } catch (thrown) {
    return endBadly(strand, thrown);
  }
}

/** Records that the execution goes on. */
export function recordRedrive(execution: Execution): void {
  appendLast(execution, execution.lastEventId, {
    type: 'ExecutionRedriven',
    executionRedrivenEventDetails: { redriveCount: execution.record.redriveCount ?? 0 },
  });
}

/** Records the end of an execution that a restart left without one. */
export function failInterrupted(execution: Execution, cause: string): Ending {
  return endFailed(execution, execution.lastEventId, new StateFailure(RUNTIME, cause));
}

function endBadly(strand: Strand, thrown: unknown): Ending {
  const { execution } = strand;
  if (thrown instanceof ExecutionEnd) return endFromOutside(execution, strand.previousEventId, thrown);
  if (thrown instanceof StateFailure) {
    if (thrown.error === NOT_IMPLEMENTED) {
      console.error(`local cloud: execution ${execution.record.arn}: ${thrown.failureCause}`);
    }
    return endFailed(execution, strand.previousEventId, thrown);
  }
  // a defect of the interpreter must not look like the workflow's own failure
  console.error(`local cloud: execution ${execution.record.arn} met an internal error:`, thrown);
  const cause = `internal error of the local cloud: ${(thrown as Error).message}`;
  return endFailed(execution, strand.previousEventId, new StateFailure(RUNTIME, cause));
}

function endFailed(execution: Execution, previousEventId: number, failure: StateFailure): Ending {
  const details = {
    ...(failure.error === undefined ? {} : { error: failure.error }),
    ...(failure.failureCause === undefined ? {} : { cause: failure.failureCause }),
  };
  appendLast(execution, previousEventId, { type: 'ExecutionFailed', executionFailedEventDetails: details });
  return { status: 'FAILED', ...details };
}

function endFromOutside(execution: Execution, previousEventId: number, end: ExecutionEnd): Ending {
  const details = {
    ...(end.error === undefined ? {} : { error: end.error }),
    ...(end.failureCause === undefined ? {} : { cause: end.failureCause }),
  };
  if (end.status === 'ABORTED') {
    appendLast(execution, previousEventId, {
      type: 'ExecutionAborted',
      executionAbortedEventDetails: details,
    });
    return { status: 'ABORTED', ...details };
  }
  // as on AWS, only the event names the error, and it follows no other
  appendLast(execution, 0, { type: 'ExecutionTimedOut', executionTimedOutEventDetails: { error: TIMEOUT } });
  return { status: 'TIMED_OUT' };
}

/** The last event has a place even in a full history. */
function appendLast(
  execution: Execution,
  previousEventId: number,
  event: Pick<HistoryEvent, 'type'> & Partial<HistoryEvent>,
): void {
  execution.lastEventId += 1;
  const timestamp = execution.cloud.clock.date();
  execution.append({ ...event, id: execution.lastEventId, previousEventId, timestamp } as HistoryEvent);
}
