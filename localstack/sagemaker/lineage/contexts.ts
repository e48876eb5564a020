/** Contexts: what groups other entities, such as an endpoint. */
import type {
  CreateContextRequest,
  CreateContextResponse,
  DeleteContextRequest,
  DeleteContextResponse,
  DescribeContextRequest,
  DescribeContextResponse,
  ListContextsRequest,
  ListContextsResponse,
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

const MEMBERS = ['ContextName', 'Source', 'ContextType', 'Description', 'Properties', 'Tags'];

/** @throws AwsError ValidationException, also when its name is taken. */
export function createContext(
  sagemaker: SageMaker,
  input: CreateContextRequest,
  call: Call,
): CreateContextResponse {
  checkCreate('context', MEMBERS, input.ContextName, input.ContextType, input as never);
  const name = input.ContextName!;
  const entity = { id: name, kind: 'context', name, type: input.ContextType! } as const;
  return { ContextArn: makeEntity(sagemaker, call, entity, input as never) };
}

export function describeContext(
  sagemaker: SageMaker,
  input: DescribeContextRequest,
): DescribeContextResponse {
  const found = findEntity(sagemaker, 'context', input.ContextName);
  return {
    ContextName: found.name,
    ContextArn: found.arn,
    ContextType: found.type,
    Description: found.description,
    ...describedMembers(found),
  };
}

export function listContexts(sagemaker: SageMaker, input: ListContextsRequest): ListContextsResponse {
  const { ContextType, ...rest } = input;
  const page = listEntities(sagemaker, 'context', { ...rest, type: ContextType }, (entity) => ({
    ContextArn: entity.arn,
    ContextName: entity.name,
    ContextType: entity.type,
    ...summaryMembers(entity),
  }));
  const { summaries, ...next } = page;
  return { ContextSummaries: summaries, ...next };
}

export function deleteContext(sagemaker: SageMaker, input: DeleteContextRequest): DeleteContextResponse {
  const found = findEntity(sagemaker, 'context', input.ContextName);
  deleteEntity(sagemaker, found);
  return { ContextArn: found.arn };
}
