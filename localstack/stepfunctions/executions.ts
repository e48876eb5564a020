/** Executions as they run: started, stopped, ended, and taken up again after a restart. */
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Definition } from './definition/asl.ts';
import { PERMISSIONS, RUNTIME, StateFailure } from './engine/failure.ts';
import { type Ending, failInterrupted, runExecution } from './engine/run-execution.ts';
import { CloudClosing, type Execution, ExecutionEnd } from './engine/strand.ts';
import type { TaskTokens } from './engine/task-tokens.ts';
import { createLogDelivery } from './log-delivery.ts';
import type { Checkpoint, ExecutionRecord, MachineRevision } from './model.ts';
import { announceStatus, countStatus } from './status-events.ts';
import type { Store } from './store.ts';

/** Executions under way in this process. */
export interface Executions {
  /** Begins a new execution, whose record has just been made. */
  start(record: ExecutionRecord, machine: MachineRevision): void;
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

/** The executions of one process. */
export function createExecutions(cloud: Cloud, store: Store, tokens: TaskTokens): Executions {
  const runs = new Map<string, Run>();
  const logs = createLogDelivery(cloud);
  let isClosed = false;

  function open(record: ExecutionRecord, machine: MachineRevision, controller: AbortController): Execution {
    return {
      cloud,
      record,
      machine,
      tokens,
      definition: JSON.parse(machine.definition) as Definition,
      signal: controller.signal,
      lastEventId: 0,
      principal: () => assumeRole(cloud, machine, record),
      executionEnd: (arn) => ended(arn),
      append(event) {
        if (isClosed) return;
        store.histories.append(record.arn, event);
        logs.log(machine, record.arn, event);
      },
      checkpoint(checkpoint) {
        if (!isClosed) store.checkpoints.put(record.arn, checkpoint);
      },
    };
  }

  function launch(
    execution: Execution,
    controller: AbortController,
    run: (execution: Execution) => Promise<Ending>,
  ): void {
    const { record, definition } = execution;
    const timeout =
      definition.TimeoutSeconds === undefined
        ? undefined
        : cloud.clock.at(
            record.startDate.getTime() + definition.TimeoutSeconds * 1_000,
            `time-out of execution ${record.name}`,
            () => controller.abort(new ExecutionEnd('TIMED_OUT')),
          );
    const done = new Promise<void>((resolve) => {
      cloud.clock.detach(`execution ${record.name}`, async () => {
        try {
          const ending = await run(execution);
          if (!isClosed) finish(record, ending);
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

  function finish(record: ExecutionRecord, ending: Ending): void {
    // its state machine, and so the execution, may have been deleted
    if (!store.executions.has(record.arn)) return;
    const ended: ExecutionRecord = { ...record, ...ending, stopDate: cloud.clock.date() };
    store.executions.put(record.arn, ended);
    store.checkpoints.delete(record.arn);
    announceStatus(cloud, ended);
    countStatus(cloud, ended);
  }

  function ended(executionArn: string): Promise<void> {
    return runs.get(executionArn)?.done ?? Promise.resolve();
  }

  function resume(record: ExecutionRecord): void {
    const machine = store.revisions.get(record.revisionKey);
    const checkpoint = store.checkpoints.get(record.arn);
    if (!machine) {
      finish(record, { status: 'FAILED', error: RUNTIME, cause: 'The definition that it ran is lost.' });
      return;
    }
    const controller = new AbortController();
    const execution = open(record, machine, controller);
    execution.lastEventId = store.histories.read(record.arn).length;
    if (checkpoint && canResume(execution, checkpoint)) {
      const restored = { ...checkpoint, lastEventId: execution.lastEventId };
      launch(execution, controller, (each) => runExecution(each, restored));
      return;
    }
    const where = checkpoint ? `in the state '${checkpoint.stateName}'` : 'starting';
    const cause = `The local cloud was stopped while the execution was ${where}; only executions between tasks are taken up again.`;
    finish(record, failInterrupted(execution, cause));
  }

  return {
    start(record, machine) {
      const controller = new AbortController();
      announceStatus(cloud, record);
      countStatus(cloud, record);
      launch(open(record, machine, controller), controller, (execution) => runExecution(execution));
    },
    async stop(executionArn, error, cause) {
      const run = runs.get(executionArn);
      run?.controller.abort(new ExecutionEnd('ABORTED', error, cause));
      await run?.done;
    },
    ended,
    resumeAll() {
      for (const record of store.executions.values()) if (record.status === 'RUNNING') resume(record);
    },
    async close() {
      isClosed = true;
      const pending = [...runs.values()];
      for (const { controller } of pending) controller.abort(new CloudClosing());
      await Promise.all(pending.map(({ done }) => done));
    },
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
