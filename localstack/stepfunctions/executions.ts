/** Executions as they run: started, stopped, ended, and taken up again after a restart. */
import type { Timer } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Definition } from './definition/asl.ts';
import { createMapRuns, type MapRuns } from './engine/distributed/map-runs.ts';
import { PERMISSIONS, RUNTIME, StateFailure } from './engine/failure.ts';
import { type Ended, failInterrupted, recordRedrive, runExecution } from './engine/run-execution.ts';
import type { From } from './engine/run-states.ts';
import { CloudClosing, type Execution, ExecutionEnd } from './engine/strand.ts';
import type { TaskTokens } from './engine/task-tokens.ts';
import { createJournal } from './journal.ts';
import { createLogDelivery } from './log-delivery.ts';
import type { Checkpoint, ExecutionRecord, MachineRevision, Place } from './model.ts';
import { announceStatus, countStatus } from './status-events.ts';
import type { Store } from './store.ts';

/** Executions under way in this process. */
export interface Executions {
  /** Begins a new execution. */
  start(record: ExecutionRecord, machine: MachineRevision): void;
  /** Goes on with one that ended without success, from where it stood. @returns its record */
  redrive(record: ExecutionRecord, clientToken?: string): ExecutionRecord;
  /** Changes what limits a Map Run while it runs. */
  readonly mapRuns: Pick<MapRuns, 'limit' | 'child'>;
  /** Ends one from outside and waits until its history says so; one that has ended stays as it is. */
  stop(executionArn: string, error?: string, cause?: string): Promise<void>;
  /** Settles when the execution has ended. */
  ended(executionArn: string): Promise<void>;
  /** Takes up what ran when the process ended. */
  resumeAll(): void;
  /** Leaves everything where it stands, to be taken up by another process. */
  close(): Promise<void>;
}

