/** Deleting a stack. */
import type { Operation } from './operation.ts';
import { removeAll } from './removal.ts';

/**
 * Deletes the resources of a stack that is DELETE_IN_PROGRESS.
 * @param retain logical ids to leave in place, beyond those whose deletion policy says so
 */
export async function deleteStack(operation: Operation, retain: readonly string[]): Promise<void> {
  const { store, stackId } = operation;
  const inUse = operation
    .stack()
    .outputs.flatMap(({ exportName }) => (exportName === undefined ? [] : [exportName]))
    .map((name) => ({ name, importers: store.importers(name) }))
    .find(({ importers }) => importers.length > 0);
  if (inUse) {
    const reason = `Cannot delete export ${inUse.name} as it is in use by ${inUse.importers.join(', ')}.`;
    operation.setStatus('DELETE_FAILED', reason);
    return;
  }
  const removals = store
    .resources(stackId)
    .filter(({ status }) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED')
    .map((record) => ({
      record,
      isCurrent: true,
      isRetained: record.deletionPolicy !== 'Delete' || retain.includes(record.logicalId),
    }));
  const failed = await removeAll(operation, removals);
  if (failed.length > 0) {
    operation.setStatus(
      'DELETE_FAILED',
      `The following resource(s) failed to delete: [${failed.join(', ')}]. `,
    );
    return;
  }
  for (const changeSet of store.changeSetsOf(stackId)) store.removeChangeSet(changeSet.changeSetId);
  operation.putStack({ deletionTime: operation.cloud.clock.now(), outputs: [], imports: [] });
  operation.setStatus('DELETE_COMPLETE');
}
