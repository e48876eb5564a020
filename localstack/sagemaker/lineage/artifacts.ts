/** Artifacts: data that a URI names, known by its source. */
import { createHash } from 'node:crypto';
import type {
  CreateArtifactRequest,
  CreateArtifactResponse,
  DeleteArtifactRequest,
  DeleteArtifactResponse,
  DescribeArtifactRequest,
  DescribeArtifactResponse,
  ListArtifactsRequest,
  ListArtifactsResponse,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import { Constraints, validationError } from '../constraints.ts';
import type { SageMaker } from '../sagemaker.ts';
import {
  checkCreate,
  checkSource,
  deleteEntity,
  describedMembers,
  entityAt,
  findEntity,
  type LineageSource,
  lineageArn,
  listEntities,
  makeEntity,
  summaryMembers,
} from './entities.ts';

const MEMBERS = ['ArtifactName', 'Source', 'ArtifactType', 'Properties', 'MetadataProperties', 'Tags'];

/** @throws AwsError ValidationException, also when an artifact has this source or name already. */
export function createArtifact(
  sagemaker: SageMaker,
  input: CreateArtifactRequest,
  call: Call,
): CreateArtifactResponse {
  const { ArtifactName, ArtifactType, Source } = input;
  checkCreate('artifact', MEMBERS, ArtifactName, ArtifactType, input as never);
  const id = artifactId(Source!);
  const known = sagemaker.lineage.get(lineageArn(sagemaker, 'artifact', id));
  if (known) throw validationError(`Artifact with source ${Source!.SourceUri} already exists: ${known.arn}`);
  const name = ArtifactName ?? id;
  const entity = { id, kind: 'artifact', name, type: ArtifactType! } as const;
  return { ArtifactArn: makeEntity(sagemaker, call, entity, input as never) };
}

/**
 * The last part of an artifact's ARN, made of its source: which hash AWS takes is not published.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html (HashOfArtifactSource)
 */
export function artifactId({ SourceUri, SourceTypes = [] }: LineageSource): string {
  const types = SourceTypes.map(({ SourceIdType, Value }) => `${SourceIdType} ${Value}`).sort();
  return createHash('md5')
    .update(JSON.stringify([SourceUri, ...types]))
    .digest('hex');
}

export function describeArtifact(
  sagemaker: SageMaker,
  input: DescribeArtifactRequest,
): DescribeArtifactResponse {
  const found = findEntity(sagemaker, 'artifact', input.ArtifactArn);
  return {
    ArtifactName: found.name,
    ArtifactArn: found.arn,
    ArtifactType: found.type,
    MetadataProperties: found.metadata,
    ...describedMembers(found),
  };
}

export function listArtifacts(sagemaker: SageMaker, input: ListArtifactsRequest): ListArtifactsResponse {
  const { ArtifactType, ...rest } = input;
  const page = listEntities(sagemaker, 'artifact', { ...rest, type: ArtifactType }, (entity) => ({
    ArtifactArn: entity.arn,
    ArtifactName: entity.name,
    ArtifactType: entity.type,
    ...summaryMembers(entity),
  }));
  const { summaries, ...next } = page;
  return { ArtifactSummaries: summaries, ...next };
}

/** By its ARN or by its source. @throws AwsError ValidationException when neither is given. */
export function deleteArtifact(sagemaker: SageMaker, input: DeleteArtifactRequest): DeleteArtifactResponse {
  const { ArtifactArn, Source } = input;
  if (ArtifactArn === undefined && Source === undefined) {
    throw validationError('Either ArtifactArn or Source must be specified.');
  }
  if (ArtifactArn === undefined) {
    const constraints = new Constraints();
    checkSource(constraints, Source as LineageSource);
    constraints.check();
  }
  const found =
    ArtifactArn === undefined
      ? entityAt(sagemaker, lineageArn(sagemaker, 'artifact', artifactId(Source as LineageSource)))
      : findEntity(sagemaker, 'artifact', ArtifactArn);
  deleteEntity(sagemaker, found);
  return { ArtifactArn: found.arn };
}
