/** Deletes sets of resources in the reverse order of their dependencies. */
import type { ResourceRecord } from '../records.ts';
import type { Operation } from './operation.ts';
import { deleteResource, skipDeletion } from './resource-steps.ts';
import { runGraph } from './run-graph.ts';

export interface Removal {
  readonly record: ResourceRecord;
  /** Whether the record is the stack's current one and shall keep the status. */
  readonly isCurrent: boolean;
  /** Left in place, with the event DELETE_SKIPPED. */
  readonly isRetained: boolean;
}

/**
 * Deletes what may be deleted; what something undeletable depends on stays.
 * @returns logical ids of what failed to delete.
 */
export async function removeAll(operation: Operation, removals: readonly Removal[]): Promise<string[]> {
  const byKey = new Map(removals.map((removal, index) => [String(index), removal]));
  const dependents = (logicalId: string) =>
    [...byKey].filter(([, { record }]) => record.dependencies.includes(logicalId)).map(([key]) => key);
  const failed = await runGraph({
    ids: [...byKey.keys()],
    needs: (key) => dependents(byKey.get(key)?.record.logicalId ?? ''),
    continuesAfterFailure: true,
    async work(key) {
      const { record, isCurrent, isRetained } = byKey.get(key) as Removal;
      if (!isRetained) return deleteResource(operation, record, isCurrent);
      skipDeletion(operation, record, isCurrent);
      return true;
    },
  });
  return failed.map((key) => byKey.get(key)?.record.logicalId ?? '');
}
