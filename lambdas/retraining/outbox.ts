/** Does what follows from a write of the controller's state, and takes it out of the state then. */
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { stepFunctions } from '../shared/clients.ts';
import { recordDecision } from '../shared/decisions.ts';
import { isAwsError } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { logger } from '../shared/logger.ts';
import type { TrainingRunInput } from '../training/contract.ts';
import type { Outbox } from './controller-state.ts';
import { readState, updateState } from './controller-store.ts';

const BY = 'decide-retraining';

/**
 * Harmless twice: the execution is named after the run, a decision is recorded once, and events say what is the case.
 * The start comes first, because the lock is held for it.
 */
export async function sendOutbox(project: string, stateMachineArn: string): Promise<void> {
  const { state } = await readState(project);
  const { outbox } = state;
  if (!outbox) return;
  const { id, input, decisions, events } = outbox;
  if (input) await start(input, stateMachineArn);
  for (const { subject, judgement } of decisions) {
    // a request that waits is judged again and again: what is kept is each verdict that it ever got
    const occasion = judgement.verdict;
    await recordDecision({ project, kind: 'guard', subject, by: BY, judgement, occasion });
  }
  for (const event of events) await tell(event);
  await updateState(project, (current) => {
    if (current.outbox?.id !== id) return current;
    const { outbox: _sent, ...rest } = current;
    return rest;
  });
}

async function start(input: TrainingRunInput, stateMachineArn: string): Promise<void> {
  const { run } = input;
  try {
    await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, name: run, input: JSON.stringify(input) }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ExecutionAlreadyExists')) throw error;
    logger.info('run was started before', { run });
  }
}

/** One call for each name, so that the compiler sees each detail's type. */
async function tell(event: Outbox['events'][number]): Promise<void> {
  switch (event.name) {
    case 'RunStarted':
      return publish('RunStarted', event.detail);
    case 'RunDeferred':
      return publish('RunDeferred', event.detail);
    case 'EpisodeClosed':
      return publish('EpisodeClosed', event.detail);
  }
}
