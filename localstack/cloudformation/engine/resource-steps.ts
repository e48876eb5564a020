/** Creating, changing, replacing and deleting one resource, with its events. */
import { randomUUID } from 'node:crypto';
import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/errors.ts';
import { failureReason, ResourceFailure } from '../errors.ts';
import type { ResourceRecord } from '../records.ts';
import type { Physical, ResourceHandler } from '../resources/handler.ts';
import { handlerFor } from '../resources/index.ts';
import type { JsonObject } from '../template/template.ts';
import type { Operation } from './operation.ts';
import { changedProperties, fixedProperty } from './properties.ts';

/** A resource as a template wants it. */
export interface WantedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly dependencies: readonly string[];
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  readonly metadata?: string;
}

/** Shared by the steps of one run: after a failure what still finishes counts as cancelled. */
export interface Run {
  isCancelled: boolean;
}

const INITIATED = 'Resource creation Initiated';
const REPLACING = 'Requested update requires the creation of a new physical resource; hence creating one.';

function writeStatus(
  operation: Operation,
  record: Omit<ResourceRecord, 'status' | 'statusReason' | 'timestamp'>,
  status: ResourceStatus,
  reason?: string,
): void {
  const { logicalId, type, physicalId, properties } = record;
  const timestamp = operation.events.resource({
    logicalId,
    type,
    status,
    properties,
    ...(physicalId === undefined ? {} : { physicalId }),
    ...(reason === undefined ? {} : { reason }),
  });
  const { statusReason: _, ...rest } = record as ResourceRecord;
  operation.store.putResource(operation.stackId, {
    ...rest,
    status,
    timestamp,
    ...(reason === undefined ? {} : { statusReason: reason }),
  });
}

function reasonOf(error: unknown): string {
  return failureReason(error, randomUUID());
}

/** Makes the physical resource; `verb` is how its events are called. @returns whether it succeeded. */
async function make(
  operation: Operation,
  wanted: WantedResource,
  run: Run,
  verb: 'CREATE' | 'UPDATE',
): Promise<boolean> {
  const handler = handlerFor(wanted.type, wanted.logicalId);
  const base = { ...wanted, attributes: {} };
  let physicalId: string | undefined;
  let reported: string | undefined;
  const reserve = (id: string) => {
    physicalId = id;
  };
  const created = (id: string) => {
    physicalId = id;
    if (reported === id) return;
    reported = id;
    writeStatus(operation, { ...base, physicalId }, `${verb}_IN_PROGRESS`, INITIATED);
  };
  try {
    const physical = await handler.create(wanted.properties, operation.context(wanted, { created, reserve }));
    created(physical.physicalId);
    const record = { ...base, physicalId: physical.physicalId, attributes: physical.attributes ?? {} };
    if (run.isCancelled) {
      writeStatus(
        operation,
        record,
        `${verb}_FAILED`,
        `Resource ${verb === 'CREATE' ? 'creation' : 'update'} cancelled`,
      );
      return false;
    }
    writeStatus(operation, record, `${verb}_COMPLETE`);
    return true;
  } catch (error) {
    run.isCancelled = true;
    const existing =
      verb === 'UPDATE' ? operation.store.resource(operation.stackId, wanted.logicalId) : undefined;
    const record = physicalId === undefined ? (existing ?? base) : { ...base, physicalId };
    writeStatus(operation, record, `${verb}_FAILED`, reasonOf(error));
    return false;
  }
}

/** Creates a resource. @returns whether it succeeded; a failure is in its events. */
export function createResource(operation: Operation, wanted: WantedResource, run: Run): Promise<boolean> {
  writeStatus(operation, { ...wanted, attributes: {} }, 'CREATE_IN_PROGRESS');
  return make(operation, wanted, run, 'CREATE');
}

/** Refuses what AWS refuses: a replacement under the name that the old resource still has. */
function checkCustomName(handler: ResourceHandler, before: ResourceRecord, wanted: WantedResource): void {
  const name = handler.nameProperty === undefined ? undefined : wanted.properties[handler.nameProperty];
  if (name === undefined || name !== before.properties[handler.nameProperty ?? '']) return;
  throw new ResourceFailure(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
  );
}

/** Makes a new physical resource; the old one is left for the cleanup. @returns whether it succeeded. */
export async function replaceResource(
  operation: Operation,
  before: ResourceRecord,
  wanted: WantedResource,
  run: Run,
): Promise<boolean> {
  try {
    checkCustomName(handlerFor(wanted.type, wanted.logicalId), before, wanted);
  } catch (error) {
    run.isCancelled = true;
    writeStatus(operation, before, 'UPDATE_FAILED', reasonOf(error));
    return false;
  }
  writeStatus(operation, before, 'UPDATE_IN_PROGRESS', REPLACING);
  return make(operation, wanted, run, 'UPDATE');
}

