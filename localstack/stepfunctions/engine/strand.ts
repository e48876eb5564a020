/** One line of states under way: the execution itself, a branch of a Parallel, an iteration of a Map. */
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import type { Definition, StateType } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Checkpoint, ExecutionRecord, MachineRevision, Place } from '../model.ts';
import type { MapRuns } from './distributed/map-runs.ts';
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
  readonly mapRuns: MapRuns;
  /** Aborted, with an ExecutionEnd as reason, when the execution is stopped or times out. */
  readonly signal: AbortSignal;
  /** Id of the newest event. */
  lastEventId: number;
  /** The role's session. @throws StateFailure States.Permissions */
  principal(): Principal;
  append(event: HistoryEvent): void;
  /** @param isBrief the state does nothing outside and takes no time */
  checkpoint(checkpoint: Checkpoint, isBrief: boolean): void;
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
  /** Absent for the outermost. */
  readonly outer: Strand | undefined;
  /** Last event of this line. */
  previousEventId: number;
  variables: JsonObject;
  /** Where it stands; undefined before its first state. */
  place: Place | undefined;
  /** Lines inside the Parallel or Map state that it is in. */
  inner: Strand[];
  /** Type of the state that it has entered and not left. */
  openStateType: StateType | undefined;
  /** It was given up and its end has been told: it adds nothing more to the history. */
  isSilent: boolean;
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
    outer,
    previousEventId: outer.previousEventId,
    variables: outer.variables,
    place: undefined,
    inner: [],
    openStateType: undefined,
    isSilent: false,
  };
}

/** The outermost strand of an execution. */
export function outermostStrand(execution: Execution): Strand {
  return {
    execution,
    signal: execution.signal,
    isOutermost: true,
    mapItem: undefined,
    outer: undefined,
    previousEventId: 0,
    variables: {},
    place: undefined,
    inner: [],
    openStateType: undefined,
    isSilent: false,
  };
}

function isSilent(strand: Strand | undefined): boolean {
  return strand !== undefined && (strand.isSilent || isSilent(strand.outer));
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
  if (isSilent(strand)) return strand.previousEventId;
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

/** Adds an event beside the line: the strand's next event does not follow it, as on AWS for the end of an iteration. */
export function recordAside(
  strand: Strand,
  type: HistoryEventType,
  details: Partial<HistoryEvent> = {},
): number {
  const before = strand.previousEventId;
  const id = recordEvent(strand, type, details);
  strand.previousEventId = before;
  return id;
}
