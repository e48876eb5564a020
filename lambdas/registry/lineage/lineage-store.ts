/** Writes entities and associations to SageMaker's lineage; what is there already stays as it is. */
import {
  AddAssociationCommand,
  CreateActionCommand,
  CreateArtifactCommand,
  CreateContextCommand,
  ListActionsCommand,
  ListArtifactsCommand,
  ListAssociationsCommand,
  ListContextsCommand,
} from '@aws-sdk/client-sagemaker';
import { sagemaker } from '../../shared/clients.ts';
import { isAwsError } from '../../shared/errors.ts';
import type { Entity, Link } from './lineage-graph.ts';

/** ARN of the entity with this source, made where there is none. */
export async function ensureEntity(entity: Entity): Promise<string> {
  return (await findEntity(entity)) ?? (await createEntity(entity));
}

/** Adds the association where there is none between the two. */
export async function ensureAssociation(
  SourceArn: string,
  DestinationArn: string,
  AssociationType: Link['type'],
): Promise<void> {
  const pair = { SourceArn, DestinationArn };
  const { AssociationSummaries } = await sagemaker.send(new ListAssociationsCommand(pair));
  if (AssociationSummaries?.length) return;
  try {
    await sagemaker.send(new AddAssociationCommand({ ...pair, AssociationType }));
  } catch (error) {
    // the same event delivered twice at once
    if (!isAwsError(error, 'ValidationException')) throw error;
    const again = await sagemaker.send(new ListAssociationsCommand(pair));
    if (!again.AssociationSummaries?.length) throw error;
  }
}

async function findEntity({ kind, sourceUri: SourceUri }: Entity): Promise<string | undefined> {
  switch (kind) {
    case 'artifact':
      return (await sagemaker.send(new ListArtifactsCommand({ SourceUri }))).ArtifactSummaries?.[0]
        ?.ArtifactArn;
    case 'action':
      return (await sagemaker.send(new ListActionsCommand({ SourceUri }))).ActionSummaries?.[0]?.ActionArn;
    case 'context':
      return (await sagemaker.send(new ListContextsCommand({ SourceUri }))).ContextSummaries?.[0]?.ContextArn;
  }
}

async function createEntity(entity: Entity): Promise<string> {
  const { kind, name, type, sourceUri: SourceUri } = entity;
  const rest = { Source: { SourceUri }, Properties: { ...entity.properties } };
  try {
    switch (kind) {
      case 'artifact': {
        const request = new CreateArtifactCommand({ ...rest, ArtifactType: type });
        return (await sagemaker.send(request)).ArtifactArn!;
      }
      case 'action': {
        const request = { ...rest, ActionName: name, ActionType: type, Status: 'Completed' } as const;
        return (await sagemaker.send(new CreateActionCommand(request))).ActionArn!;
      }
      case 'context': {
        const request = new CreateContextCommand({ ...rest, ContextName: name, ContextType: type });
        return (await sagemaker.send(request)).ContextArn!;
      }
    }
  } catch (error) {
    // made meanwhile, by a duplicate of the event or by SageMaker itself
    const found = isAwsError(error, 'ValidationException') ? await findEntity(entity) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}