interface Run {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** States in which nothing was under way outside when the process ended. */
const RESUMABLE = new Set(['Wait', 'Pass', 'Choice', 'Succeed', 'Fail']);
/** Client tokens of redrives that AWS remembers. */
const REMEMBERED_TOKENS = 10;
/** AWS ends an EXPRESS execution that takes longer. */
const LONGEST_EXPRESS_SECONDS = 300;

/** The executions of one process. */
export function createExecutions(cloud: Cloud, store: Store, tokens: TaskTokens): Executions {
  const runs = new Map<string, Run>();
  const logs = createLogDelivery(cloud);
  const definitions = createDefinitions();
  const journal = createJournal(store);
  let isClosed = false;

  const mapRuns = createMapRuns(store.mapRuns, {
    get: (arn) => store.executions.get(arn),
    run: runChild,
    stop: (arn, cause) => stop(arn, undefined, cause),
  });

  function open(record: ExecutionRecord, machine: MachineRevision, controller: AbortController): Execution {
    const isExpress = record.child?.isExpress ?? false;
    return {
      cloud,
      record,
      machine,
      tokens,
      mapRuns,
      definition: definitions.of(record, machine),
      signal: controller.signal,
      lastEventId: 0,
      principal: () => assumeRole(cloud, machine, record),
      executionEnd: (arn) => ended(arn),
      append(event) {
        if (isClosed) return;
        if (!isExpress) journal.append(record.arn, event);
        logs.log(machine, record, event);
      },
      checkpoint(checkpoint, isBrief) {
        if (!isClosed && !isExpress) journal.checkpoint(record.arn, checkpoint, isBrief);
      },
    };
  }

  function launch(execution: Execution, controller: AbortController, from?: From): void {
    const { record } = execution;
    const timeout = startTimeout(execution, controller);
    const done = new Promise<void>((resolve) => {
      cloud.clock.detach(`execution ${record.name}`, async () => {
        try {
          const end = await runExecution(execution, from);
          if (!isClosed) finish(execution, end);
        } finally {
          timeout?.cancel();
          runs.delete(record.arn);
          resolve();
        }
      });
    });
    // the work may have ended before this line only if it did not wait for anything, which it always does
    runs.set(record.arn, { controller, done });
  }

  function startTimeout({ record, definition }: Execution, controller: AbortController): Timer | undefined {
    const seconds = record.child?.isExpress ? LONGEST_EXPRESS_SECONDS : definition.TimeoutSeconds;
    if (seconds === undefined) return undefined;
    // a redrive has the whole time again
    const startMs = (record.redriveDate ?? record.startDate).getTime();
    return cloud.clock.at(startMs + seconds * 1_000, `time-out of execution ${record.name}`, () =>
      controller.abort(new ExecutionEnd('TIMED_OUT')),
    );
  }

  function finish({ record, lastEventId }: Execution, { ending, place }: Ended): void {
    journal.end(record.arn);
    // its state machine, and so the execution, may have been deleted
    if (!store.executions.has(record.arn)) return;
    const ended: ExecutionRecord = {
      ...record,
      ...ending,
      stopDate: cloud.clock.date(),
      eventCount: lastEventId,
    };
    store.executions.put(record.arn, ended);
    if (place && ending.status !== 'SUCCEEDED') store.places.put(record.arn, place);
    announce(ended);
  }

  function announce(record: ExecutionRecord): void {
    if (record.child?.isExpress) return;
    announceStatus(cloud, record);
    countStatus(cloud, record);
  }

  function ended(executionArn: string): Promise<void> {
    return runs.get(executionArn)?.done ?? Promise.resolve();
  }

  function start(record: ExecutionRecord, machine: MachineRevision): void {
    store.executions.put(record.arn, record);
    const controller = new AbortController();
    announce(record);
    launch(open(record, machine, controller), controller);
  }

  async function stop(executionArn: string, error?: string, cause?: string): Promise<void> {
    const run = runs.get(executionArn);
    run?.controller.abort(new ExecutionEnd('ABORTED', error, cause));
    await run?.done;
  }

  function redrive(earlier: ExecutionRecord, clientToken?: string): ExecutionRecord {
    const machine = store.revisions.get(earlier.revisionKey) as MachineRevision;
    const record = asRedriven(earlier, cloud.clock.date(), clientToken);
    const controller = new AbortController();
    const execution = open(record, machine, controller);
    execution.lastEventId = store.histories.read(record.arn).length;
    const place = store.places.get(record.arn);
    store.executions.put(record.arn, record);
    store.places.delete(record.arn);
    recordRedrive(execution);
    announce(record);
    launch(execution, controller, place ? { place } : {});
    return record;
  }

  async function runChild(child: ExecutionRecord, machine: MachineRevision): Promise<ExecutionRecord> {
    if (!store.revisions.has(child.revisionKey)) store.revisions.put(child.revisionKey, machine);
    const earlier = store.executions.get(child.arn);
    if (earlier && !child.child?.isExpress) redrive(earlier);
    else start(child, machine);
    await ended(child.arn);
    return store.executions.get(child.arn) ?? child;
  }

  function resume(record: ExecutionRecord): void {
    const machine = store.revisions.get(record.revisionKey);
    const checkpoint = store.checkpoints.get(record.arn);
    if (!machine) {
      const cause = 'The definition that it ran is lost.';
      store.executions.put(record.arn, { ...record, status: 'FAILED', error: RUNTIME, cause });
      return;
    }
    const controller = new AbortController();
    const execution = open(record, machine, controller);
    execution.lastEventId = store.histories.read(record.arn).length;
    // a child execution ends with the Map Run that started it
    if (checkpoint && !record.child && canResume(execution, checkpoint)) {
      const restored = { ...checkpoint, lastEventId: execution.lastEventId };
      launch(execution, controller, { checkpoint: restored });
      return;
    }
    const where = checkpoint ? `in the state '${checkpoint.stateName}'` : 'starting';
    const cause = `The local cloud was stopped while the execution was ${where}; only executions between tasks are taken up again.`;
    const ending = failInterrupted(execution, cause);
    finish(execution, { ending, place: checkpoint && placeAt(record, checkpoint) });
  }

  /** Where a redrive goes on after an interruption, with the Map Run that was interrupted too. */
  function placeAt(record: ExecutionRecord, checkpoint: Checkpoint): Place {
    const { stateName, input, variables, enteredEventId, enteredAtMs } = checkpoint;
    const place: Place = { stateName, input, variables, enteredEventId, enteredAtMs };
    const run = store.mapRuns.runs
      .values()
      .find(({ executionArn, status }) => executionArn === record.arn && status === 'RUNNING');
    if (!run) return place;
    store.mapRuns.runs.put(run.arn, { ...run, status: 'FAILED', stopDate: cloud.clock.date() });
    return { ...place, mapRunArn: run.arn };
  }

  return {
    start,
    redrive,
    stop,
    mapRuns,
    ended,
    resumeAll() {
      for (const record of store.executions.values()) if (record.status === 'RUNNING') resume(record);
    },
    async close() {
      isClosed = true;
      journal.flush();
      const pending = [...runs.values()];
      for (const { controller } of pending) controller.abort(new CloudClosing());
      await Promise.all(pending.map(({ done }) => done));
    },
  };
}

/** Parsed definitions of revisions, which do not change. */
function createDefinitions(): { of(record: ExecutionRecord, machine: MachineRevision): Definition } {
  const parsed = new Map<string, Definition>();
  return {
    of({ revisionKey }, machine) {
      const definition = parsed.get(revisionKey) ?? (JSON.parse(machine.definition) as Definition);
      parsed.set(revisionKey, definition);
      return definition;
    },
  };
}

/** The record of an execution that goes on: without its end, and counted. */
function asRedriven(earlier: ExecutionRecord, now: Date, clientToken?: string): ExecutionRecord {
  const { stopDate: _stop, error: _error, cause: _cause, eventCount: _count, ...rest } = earlier;
  const tokens = Object.entries(earlier.redriveTokens ?? {}).slice(1 - REMEMBERED_TOKENS);
  return {
    ...rest,
    status: 'RUNNING',
    redriveCount: (earlier.redriveCount ?? 0) + 1,
    redriveDate: now,
    redriveTokens: Object.fromEntries([...tokens, ...(clientToken ? [[clientToken, now] as const] : [])]),
  };
}

function canResume({ definition }: Execution, { stateName }: Checkpoint): boolean {
  const state = definition.States[stateName];
  return state !== undefined && RESUMABLE.has(state.Type);
}

function assumeRole(cloud: Cloud, { roleArn }: MachineRevision, record: ExecutionRecord): Principal {
  try {
    return cloud.assumeRole(
      roleArn,
      'states.amazonaws.com',
      sessionName(record.name),
      record.stateMachineArn,
    );
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    throw new StateFailure(PERMISSIONS, thrown.message);
  }
}

/** Session names are shorter than execution names, and have fewer characters. */
function sessionName(executionName: string): string {
  return executionName
    .replace(/[^\w+=,.@-]/g, '_')
    .slice(0, 64)
    .padEnd(2, '_');
}
