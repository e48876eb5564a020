/** What CreateModelPackage and UpdateModelPackage refuse. */
import type {
  CreateModelPackageInput,
  ModelLifeCycle,
  ModelPackageModelCard,
  UpdateModelPackageInput,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { ENTITY_NAME, S3_URI } from '../names.ts';

export const APPROVALS = ['Approved', 'Rejected', 'PendingManualApproval'];
export const DESCRIPTION = '[\\p{L}\\p{M}\\p{Z}\\p{S}\\p{N}\\p{P}]*';
const METADATA_TEXT = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
const SOURCE_URI = '[\\p{L}\\p{M}\\p{Z}\\p{N}\\p{P}]{0,1024}';
const CARD_STATUSES = ['Draft', 'PendingReview', 'Approved', 'Archived'];
const LONGEST_CARD = 100_000;

/** @throws AwsError ValidationException, NotImplementedByLocalCloud */
export function checkCreatePackage(input: CreateModelPackageInput): void {
  checkName(input);
  if (input.Tags !== undefined && input.Tags.length > 0) {
    throw validationError('Tags are not allowed on a versioned model package: tag its model package group.');
  }
  const constraints = new Constraints();
  constraints.length(input.ModelPackageDescription, 'modelPackageDescription', [0, 1024]);
  constraints.pattern(input.ModelPackageDescription, 'modelPackageDescription', DESCRIPTION);
  constraints.oneOf(input.SkipModelValidation, 'skipModelValidation', ['All', 'None']);
  constraints.length(input.ClientToken, 'clientToken', [1, 36]);
  constraints.pattern(input.ClientToken, 'clientToken', '[a-zA-Z0-9-]+');
  checkShared(constraints, input);
  const containers = input.InferenceSpecification?.Containers;
  constraints.length(containers, 'inferenceSpecification.containers', [1, 15]);
  for (const [index, container] of (containers ?? []).entries()) {
    const path = `inferenceSpecification.containers.${index + 1}.member`;
    constraints.required(container.Image, `${path}.image`).length(container.Image, `${path}.image`, [0, 255]);
    constraints.pattern(container.ModelDataUrl, `${path}.modelDataUrl`, S3_URI);
  }
  constraints.check();
  if (containers?.some((each) => each.AdditionalS3DataSource !== undefined)) {
    throw validationError('AdditionalS3DataSource is not allowed in InferenceSpecification');
  }
  supportOnly('CreateModelPackage', input, [
    ...['ModelPackageGroupName', 'ModelPackageDescription', 'InferenceSpecification', 'ModelApprovalStatus'],
    ...['MetadataProperties', 'ModelMetrics', 'ClientToken', 'Domain', 'Task', 'SamplePayloadUrl', 'Tags'],
    ...['CustomerMetadataProperties', 'DriftCheckBaselines', 'SkipModelValidation', 'SourceUri'],
    ...['AdditionalInferenceSpecifications', 'ModelCard', 'ModelLifeCycle'],
    ...(input.CertifyForMarketplace === false ? ['CertifyForMarketplace'] : []),
  ]);
  checkCard(input.ModelCard);
}

function checkName({ ModelPackageName, ModelPackageGroupName }: CreateModelPackageInput): void {
  if (ModelPackageName !== undefined && ModelPackageGroupName !== undefined) {
    throw validationError(
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    );
  }
  if (ModelPackageName === undefined && ModelPackageGroupName === undefined)
    throw validationError('Missing ARN.');
  if (ModelPackageName !== undefined) {
    throw new NotImplementedByLocalCloud('sagemaker CreateModelPackage without a group');
  }
}

/** @throws AwsError ValidationException, NotImplementedByLocalCloud */
export function checkUpdatePackage(input: UpdateModelPackageInput): void {
  const constraints = new Constraints();
  constraints.length(input.ApprovalDescription, 'approvalDescription', [0, 1024]);
  checkShared(constraints, input);
  constraints.check();
  supportOnly('UpdateModelPackage', input, [
    ...['ModelPackageArn', 'ModelApprovalStatus', 'ApprovalDescription', 'CustomerMetadataProperties'],
    ...['CustomerMetadataPropertiesToRemove', 'SourceUri', 'ModelLifeCycle', 'ModelCard'],
  ]);
  checkCard(input.ModelCard);
}

type Shared = Pick<
  CreateModelPackageInput,
  'ModelApprovalStatus' | 'SourceUri' | 'CustomerMetadataProperties' | 'ModelLifeCycle' | 'ModelCard'
>;

function checkShared(constraints: Constraints, input: Shared): void {
  constraints.oneOf(input.ModelApprovalStatus, 'modelApprovalStatus', APPROVALS);
  constraints.pattern(input.SourceUri, 'sourceUri', SOURCE_URI);
  checkMetadata(constraints, input.CustomerMetadataProperties);
  checkLifeCycle(constraints, input.ModelLifeCycle);
  constraints.length(input.ModelCard?.ModelCardContent, 'modelCard.modelCardContent', [0, LONGEST_CARD]);
  constraints.oneOf(input.ModelCard?.ModelCardStatus, 'modelCard.modelCardStatus', CARD_STATUSES);
}

/** 1 to 50 pairs of plain text. */
function checkMetadata(
  constraints: Constraints,
  properties: Readonly<Record<string, string>> | undefined,
): void {
  const pairs = properties && Object.entries(properties);
  constraints.length(pairs, 'customerMetadataProperties', [1, 50]);
  for (const [key, value] of pairs ?? []) {
    const path = 'customerMetadataProperties';
    constraints.length(key, `${path}.key`, [1, 128]).pattern(key, `${path}.key`, METADATA_TEXT);
    constraints.length(value, `${path}.${key}.member`, [1, 256]);
    constraints.pattern(value, `${path}.${key}.member`, METADATA_TEXT);
  }
}

function checkLifeCycle(constraints: Constraints, lifeCycle: ModelLifeCycle | undefined): void {
  if (!lifeCycle) return;
  constraints.name(lifeCycle.Stage, 'modelLifeCycle.stage', ENTITY_NAME);
  constraints.name(lifeCycle.StageStatus, 'modelLifeCycle.stageStatus', ENTITY_NAME);
  constraints.length(lifeCycle.StageDescription, 'modelLifeCycle.stageDescription', [0, 1024]);
}

/** A card's content is a JSON object. @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html */
function checkCard(card: ModelPackageModelCard | undefined): void {
  if (card?.ModelCardContent === undefined) return;
  let content: unknown;
  try {
    content = JSON.parse(card.ModelCardContent);
  } catch (error) {
    throw validationError(`Invalid ModelCardContent: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw validationError('Invalid ModelCardContent: it must be a JSON object.');
  }
}