/**
 * Changes a resource in place.
 * @param isWhole true when nothing is known about what has been set, so that every property counts as changed
 * @returns whether it succeeded; after a failure the record holds the properties that were tried.
 */
export async function updateResource(
  operation: Operation,
  before: ResourceRecord,
  wanted: WantedResource,
  run: Run,
  isWhole = false,
): Promise<boolean> {
  const handler = handlerFor(wanted.type, wanted.logicalId);
  if (fixedProperty(handler, changedProperties(before.properties, wanted.properties)) !== undefined) {
    run.isCancelled = true;
    writeStatus(operation, before, 'UPDATE_FAILED', reasonOf(notUpdatable(before)));
    return false;
  }
  const tried = { ...before, ...wanted };
  writeStatus(operation, tried, 'UPDATE_IN_PROGRESS');
  try {
    const physical = await changeInPlace(operation, handler, before, wanted, isWhole);
    const record = { ...tried, ...physical };
    if (run.isCancelled) {
      writeStatus(operation, record, 'UPDATE_FAILED', 'Resource update cancelled');
      return false;
    }
    writeStatus(operation, record, 'UPDATE_COMPLETE');
    return true;
  } catch (error) {
    run.isCancelled = true;
    writeStatus(operation, tried, 'UPDATE_FAILED', reasonOf(error));
    return false;
  }
}

function notUpdatable({ type, physicalId }: ResourceRecord): AwsError {
  return new AwsError(
    'NotUpdatable',
    `Resource of type '${type}' with identifier '${physicalId}' is not updatable with parameters provided.`,
  );
}

async function changeInPlace(
  operation: Operation,
  handler: ResourceHandler,
  before: ResourceRecord,
  wanted: WantedResource,
  isWhole: boolean,
): Promise<Partial<Physical>> {
  if (!handler.update) return {};
  const names = isWhole
    ? [...Object.keys(before.properties), ...Object.keys(wanted.properties)]
    : changedProperties(before.properties, wanted.properties);
  const differing = new Set(names);
  const change = {
    physicalId: before.physicalId ?? '',
    attributes: before.attributes,
    previous: before.properties,
    next: wanted.properties,
    changed: (...asked: string[]) => asked.some((name) => differing.has(name)),
  };
  return (await handler.update(change, operation.context(wanted))) ?? {};
}

/** Reports a resource whose properties could not even be evaluated. */
export function failResource(
  operation: Operation,
  wanted: Omit<WantedResource, 'properties'>,
  before: ResourceRecord | undefined,
  error: unknown,
  run: Run,
): void {
  run.isCancelled = true;
  const reason = reasonOf(error);
  if (before) writeStatus(operation, before, 'UPDATE_FAILED', reason);
  else writeStatus(operation, { ...wanted, properties: {}, attributes: {} }, 'CREATE_FAILED', reason);
}

/**
 * Deletes a physical resource. Its record is kept, with the status, when it is the stack's current one.
 * @returns whether it succeeded.
 */
export async function deleteResource(
  operation: Operation,
  record: ResourceRecord,
  isCurrent: boolean,
): Promise<boolean> {
  const { logicalId, type, physicalId, properties, attributes } = record;
  const report = (status: ResourceStatus, reason?: string) => {
    if (isCurrent) writeStatus(operation, record, status, reason);
    else {
      const event = { logicalId, type, status, ...(physicalId === undefined ? {} : { physicalId }) };
      operation.events.resource(reason === undefined ? event : { ...event, reason });
    }
  };
  if (physicalId === undefined) {
    report('DELETE_COMPLETE');
    return true;
  }
  report('DELETE_IN_PROGRESS');
  try {
    await handlerFor(type, logicalId).delete(
      { physicalId, attributes },
      properties,
      operation.context(record),
    );
    report('DELETE_COMPLETE');
    return true;
  } catch (error) {
    report('DELETE_FAILED', reasonOf(error));
    return false;
  }
}

/** Leaves a physical resource in place and says so. */
export function skipDeletion(operation: Operation, record: ResourceRecord, isCurrent: boolean): void {
  const { logicalId, type, physicalId = '' } = record;
  if (isCurrent) writeStatus(operation, record, 'DELETE_SKIPPED');
  else operation.events.resource({ logicalId, type, physicalId, status: 'DELETE_SKIPPED' });
}

/** Marks a resource as going back, or as gone back, to what it was before the operation. */
export function reportRestored(
  operation: Operation,
  record: ResourceRecord,
  status: 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE',
): void {
  writeStatus(operation, record, status);
}
