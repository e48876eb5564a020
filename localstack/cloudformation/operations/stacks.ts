/** CreateStack, UpdateStack, DeleteStack and what mends or guards a stack. */
import { randomUUID } from 'node:crypto';
import type {
  ContinueUpdateRollbackCommandInput,
  CreateStackCommandInput,
  DeleteStackCommandInput,
  RollbackStackCommandInput,
  UpdateStackCommandInput,
  UpdateTerminationProtectionCommandInput,
} from '@aws-sdk/client-cloudformation';
import type { Cloud } from '../../core/cloud.ts';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import type { StackDefinition } from '../engine/definition.ts';
import { deleteStack as removeStack } from '../engine/delete.ts';
import { updateStack as changeStack, createStack as makeStack, type OnFailure } from '../engine/deploy.ts';
import { beginOperation, type Operation } from '../engine/operation.ts';
import { planChanges } from '../engine/plan.ts';
import { rollBackCreation, rollBackUpdate } from '../engine/rollback.ts';
import { alreadyExists, validationError } from '../errors.ts';
import type { StackContent, StackRecord } from '../records.ts';
import type { Store } from '../store.ts';
import { refuseOptions, requestedDefinition } from './request-content.ts';
import { requireIdle, requireUpdatable } from './stack-states.ts';

const STACK_NAME = /^[A-Za-z][-A-Za-z0-9]{0,127}$/;
const USER_INITIATED = 'User Initiated';

/** Dependencies of the operations. */
export interface Service {
  readonly cloud: Cloud;
  readonly store: Store;
}

/** A new stack's record, not stored yet. @throws AwsError for a bad name or one that is taken. */
export function newStack(
  { cloud, store }: Service,
  stackName: string | undefined,
  status: StackRecord['status'],
): StackRecord {
  if (!stackName || !STACK_NAME.test(stackName)) {
    throw validationError(
      `1 validation error detected: Value '${stackName}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*`,
    );
  }
  if (store.find(stackName)) throw alreadyExists(stackName);
  return {
    stackId: `arn:aws:cloudformation:${cloud.region}:${cloud.account}:stack/${stackName}/${randomUUID()}`,
    stackName,
    status,
    creationTime: cloud.clock.now(),
    content: { templateBody: '', parameters: [], tags: {}, capabilities: [] },
    outputs: [],
    imports: [],
    disableRollback: false,
    terminationProtection: false,
  };
}

/** Starts creating a stored stack and returns at once. */
export function startCreation(
  service: Service,
  operation: Operation,
  definition: StackDefinition,
  onFailure: OnFailure,
): void {
  operation.putStack({ content: definition.content, disableRollback: onFailure === 'DO_NOTHING' });
  operation.setStatus('CREATE_IN_PROGRESS', USER_INITIATED);
  service.cloud.background(`create stack ${operation.stack().stackName}`, () =>
    makeStack(operation, definition, onFailure),
  );
}

/** Starts updating a stack and returns at once. */
export function startUpdate(
  service: Service,
  operation: Operation,
  definition: StackDefinition,
  disableRollback: boolean,
): void {
  const { content, outputs, stackName } = operation.stack();
  operation.putStack({
    content: definition.content,
    disableRollback,
    lastUpdatedTime: service.cloud.clock.now(),
  });
  operation.setStatus('UPDATE_IN_PROGRESS', USER_INITIATED);
  service.cloud.background(`update stack ${stackName}`, () =>
    changeStack(operation, definition, { content, outputs }, disableRollback),
  );
}

const tokenOf = (ClientRequestToken: string | undefined) =>
  ClientRequestToken === undefined ? {} : { clientRequestToken: ClientRequestToken };

export async function createStack(service: Service, input: CreateStackCommandInput, call: Call) {
  const draft = newStack(service, input.StackName, 'CREATE_IN_PROGRESS');
  if (input.DisableRollback !== undefined && input.OnFailure !== undefined) {
    throw validationError('You can specify either DisableRollback or OnFailure, but not both.');
  }
  const stack: StackRecord = {
    ...draft,
    ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
    terminationProtection: input.EnableTerminationProtection ?? false,
  };
  const definition = await requestedDefinition(service.cloud, call.principal, stack, input, undefined);
  // somebody may have taken the name while the template was read
  if (service.store.find(stack.stackName)) throw alreadyExists(stack.stackName);
  service.store.putStack(stack);
  const operation = beginOperation(service.cloud, service.store, stack, {
    principal: call.principal,
    ...tokenOf(input.ClientRequestToken),
  });
  const onFailure = (input.OnFailure ?? (input.DisableRollback ? 'DO_NOTHING' : 'ROLLBACK')) as OnFailure;
  startCreation(service, operation, definition, onFailure);
  return { StackId: stack.stackId, OperationId: operation.operationId };
}

