/** Brings a stack's resources to what a template wants: the part that creating and updating share. */
import type { JournalEntry, ResourceRecord } from '../records.ts';
import { handlerFor } from '../resources/index.ts';
import type { StackDefinition } from './definition.ts';
import type { Operation } from './operation.ts';
import { changedProperties, evaluateProperties, needsReplacement } from './properties.ts';
import {
  createResource,
  deleteResource,
  failResource,
  type Run,
  replaceResource,
  updateResource,
  type WantedResource,
} from './resource-steps.ts';
import { runGraph } from './run-graph.ts';
import { liveSurroundings } from './surroundings.ts';

export interface Applied {
  /** Logical ids, in the order in which they failed. */
  readonly failedToCreate: readonly string[];
  readonly failedToUpdate: readonly string[];
  /** What was touched, in the order in which it was begun. */
  readonly journal: readonly JournalEntry[];
  /** Names of the exports of other stacks that were used. */
  readonly imported: ReadonlySet<string>;
}

function wantedResource(definition: StackDefinition, logicalId: string): Omit<WantedResource, 'properties'> {
  const { Type, Metadata } = definition.resource(logicalId);
  return {
    logicalId,
    type: Type,
    dependencies: definition.dependencies.get(logicalId) ?? [],
    deletionPolicy: definition.policy(logicalId, 'DeletionPolicy'),
    updateReplacePolicy: definition.policy(logicalId, 'UpdateReplacePolicy'),
    ...(Metadata === undefined ? {} : { metadata: JSON.stringify(Metadata) }),
  };
}

/** Whether a record stands for something that exists, or may exist, as this resource. */
function existsAs(record: ResourceRecord | undefined): record is ResourceRecord {
  return (
    record !== undefined && !['CREATE_FAILED', 'DELETE_COMPLETE', 'DELETE_SKIPPED'].includes(record.status)
  );
}

/** Creates and changes resources until all are as wanted or one fails. Never throws for a resource's failure. */
export async function applyResources(operation: Operation, definition: StackDefinition): Promise<Applied> {
  const { store, stackId } = operation;
  const run: Run = { isCancelled: false };
  const journal: JournalEntry[] = [];
  const imported = new Set<string>();
  const evaluation = {
    scope: definition.scope(liveSurroundings(store, stackId, imported)),
    readParameter: operation.readParameter,
  };
  const created = new Set<string>();
  const note = (logicalId: string, before?: ResourceRecord) => {
    if (journal.some((entry) => entry.logicalId === logicalId)) return;
    journal.push(before === undefined ? { logicalId } : { logicalId, before });
  };

  async function work(logicalId: string): Promise<boolean> {
    const record = store.resource(stackId, logicalId);
    const before = existsAs(record) ? record : undefined;
    const wanted = wantedResource(definition, logicalId);
    const handler = handlerFor(wanted.type, logicalId);
    if (!before) created.add(logicalId);
    try {
      const properties = await evaluateProperties(definition, logicalId, handler, evaluation);
      if (!before) {
        // what an earlier attempt has left behind stands in the way of the new one
        if (record?.physicalId && record.status === 'CREATE_FAILED')
          await deleteResource(operation, record, true);
        note(logicalId);
        return await createResource(operation, { ...wanted, properties }, run);
      }
      return await change(before, { ...wanted, properties });
    } catch (error) {
      note(logicalId, before);
      failResource(operation, wanted, before, error, run);
      return false;
    }
  }

  function change(before: ResourceRecord, wanted: WantedResource): Promise<boolean> | boolean {
    const handler = handlerFor(wanted.type, wanted.logicalId);
    const changed = changedProperties(before.properties, wanted.properties);
    const isBroken = before.status === 'UPDATE_FAILED';
    if (changed.length === 0 && !isBroken) return true;
    note(wanted.logicalId, before);
    if (needsReplacement(handler, changed)) return replaceResource(operation, before, wanted, run);
    return updateResource(operation, before, wanted, run, isBroken);
  }

  const failed = await runGraph({
    ids: definition.active,
    needs: (logicalId) => definition.dependencies.get(logicalId) ?? [],
    work,
    continuesAfterFailure: false,
  });
  return {
    failedToCreate: failed.filter((logicalId) => created.has(logicalId)),
    failedToUpdate: failed.filter((logicalId) => !created.has(logicalId)),
    journal,
    imported,
  };
}

/** Takes over what the template says about resources beyond their properties; for a run that has succeeded. */
export function recordDefinition(operation: Operation, definition: StackDefinition): void {
  const { store, stackId } = operation;
  for (const logicalId of definition.active) {
    const record = store.resource(stackId, logicalId);
    if (!record) continue;
    const { metadata: _, ...rest } = record;
    store.putResource(stackId, { ...rest, ...wantedResource(definition, logicalId) });
  }
}
