/** Takes back what a failed operation has done: no more than that, and with the old properties. */
import type { JournalEntry, ResourceRecord } from '../records.ts';
import type { Operation } from './operation.ts';
import { type Removal, removeAll } from './removal.ts';
import { reportRestored, updateResource } from './resource-steps.ts';

/** How a rollback goes. */
export interface Way {
  readonly reason: string;
  /**
   * Whether what the operation has made stays where its deletion policy is Retain; RetainExceptOnCreate as an option of
   * the request says that it does not.
   * @default true
   */
  readonly keepsNew?: boolean;
}

/** Deletes the resources of a stack whose creation has failed. */
export async function rollBackCreation(
  operation: Operation,
  { reason, keepsNew = true, thenDelete = false }: Way & { readonly thenDelete?: boolean },
): Promise<void> {
  const { store, stackId } = operation;
  operation.setStatus('ROLLBACK_IN_PROGRESS', reason);
  const removals = store
    .resources(stackId)
    .filter(({ status }) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED')
    .map((record) => ({
      record,
      isCurrent: true,
      // RetainExceptOnCreate and resources that never were complete go
      isRetained: keepsNew && record.deletionPolicy === 'Retain' && record.status === 'CREATE_COMPLETE',
    }));
  const failed = await removeAll(operation, removals);
  if (failed.length > 0) {
    operation.setStatus(
      'ROLLBACK_FAILED',
      `The following resource(s) failed to delete: [${failed.join(', ')}]. `,
    );
    return;
  }
  if (thenDelete) {
    operation.setStatus('DELETE_COMPLETE');
    operation.putStack({ deletionTime: operation.cloud.clock.now() });
  } else operation.setStatus('ROLLBACK_COMPLETE');
}

/** Puts one resource back. @returns physical resources to clean up, or undefined when it failed. */
async function restore(
  operation: Operation,
  { logicalId, before }: JournalEntry,
  keepsNew: boolean,
): Promise<Removal[] | undefined> {
  const current = operation.store.resource(operation.stackId, logicalId);
  if (!current) return [];
  if (!before) {
    // Retain holds for what was whole; RetainExceptOnCreate does not hold in the operation that creates
    const isRetained =
      keepsNew && current.deletionPolicy === 'Retain' && current.status === 'CREATE_COMPLETE';
    return [{ record: current, isCurrent: true, isRetained }];
  }
  if (current.physicalId !== before.physicalId) {
    reportRestored(operation, before, 'UPDATE_IN_PROGRESS');
    reportRestored(operation, before, 'UPDATE_COMPLETE');
    return current.physicalId === undefined ? [] : [{ record: current, isCurrent: false, isRetained: false }];
  }
  if (!(await updateResource(operation, current, before, { isCancelled: false }))) return undefined;
  const restored = operation.store.resource(operation.stackId, logicalId) as ResourceRecord;
  // a custom resource may answer the way back with yet another physical id
  return restored.physicalId === current.physicalId
    ? []
    : [{ record: current, isCurrent: false, isRetained: false }];
}

/**
 * Goes back to the stack's last whole state, which `pendingRollback` of the stack tells.
 * @param skip logical ids whose restoration is given up (ContinueUpdateRollback)
 */
export async function rollBackUpdate(
  operation: Operation,
  { reason, keepsNew = true, skip = [] }: Way & { readonly skip?: readonly string[] },
): Promise<void> {
  const { store, stackId } = operation;
  const target = operation.stack().pendingRollback;
  operation.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  if (!target) {
    operation.setStatus('UPDATE_ROLLBACK_COMPLETE');
    return;
  }
  const cleanup: Removal[] = [];
  const remaining = [...target.journal];
  // in the reverse order, so that nothing is restored before what was made to depend on its new form
  while (remaining.length > 0) {
    const entry = remaining.at(-1) as JournalEntry;
    const removals = skip.includes(entry.logicalId) ? [] : await restore(operation, entry, keepsNew);
    if (!removals) {
      operation.putStack({ pendingRollback: { ...target, journal: remaining } });
      operation.setStatus(
        'UPDATE_ROLLBACK_FAILED',
        `The following resource(s) failed to update: [${entry.logicalId}]. `,
      );
      return;
    }
    cleanup.push(...removals);
    remaining.pop();
  }
  operation.putStack({ content: target.content, outputs: target.outputs });
  operation.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  await removeAll(operation, cleanup);
  for (const { record, isCurrent } of cleanup) {
    if (isCurrent) store.removeResource(stackId, record.logicalId);
  }
  const { pendingRollback: _, ...stack } = operation.stack();
  store.putStack(stack);
  operation.setStatus('UPDATE_ROLLBACK_COMPLETE');
}