export async function updateStack(service: Service, input: UpdateStackCommandInput, call: Call) {
  const { cloud, store } = service;
  const found = store.stack(input.StackName ?? '', `Stack [${input.StackName}] does not exist`);
  const disableRollback = input.DisableRollback ?? false;
  requireUpdatable(found, disableRollback);
  const stack = input.RoleARN === undefined ? found : { ...found, roleArn: input.RoleARN };
  const definition = await requestedDefinition(cloud, call.principal, stack, input, stack.content);
  const operation = beginOperation(cloud, store, stack, {
    principal: call.principal,
    ...tokenOf(input.ClientRequestToken),
  });
  const plan = await planChanges(store, stack, definition, operation.readParameter);
  if (plan.isEmpty && !stack.status.endsWith('_FAILED'))
    throw validationError('No updates are to be performed.');
  requireUpdatable(store.stack(stack.stackId), disableRollback);
  if (input.RoleARN !== undefined) operation.putStack({ roleArn: input.RoleARN });
  startUpdate(service, operation, definition, disableRollback);
  return { StackId: stack.stackId, OperationId: operation.operationId };
}

export function deleteStack(service: Service, input: DeleteStackCommandInput, call: Call) {
  const { cloud, store } = service;
  if (input.DeletionMode === 'FORCE_DELETE_STACK')
    throw new NotImplementedByLocalCloud('DeletionMode FORCE_DELETE_STACK');
  refuseOptions(input);
  const found = store.find(input.StackName ?? '');
  // AWS answers success for a stack that is not there
  if (!found || found.status === 'DELETE_COMPLETE' || found.status === 'DELETE_IN_PROGRESS') return {};
  if (found.terminationProtection) {
    throw validationError(
      `Stack [${found.stackName}] cannot be deleted while TerminationProtection is enabled`,
    );
  }
  requireIdle(found, 'deleted');
  const retain = input.RetainResources ?? [];
  if (retain.length > 0 && found.status !== 'DELETE_FAILED') {
    throw validationError(
      'Invalid operation on stack. RetainResources can only be specified for stacks in the DELETE_FAILED state.',
    );
  }
  const stack = input.RoleARN === undefined ? found : { ...found, roleArn: input.RoleARN };
  const operation = beginOperation(cloud, store, stack, {
    principal: call.principal,
    ...tokenOf(input.ClientRequestToken),
  });
  store.putStack(stack);
  operation.setStatus('DELETE_IN_PROGRESS', USER_INITIATED);
  cloud.background(`delete stack ${stack.stackName}`, () => removeStack(operation, retain));
  return {};
}

export function continueUpdateRollback(
  service: Service,
  input: ContinueUpdateRollbackCommandInput,
  call: Call,
) {
  const stack = service.store.stack(input.StackName ?? '');
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
    throw validationError(
      `Stack:${stack.stackId} is in ${stack.status} state and can not continue rolling back; it must be in UPDATE_ROLLBACK_FAILED.`,
    );
  }
  startRollback(service, stack, input, call, (operation) =>
    rollBackUpdate(operation, { reason: USER_INITIATED, skip: input.ResourcesToSkip ?? [] }),
  );
  return {};
}

export function rollbackStack(service: Service, input: RollbackStackCommandInput, call: Call) {
  const stack = service.store.stack(input.StackName ?? '');
  const keepsNew = !input.RetainExceptOnCreate;
  const roll: Partial<Record<StackRecord['status'], (operation: Operation) => Promise<void>>> = {
    CREATE_FAILED: (operation) => rollBackCreation(operation, { reason: USER_INITIATED, keepsNew }),
    UPDATE_FAILED: (operation) => rollBackUpdate(operation, { reason: USER_INITIATED, keepsNew }),
  };
  const work = roll[stack.status];
  if (!work)
    throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`);
  const operationId = startRollback(service, stack, input, call, work);
  return { StackId: stack.stackId, OperationId: operationId };
}

function startRollback(
  service: Service,
  found: StackRecord,
  input: { RoleARN?: string | undefined; ClientRequestToken?: string | undefined },
  call: Call,
  work: (operation: Operation) => Promise<void>,
): string {
  const stack = input.RoleARN === undefined ? found : { ...found, roleArn: input.RoleARN };
  const operation = beginOperation(service.cloud, service.store, stack, {
    principal: call.principal,
    ...tokenOf(input.ClientRequestToken),
  });
  service.store.putStack({
    ...stack,
    status: stack.status.startsWith('CREATE') ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS',
  });
  service.cloud.background(`roll back stack ${stack.stackName}`, () => work(operation));
  return operation.operationId;
}

export function updateTerminationProtection(
  { store }: Service,
  input: UpdateTerminationProtectionCommandInput,
) {
  const stack = store.stack(input.StackName ?? '');
  store.putStack({ ...stack, terminationProtection: input.EnableTerminationProtection ?? false });
  return { StackId: stack.stackId };
}

/** The content that a change refers to: none for a stack that only has change sets yet. */
export function previousContent(stack: StackRecord): StackContent | undefined {
  return stack.status === 'REVIEW_IN_PROGRESS' ? undefined : stack.content;
}
