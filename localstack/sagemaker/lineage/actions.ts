/** Actions: work that was done, such as a run or an approval. */
import type {
  CreateActionRequest,
  CreateActionResponse,
  DeleteActionRequest,
  DeleteActionResponse,
  DescribeActionRequest,
  DescribeActionResponse,
  ListActionsRequest,
  ListActionsResponse,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import type { SageMaker } from '../sagemaker.ts';
import {
  checkCreate,
  deleteEntity,
  describedMembers,
  findEntity,
  listEntities,
  makeEntity,
  summaryMembers,
} from './entities.ts';

const MEMBERS = [
  ...['ActionName', 'Source', 'ActionType', 'Description', 'Status', 'Properties', 'MetadataProperties'],
  'Tags',
];

/** @throws AwsError ValidationException, also when its name is taken. */
export function createAction(
  sagemaker: SageMaker,
  input: CreateActionRequest,
  call: Call,
): CreateActionResponse {
  checkCreate('action', MEMBERS, input.ActionName, input.ActionType, input as never);
  const name = input.ActionName!;
  const entity = { id: name, kind: 'action', name, type: input.ActionType! } as const;
  return { ActionArn: makeEntity(sagemaker, call, entity, input as never) };
}

export function describeAction(sagemaker: SageMaker, input: DescribeActionRequest): DescribeActionResponse {
  const found = findEntity(sagemaker, 'action', input.ActionName);
  return {
    ActionName: found.name,
    ActionArn: found.arn,
    ActionType: found.type,
    Description: found.description,
    Status: found.status as DescribeActionResponse['Status'],
    MetadataProperties: found.metadata,
    ...describedMembers(found),
  };
}

export function listActions(sagemaker: SageMaker, input: ListActionsRequest): ListActionsResponse {
  const { ActionType, ...rest } = input;
  const page = listEntities(sagemaker, 'action', { ...rest, type: ActionType }, (entity) => ({
    ActionArn: entity.arn,
    ActionName: entity.name,
    ActionType: entity.type,
    Status: entity.status as DescribeActionResponse['Status'],
    ...summaryMembers(entity),
  }));
  const { summaries, ...next } = page;
  return { ActionSummaries: summaries, ...next };
}

export function deleteAction(sagemaker: SageMaker, input: DeleteActionRequest): DeleteActionResponse {
  const found = findEntity(sagemaker, 'action', input.ActionName);
  deleteEntity(sagemaker, found);
  return { ActionArn: found.arn };
}
