/** Creating and updating a stack. */
import type { JournalEntry, PendingRollback } from '../records.ts';
import { type Applied, applyResources, recordDefinition } from './apply.ts';
import type { StackDefinition } from './definition.ts';
import type { Operation } from './operation.ts';
import { deployOutputs } from './outputs.ts';
import { type Removal, removeAll } from './removal.ts';
import { rollBackCreation, rollBackUpdate } from './rollback.ts';
import { liveSurroundings } from './surroundings.ts';

function failureText({ failedToCreate, failedToUpdate }: Applied): string | undefined {
  const parts = [
    failedToCreate.length > 0
      ? `The following resource(s) failed to create: [${failedToCreate.join(', ')}]. `
      : '',
    failedToUpdate.length > 0
      ? `The following resource(s) failed to update: [${failedToUpdate.join(', ')}]. `
      : '',
  ];
  const text = parts.join('');
  return text === '' ? undefined : text;
}

/** Applies the template and sets the outputs. @returns why it failed, and what was touched. */
async function deploy(operation: Operation, definition: StackDefinition) {
  const applied = await applyResources(operation, definition);
  const failure = failureText(applied);
  if (failure !== undefined) return { failure, applied };
  try {
    const imported = new Set(applied.imported);
    const surroundings = liveSurroundings(operation.store, operation.stackId, imported);
    const outputs = await deployOutputs(operation, definition, surroundings);
    recordDefinition(operation, definition);
    operation.putStack({ outputs, imports: [...imported] });
    return { failure: undefined, applied };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error), applied };
  }
}

/** What becomes of a stack whose creation fails. */
export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

/** Creates the resources of a stack that is CREATE_IN_PROGRESS; a failure ends in its status. */
export async function createStack(
  operation: Operation,
  definition: StackDefinition,
  onFailure: OnFailure,
): Promise<void> {
  const { failure } = await deploy(operation, definition);
  if (failure === undefined) operation.setStatus('CREATE_COMPLETE');
  else if (onFailure === 'DO_NOTHING') operation.setStatus('CREATE_FAILED', failure);
  else {
    const reason = `${failure}Rollback requested by user.`;
    await rollBackCreation(operation, { reason, thenDelete: onFailure === 'DELETE' });
  }
}

/** The first entry of each resource, which tells how it was before everything. */
function mergeJournals(earlier: readonly JournalEntry[], later: readonly JournalEntry[]): JournalEntry[] {
  const known = new Set(earlier.map(({ logicalId }) => logicalId));
  return [...earlier, ...later.filter(({ logicalId }) => !known.has(logicalId))];
}

/** What a finished update leaves behind: removed resources, and the old ones of replaced resources. */
function leftovers(
  operation: Operation,
  definition: StackDefinition,
  journal: readonly JournalEntry[],
): Removal[] {
  const { store, stackId } = operation;
  const replaced = journal.flatMap(({ logicalId, before }): Removal[] => {
    const isOld =
      before?.physicalId !== undefined &&
      before.physicalId !== store.resource(stackId, logicalId)?.physicalId;
    if (!before || !isOld) return [];
    return [{ record: before, isCurrent: false, isRetained: before.updateReplacePolicy !== 'Delete' }];
  });
  const removed = store
    .resources(stackId)
    .filter((record) => !definition.isActive(record.logicalId))
    .map((record) => ({ record, isCurrent: true, isRetained: record.deletionPolicy !== 'Delete' }));
  return [...removed, ...replaced];
}

async function cleanUp(
  operation: Operation,
  definition: StackDefinition,
  journal: readonly JournalEntry[],
): Promise<void> {
  const removals = leftovers(operation, definition, journal);
  // a leftover that cannot be deleted does not fail the update: AWS reports it and forgets it
  await removeAll(operation, removals);
  for (const { record, isCurrent } of removals) {
    if (isCurrent) operation.store.removeResource(operation.stackId, record.logicalId);
  }
}

/**
 * Updates a stack that is UPDATE_IN_PROGRESS; a failure ends in its status.
 * @param previous what a rollback goes back to
 */
export async function updateStack(
  operation: Operation,
  definition: StackDefinition,
  previous: Omit<PendingRollback, 'journal'>,
  disableRollback: boolean,
): Promise<void> {
  const { pendingRollback } = operation.stack();
  const { failure, applied } = await deploy(operation, definition);
  const journal = mergeJournals(pendingRollback?.journal ?? [], applied.journal);
  if (failure === undefined) {
    operation.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await cleanUp(operation, definition, journal);
    const { pendingRollback: _, ...stack } = operation.stack();
    operation.store.putStack(stack);
    operation.setStatus('UPDATE_COMPLETE');
    return;
  }
  // an earlier failed update that was not rolled back knows the last state that was whole
  const target = { ...(pendingRollback ?? previous), journal };
  operation.putStack({ pendingRollback: target });
  if (disableRollback) operation.setStatus('UPDATE_FAILED', failure);
  else await rollBackUpdate(operation, { reason: failure });
}
