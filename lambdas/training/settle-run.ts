/** Ends the record of a run whose execution ended outside of its own steps. */
import { logger } from '../shared/logger.ts';
import type { TrainingRunInput } from './contract.ts';
import { finishRun } from './finish-run.ts';
import { readRun } from './run-store.ts';

/**
 * `detail` of "Step Functions Execution Status Change".
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export interface ExecutionEnded {
  readonly executionArn: string;
  readonly name: string;
  readonly status: 'ABORTED' | 'TIMED_OUT' | 'FAILED';
  /** JSON; absent when it is too long for an event. */
  readonly input?: string | null;
  readonly error?: string | null;
  readonly cause?: string | null;
}

const SAID: Readonly<Record<ExecutionEnded['status'], string>> = {
  ABORTED: 'the run was stopped',
  TIMED_OUT: 'the run lasted longer than its workflow allows',
  FAILED: 'the workflow failed outside of its steps',
};

/**
 * Does nothing when the bus was told of the run's end, as its own last step does for every failure of a step; finishes
 * what a last step that failed has left undone.
 */
export async function settleRun(ended: ExecutionEnded, now: string): Promise<void> {
  const { executionArn, name, status, input, error, cause } = ended;
  if (!input) throw new Error(`the event about ${executionArn} has no input; the reconciler ends the run`);
  const run = JSON.parse(input) as TrainingRunInput;
  const known = await readRun(run.project, run.run);
  if (known?.toldAt !== undefined) {
    logger.info('the run has ended already', { run: name, status: known.status });
    return;
  }
  const told = [error, cause].filter((part) => part).join(': ');
  const reason = told === '' ? SAID[status] : `${SAID[status]}: ${told}`;
  await finishRun({ run, status: 'Failed', reason }, executionArn, now);
}
