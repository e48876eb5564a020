/** An execution from its first event to its last. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Json } from '../json.ts';
import type { Checkpoint, ExecutionRecord } from '../model.ts';
import { NOT_IMPLEMENTED, RUNTIME, StateFailure, TIMEOUT } from './failure.ts';
import { runStates } from './run-states.ts';
import { type Execution, ExecutionEnd, recordEvent, type Strand } from './strand.ts';

/** How an execution ended: the fields of its record that its end sets. */
export type Ending = Pick<ExecutionRecord, 'output' | 'error' | 'cause'> & {
  readonly status: Exclude<ExecutionRecord['status'], 'RUNNING'>;
};

const UNTRUNCATED = { truncated: false };

/** Runs it to its end; never rejects. @param resumedFrom where it stood before a restart */
export async function runExecution(execution: Execution, resumedFrom?: Checkpoint): Promise<Ending> {
  const strand: Strand = {
    execution,
    signal: execution.signal,
    isOutermost: true,
    mapItem: undefined,
    previousEventId: resumedFrom?.lastEventId ?? 0,
    variables: resumedFrom?.variables ?? {},
  };
  const { record, machine, definition } = execution;
  try {
    if (!resumedFrom) {
      recordEvent(strand, 'ExecutionStarted', {
        executionStartedEventDetails: {
          input: record.input,
          inputDetails: UNTRUNCATED,
          roleArn: machine.roleArn,
        },
      });
    }
    const output = await runStates(strand, definition, JSON.parse(record.input) as Json, resumedFrom);
    const text = JSON.stringify(output);
    recordEvent(strand, 'ExecutionSucceeded', {
      executionSucceededEventDetails: { output: text, outputDetails: UNTRUNCATED },
    });
    return { status: 'SUCCEEDED', output: text };
  } catch (thrown) {
    return endBadly(strand, thrown);
  }
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
