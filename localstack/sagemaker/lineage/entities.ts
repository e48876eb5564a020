/** Lineage entities: what artifacts, actions and contexts have in common, and the checks of their members. */
import type { MetadataProperties, Tag, UserContext } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { listPage, type Page } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';

export type LineageKind = 'artifact' | 'action' | 'context';

export interface LineageSource {
  readonly SourceUri?: string | undefined;
  readonly SourceType?: string | undefined;
  readonly SourceId?: string | undefined;
  readonly SourceTypes?: readonly {
    readonly SourceIdType?: string | undefined;
    readonly Value?: string | undefined;
  }[];
}

/** An artifact, an action or a context, under names that all three share. */
export interface LineageEntity {
  readonly arn: string;
  readonly kind: LineageKind;
  readonly name: string;
  /** Free text, for example `DataSet`, `Model`, `Endpoint`, `ModelDeployment`. */
  readonly type: string;
  readonly source: LineageSource;
  readonly description?: string | undefined;
  /** Of an action. */
  readonly status?: string | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: MetadataProperties | undefined;
  readonly created: Date;
  readonly createdBy: UserContext;
}

/** The members of a Create request that are not named after their kind. */
interface CreateMembers {
  readonly Source?: LineageSource | undefined;
  readonly Description?: string | undefined;
  readonly Status?: string | undefined;
  readonly Properties?: Readonly<Record<string, string>> | undefined;
  readonly MetadataProperties?: MetadataProperties | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface ListEntitiesInput {
  readonly SourceUri?: string | undefined;
  readonly type?: string | undefined;
  readonly CreatedAfter?: Date | undefined;
  readonly CreatedBefore?: Date | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export const LINEAGE_NAME = '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}';
/** Contexts may have underscores. */
export const CONTEXT_NAME = '[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,119}';
const NAME_MAXIMUM = 120;
const ARN_MAXIMUM = 256;
const PROPERTIES_MAXIMUM = 30;
const PROPERTY_MAXIMUM = 2500;
/** Properties of artifacts have longer values than those of actions and contexts. */
const ARTIFACT_PROPERTY_MAXIMUM = 4096;
const STATUSES = ['Unknown', 'InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'];
const SOURCE_ID_TYPES = ['MD5Hash', 'S3ETag', 'S3Version', 'Custom'];

/** For example `arn:aws:sagemaker:us-east-1:000000000000:artifact/0cc175b9`. */
export function lineageArn({ cloud }: SageMaker, kind: LineageKind, id: string): string {
  return `arn:aws:sagemaker:${cloud.region}:${cloud.account}:${kind}/${id}`;
}

/** What AWS checks of a Create request before it looks whether the entity exists. @throws AwsError ValidationException */
export function checkCreate(
  kind: LineageKind,
  members: readonly string[],
  name: string | undefined,
  type: string | undefined,
  input: CreateMembers,
): void {
  const constraints = new Constraints();
  const pattern = kind === 'context' ? CONTEXT_NAME : LINEAGE_NAME;
  if (kind === 'artifact') {
    constraints.length(name, 'artifactName', [1, NAME_MAXIMUM]).pattern(name, 'artifactName', `^${pattern}`);
  } else constraints.name(name, `${kind}Name`, `^${pattern}`, NAME_MAXIMUM);
  constraints.required(type, `${kind}Type`).length(type, `${kind}Type`, [0, 256]);
  checkSource(constraints, input.Source);
  constraints.length(input.Description, 'description', [0, 3072]);
  constraints.oneOf(input.Status, 'status', STATUSES);
  const longest = kind === 'artifact' ? ARTIFACT_PROPERTY_MAXIMUM : PROPERTY_MAXIMUM;
  const properties = Object.entries(input.Properties ?? {});
  constraints.length(properties, 'properties', [0, PROPERTIES_MAXIMUM]);
  for (const [key, value] of properties) {
    constraints.length(key, 'properties', [0, PROPERTY_MAXIMUM]);
    constraints.length(value, `properties.${key}.member`, [0, longest]);
  }
  for (const [key, value] of Object.entries(input.MetadataProperties ?? {})) {
    const path = `metadataProperties.${key[0]!.toLowerCase()}${key.slice(1)}`;
    constraints.length(value as string | undefined, path, [0, 1024]);
  }
  constraints.check();
  checkTags(input.Tags);
  supportOnly(`Create${kind[0]!.toUpperCase()}${kind.slice(1)}`, input, members);
}

/** Adds what is wrong with a source. */
export function checkSource(constraints: Constraints, source: LineageSource | undefined): void {
  constraints.required(source, 'source');
  if (!source) return;
  constraints.required(source.SourceUri, 'source.sourceUri');
  constraints.length(source.SourceUri, 'source.sourceUri', [1, 2048]);
  constraints.length(source.SourceType, 'source.sourceType', [0, 256]);
  constraints.length(source.SourceId, 'source.sourceId', [0, 256]);
  for (const [index, { SourceIdType, Value }] of (source.SourceTypes ?? []).entries()) {
    const path = `source.sourceTypes.${index + 1}.member`;
    constraints.required(SourceIdType, `${path}.sourceIdType`);
    constraints.oneOf(SourceIdType, `${path}.sourceIdType`, SOURCE_ID_TYPES);
    constraints.required(Value, `${path}.value`).length(Value, `${path}.value`, [0, 256]);
  }
}

/** Stores a new entity and returns its ARN. @throws AwsError ValidationException when its name is taken. */
export function makeEntity(
  sagemaker: SageMaker,
  call: Call,
  { id, kind, name, type }: { id: string; kind: LineageKind; name: string; type: string },
  input: CreateMembers,
): string {
  const arn = lineageArn(sagemaker, kind, id);
  const isTaken = entitiesOf(sagemaker, kind).some((each) => each.name === name);
  if (isTaken || sagemaker.lineage.has(arn))
    throw validationError(`${kindName(kind)} ${name} already exists.`);
  putTags(sagemaker, arn, input.Tags);
  sagemaker.lineage.put(arn, {
    ...{ arn, kind, name, type },
    source: input.Source!,
    description: input.Description,
    status: input.Status,
    properties: input.Properties,
    metadata: input.MetadataProperties,
    created: call.now,
    createdBy: { IamIdentity: { Arn: call.principal.arn } },
  });
  return arn;
}

/** By name or ARN. @throws AwsError ValidationException, ResourceNotFound */
export function findEntity(
  sagemaker: SageMaker,
  kind: LineageKind,
  nameOrArn: string | undefined,
): LineageEntity {
  const member = kind === 'artifact' ? 'artifactArn' : `${kind}Name`;
  const arnPattern = `arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:${kind}\\/`;
  const name = kind === 'context' ? CONTEXT_NAME : LINEAGE_NAME;
  const pattern = kind === 'artifact' ? `^${arnPattern}.*$` : `^(${arnPattern})?(${name})`;
  new Constraints()
    .required(nameOrArn, member)
    .length(nameOrArn, member, [1, ARN_MAXIMUM])
    .pattern(nameOrArn, member, pattern)
    .check();
  const arn = nameOrArn!.startsWith('arn:') ? nameOrArn! : lineageArn(sagemaker, kind, nameOrArn!);
  return entityAt(sagemaker, arn);
}

/** @throws AwsError ResourceNotFound */
export function entityAt(sagemaker: SageMaker, arn: string): LineageEntity {
  const found = sagemaker.lineage.get(arn);
  if (found) return found;
  const kind = (arn.split(':')[5]?.split('/')[0] ?? 'artifact') as LineageKind;
  throw new AwsError('ResourceNotFound', `${kindName(kind)} ${arn} does not exist.`);
}

export function entitiesOf(sagemaker: SageMaker, kind: LineageKind): LineageEntity[] {
  return sagemaker.lineage.values().filter((each) => each.kind === kind);
}

/** One page of a kind's entities. @throws AwsError ValidationException */
export function listEntities<Summary>(
  sagemaker: SageMaker,
  kind: LineageKind,
  input: ListEntitiesInput,
  summaryOf: (entity: LineageEntity) => Summary,
): Page<Summary> {
  const { SourceUri, type, CreatedAfter, CreatedBefore, ...rest } = input;
  new Constraints().length(SourceUri, 'sourceUri', [1, 2048]).length(type, `${kind}Type`, [0, 256]).check();
  const listed = entitiesOf(sagemaker, kind)
    .filter((each) => SourceUri === undefined || each.source.SourceUri === SourceUri)
    .filter((each) => type === undefined || each.type === type)
    .map((each) => ({ name: each.name, created: each.created, summary: summaryOf(each) }));
  const sortable = kind === 'artifact' ? ['CreationTime'] : ['Name', 'CreationTime'];
  const times = { CreationTimeAfter: CreatedAfter, CreationTimeBefore: CreatedBefore };
  return listPage(listed, { ...rest, ...times }, 'Descending', sortable);
}

/** @throws AwsError ValidationException while an association names it. */
export function deleteEntity(sagemaker: SageMaker, { arn, kind }: LineageEntity): void {
  const isUsed = sagemaker.associations
    .values()
    .some(({ SourceArn, DestinationArn }) => SourceArn === arn || DestinationArn === arn);
  if (isUsed)
    throw validationError(`${kindName(kind)} ${arn} cannot be deleted because it has associations.`);
  sagemaker.lineage.delete(arn);
  sagemaker.tags.delete(arn);
}

/** Of every Describe answer. Nothing changes an entity here: it was last modified when it was made. */
export function describedMembers(entity: LineageEntity) {
  return {
    Source: entity.source as never,
    Properties: entity.properties ?? {},
    CreationTime: entity.created,
    CreatedBy: entity.createdBy,
    LastModifiedTime: entity.created,
    LastModifiedBy: entity.createdBy,
  };
}

/** Of every List answer. */
export function summaryMembers(entity: LineageEntity) {
  return {
    Source: entity.source as never,
    CreationTime: entity.created,
    LastModifiedTime: entity.created,
  };
}

export const kindName = (kind: LineageKind): string => `${kind[0]!.toUpperCase()}${kind.slice(1)}`;
