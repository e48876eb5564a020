/** One line of states under way: the execution itself, a branch of a Parallel, an iteration of a Map. */
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import type { Definition } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Checkpoint, ExecutionRecord, MachineRevision } from '../model.ts';
import { RUNTIME, StateFailure } from './failure.ts';
import type { TaskTokens } from './task-tokens.ts';

/** AWS ends an execution whose history is longer. */
const LONGEST_HISTORY = 25_000;

/** An execution under way. */
export interface Execution {
  readonly cloud: Cloud;
  readonly record: ExecutionRecord;
  readonly machine: MachineRevision;
  readonly definition: Definition;
  readonly tokens: TaskTokens;
  /** Aborted, with an ExecutionEnd as reason, when the execution is stopped or times out. */
  readonly signal: AbortSignal;
  /** Id of the newest event. */
  lastEventId: number;
  /** The role's session. @throws StateFailure States.Permissions */
  principal(): Principal;
  append(event: HistoryEvent): void;
  checkpoint(checkpoint: Checkpoint): void;
  /** Settles when another execution has ended. */
  executionEnd(executionArn: string): Promise<void>;
}

/** Why a strand ends from outside. */
export class ExecutionEnd extends Error {
  readonly status: 'ABORTED' | 'TIMED_OUT';
  readonly error: string | undefined;
  readonly failureCause: string | undefined;

  constructor(status: 'ABORTED' | 'TIMED_OUT', error?: string, cause?: string) {
    super(`execution ${status}`);
    this.name = 'ExecutionEnd';
    this.status = status;
    this.error = error;
    this.failureCause = cause;
  }
}

/** Why everything ends here, to go on in another process: nothing outside is to be stopped. */
export class CloudClosing extends ExecutionEnd {
  constructor() {
    super('ABORTED');
    this.name = 'CloudClosing';
  }
}

/** Why a branch or iteration ends: another one failed. */
export class GivenUp extends Error {
  constructor() {
    super('given up, because a sibling failed');
    this.name = 'GivenUp';
  }
}

/** A line of states, with what it knows. */
export interface Strand {
  readonly execution: Execution;
  readonly signal: AbortSignal;
  /** Only the outermost strand can be resumed. */
  readonly isOutermost: boolean;
  /** `$states.context.Map` within an iteration. */
  readonly mapItem: JsonObject | undefined;
  /** Last event of this line. */
  previousEventId: number;
  variables: JsonObject;
}

/** A strand inside another; it sees the outer variables and keeps its own. */
export function innerStrand(
  outer: Strand,
  signal: AbortSignal,
  mapItem?: { index: number; value: Json },
): Strand {
  return {
    execution: outer.execution,
    signal,
    isOutermost: false,
    mapItem: mapItem ? { Item: { Index: mapItem.index, Value: mapItem.value } } : outer.mapItem,
    previousEventId: outer.previousEventId,
    variables: outer.variables,
  };
}

/**
 * Adds an event to the history, after the strand's last.
 * @returns its id
 * @throws StateFailure States.Runtime when the history is full
 */
export function recordEvent(
  strand: Strand,
  type: HistoryEventType,
  details: Partial<HistoryEvent> = {},
): number {
  const { execution } = strand;
  if (execution.lastEventId >= LONGEST_HISTORY) {
    const cause = `The execution reached the maximum number of history events (${LONGEST_HISTORY}).`;
    throw new StateFailure(RUNTIME, cause);
  }
  execution.lastEventId += 1;
  const id = execution.lastEventId;
  // the first state's event names no predecessor, as on AWS
  const previousEventId = id === 2 ? 0 : strand.previousEventId;
  execution.append({ id, previousEventId, type, timestamp: execution.cloud.clock.date(), ...details });
  strand.previousEventId = id;
  return id;
}
