/** Change sets. */
import { randomUUID } from 'node:crypto';
import type {
  CreateChangeSetCommandInput,
  DeleteChangeSetCommandInput,
  DescribeChangeSetCommandInput,
  ExecuteChangeSetCommandInput,
  ListChangeSetsCommandInput,
} from '@aws-sdk/client-cloudformation';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { defineStack } from '../engine/definition.ts';
import { createEventLog } from '../engine/events.ts';
import { beginOperation } from '../engine/operation.ts';
import { type Plan, planChanges } from '../engine/plan.ts';
import { changeSetNotFound, validationError } from '../errors.ts';
import type { ChangeSetRecord, StackRecord } from '../records.ts';
import { parameterView, tagViews } from './describe.ts';
import { page } from './page.ts';
import { requestedDefinition } from './request-content.ts';
import { requireUpdatable } from './stack-states.ts';
import { newStack, previousContent, type Service, startCreation, startUpdate } from './stacks.ts';

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";
const CHANGES_PER_PAGE = 100;

// ImportExistingResources (`cdk bootstrap` sets it) passes: what exists is not imported, its creation fails by name
function refuseOptions(input: CreateChangeSetCommandInput): void {
  const refused = [
    input.ChangeSetType === 'IMPORT' || input.ResourcesToImport?.length ? 'resource import' : undefined,
    input.DeploymentMode === undefined ? undefined : `DeploymentMode ${input.DeploymentMode}`,
    input.OnStackFailure === undefined || input.OnStackFailure === 'ROLLBACK' ? undefined : 'OnStackFailure',
  ].find((name) => name !== undefined);
  if (refused) throw new NotImplementedByLocalCloud(`CreateChangeSet with ${refused}`);
}

/** The stack that a change set is for; one of type CREATE makes it, in review. */
function stackFor(service: Service, input: CreateChangeSetCommandInput): StackRecord {
  const { cloud, store } = service;
  const found = store.find(input.StackName ?? '');
  if ((input.ChangeSetType ?? 'UPDATE') === 'UPDATE') {
    if (!found || found.status === 'REVIEW_IN_PROGRESS') {
      throw validationError(`Stack [${input.StackName}] does not exist`);
    }
    const isPaused = found.status === 'CREATE_FAILED' || found.status === 'UPDATE_FAILED';
    requireUpdatable(found, isPaused);
    return found;
  }
  if (found?.status === 'REVIEW_IN_PROGRESS') return found;
  if (found) {
    throw validationError(
      `Stack [${input.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
    );
  }
  const stack = newStack(service, input.StackName, 'REVIEW_IN_PROGRESS');
  store.putStack(stack);
  createEventLog(store, cloud.clock, stack, {}).stack('REVIEW_IN_PROGRESS', 'User Initiated');
  return stack;
}

export async function createChangeSet(service: Service, input: CreateChangeSetCommandInput, call: Call) {
  const { cloud, store } = service;
  refuseOptions(input);
  const name = input.ChangeSetName ?? '';
  const isNew = store.find(input.StackName ?? '') === undefined;
  const found = stackFor(service, input);
  try {
    if (store.changeSetsOf(found.stackId).some((changeSet) => changeSet.name === name)) {
      throw new AwsError('AlreadyExistsException', `ChangeSet ${name} already exists`);
    }
    const stack = input.RoleARN === undefined ? found : { ...found, roleArn: input.RoleARN };
    const definition = await requestedDefinition(cloud, call.principal, stack, input, previousContent(found));
    const { readParameter } = beginOperation(cloud, store, stack, { principal: call.principal });
    const plan = await planChanges(store, stack, definition, readParameter);
    const changeSet: ChangeSetRecord = {
      changeSetId: `arn:aws:cloudformation:${cloud.region}:${cloud.account}:changeSet/${name}/${randomUUID()}`,
      name,
      stackId: stack.stackId,
      stackName: stack.stackName,
      type: input.ChangeSetType === 'CREATE' ? 'CREATE' : 'UPDATE',
      creationTime: cloud.clock.now(),
      content: definition.content,
      disableRollback: false,
      changes: plan.changes,
      ...outcome(plan, stack),
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(stack.roleArn === undefined ? {} : { roleArn: stack.roleArn }),
    };
    store.putChangeSet(changeSet);
    return { Id: changeSet.changeSetId, StackId: stack.stackId };
  } catch (error) {
    // AWS makes no stack for a request that it refuses
    if (isNew) store.removeStack(found.stackId);
    throw error;
  }
}

function outcome(
  plan: Plan,
  stack: StackRecord,
): Pick<ChangeSetRecord, 'status' | 'statusReason' | 'executionStatus'> {
  const mayBeEmpty = stack.status.endsWith('_FAILED') || stack.status === 'REVIEW_IN_PROGRESS';
  if (!plan.isEmpty || mayBeEmpty) return { status: 'CREATE_COMPLETE', executionStatus: 'AVAILABLE' };
  return { status: 'FAILED', statusReason: NO_CHANGES, executionStatus: 'UNAVAILABLE' };
}

interface ChangeSetReference {
  readonly ChangeSetName?: string | undefined;
  readonly StackName?: string | undefined;
}

/** A change set by ARN, or by name within a stack. @throws AwsError ChangeSetNotFound */
function findChangeSet(
  { store }: Service,
  { ChangeSetName = '', StackName }: ChangeSetReference,
): ChangeSetRecord {
  if (ChangeSetName.startsWith('arn:')) {
    const changeSet = store.changeSetById(ChangeSetName);
    if (changeSet) return changeSet;
    throw changeSetNotFound(ChangeSetName);
  }
  if (!StackName)
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = store.stack(StackName);
  const changeSet = store.changeSetsOf(stack.stackId).find(({ name }) => name === ChangeSetName);
  if (!changeSet) throw changeSetNotFound(ChangeSetName);
  return changeSet;
}

export function describeChangeSet(service: Service, input: DescribeChangeSetCommandInput) {
  const changeSet = findChangeSet(service, input);
  const { items, nextToken } = page(changeSet.changes, input.NextToken, CHANGES_PER_PAGE);
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.changeSetId,
    StackId: changeSet.stackId,
    StackName: changeSet.stackName,
    Description: changeSet.description,
    Parameters: changeSet.content.parameters.map(parameterView),
    CreationTime: new Date(changeSet.creationTime),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    StackDriftStatus: undefined,
    NotificationARNs: [],
    RollbackConfiguration: {},
    Capabilities: [...changeSet.content.capabilities],
    Tags: tagViews(changeSet.content.tags),
    Changes: items,
    NextToken: nextToken,
    IncludeNestedStacks: false,
  };
}

export function deleteChangeSet(service: Service, input: DeleteChangeSetCommandInput) {
  try {
    const changeSet = findChangeSet(service, input);
    if (changeSet.executionStatus === 'EXECUTE_IN_PROGRESS') {
      throw new AwsError(
        'InvalidChangeSetStatus',
        `An operation on ChangeSet [${changeSet.changeSetId}] is in progress.`,
      );
    }
    service.store.removeChangeSet(changeSet.changeSetId);
  } catch (error) {
    // deleting what is not there succeeds on AWS, as long as the stack exists
    if (!(error instanceof AwsError) || error.code !== 'ChangeSetNotFound') throw error;
  }
  return {};
}

export function listChangeSets({ store }: Service, input: ListChangeSetsCommandInput) {
  const stack = store.stack(input.StackName ?? '');
  const { items, nextToken } = page(store.changeSetsOf(stack.stackId), input.NextToken, CHANGES_PER_PAGE);
  return {
    NextToken: nextToken,
    Summaries: items.map((changeSet) => ({
      StackId: changeSet.stackId,
      StackName: changeSet.stackName,
      ChangeSetId: changeSet.changeSetId,
      ChangeSetName: changeSet.name,
      ExecutionStatus: changeSet.executionStatus,
      Status: changeSet.status,
      StatusReason: changeSet.statusReason,
      CreationTime: new Date(changeSet.creationTime),
      Description: changeSet.description,
      IncludeNestedStacks: false,
    })),
  };
}

export function executeChangeSet(service: Service, input: ExecuteChangeSetCommandInput, call: Call) {
  const { cloud, store } = service;
  const changeSet = findChangeSet(service, input);
  if (changeSet.status !== 'CREATE_COMPLETE' || changeSet.executionStatus !== 'AVAILABLE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.changeSetId}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  }
  const found = store.stack(changeSet.stackId);
  const disableRollback = input.DisableRollback ?? false;
  const isCreation = found.status === 'REVIEW_IN_PROGRESS';
  if (!isCreation) requireUpdatable(found, disableRollback);
  const definition = defineStack(cloud, found, changeSet.content);
  const stack: StackRecord = {
    ...found,
    changeSetId: changeSet.changeSetId,
    ...(changeSet.roleArn === undefined ? {} : { roleArn: changeSet.roleArn }),
  };
  const operation = beginOperation(cloud, store, stack, {
    principal: call.principal,
    ...(input.ClientRequestToken === undefined ? {} : { clientRequestToken: input.ClientRequestToken }),
  });
  store.putStack(stack);
  // executing one change set makes the others of the stack meaningless: AWS deletes them
  for (const other of store.changeSetsOf(stack.stackId)) store.removeChangeSet(other.changeSetId);
  store.putChangeSet({ ...changeSet, executionStatus: 'EXECUTE_COMPLETE' });
  if (isCreation) startCreation(service, operation, definition, disableRollback ? 'DO_NOTHING' : 'ROLLBACK');
  else startUpdate(service, operation, definition, disableRollback);
  return {};
}
