/** CreateModel, DescribeModel, ListModels, DeleteModel. */
import type {
  ContainerDefinition,
  CreateModelInput,
  CreateModelOutput,
  DeleteModelInput,
  DescribeModelInput,
  DescribeModelOutput,
  ListModelsInput,
  ListModelsOutput,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { emitStateChange, tagsOf } from '../events.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { ENVIRONMENT_KEY, MODEL_NAME, ROLE_ARN, S3_URI, sagemakerArn } from '../names.ts';
import { listPage } from '../paging.ts';
import { findPackage } from '../registry/packages.ts';
import { parseS3Uri } from '../s3-as-role.ts';
import type { ModelRecord, SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';
import { modelDataUri } from './serving-container.ts';

export async function createModel(
  sagemaker: SageMaker,
  input: CreateModelInput,
  call: Call,
): Promise<CreateModelOutput> {
  checkRequest(input);
  const arn = sagemakerArn(sagemaker.cloud, 'model', input.ModelName!);
  if (sagemaker.models.has(input.ModelName!)) {
    throw validationError(`Cannot create already existing model "${arn}".`);
  }
  const given = input.PrimaryContainer ?? input.Containers![0]!;
  const container = { Mode: 'SingleModel' as const, ...given };
  const role = assumeExecutionRole(sagemaker.cloud, input.ExecutionRoleArn!, arn);
  await checkModelData(sagemaker, resolveContainer(sagemaker, container), role);
  const { Tags, Containers, PrimaryContainer, ...rest } = input;
  const model: ModelRecord = {
    ...rest,
    ...(PrimaryContainer ? { PrimaryContainer: container } : { Containers: [container] }),
    ModelArn: arn,
    CreationTime: call.now,
  };
  putTags(sagemaker, arn, Tags);
  sagemaker.models.put(input.ModelName!, model);
  emitModel(sagemaker, model);
  return { ModelArn: arn };
}

function emitModel(sagemaker: SageMaker, model: ModelRecord): void {
  emitStateChange(sagemaker, 'Model State Change', model.ModelArn, model);
}

function checkRequest(input: CreateModelInput): void {
  const constraints = new Constraints().name(input.ModelName, 'modelName', MODEL_NAME);
  constraints.length(input.ExecutionRoleArn, 'executionRoleArn', [20, 2048]);
  constraints.pattern(input.ExecutionRoleArn, 'executionRoleArn', ROLE_ARN);
  const containers = [
    ...(input.PrimaryContainer ? [input.PrimaryContainer] : []),
    ...(input.Containers ?? []),
  ];
  for (const container of containers) {
    const path = input.PrimaryContainer ? 'primaryContainer' : 'containers.1.member';
    constraints.length(container.Image, `${path}.image`, [0, 255]);
    constraints.pattern(container.Image, `${path}.image`, '[\\S]+');
    constraints.length(container.ModelDataUrl, `${path}.modelDataUrl`, [0, 1024]);
    constraints.pattern(container.ModelDataUrl, `${path}.modelDataUrl`, S3_URI);
    const pairs = Object.entries(container.Environment ?? {});
    constraints.length(pairs, `${path}.environment`, [0, 100]);
    for (const [key, value] of pairs) {
      constraints.length(key, `${path}.environment.key`, [0, 1024]);
      constraints.pattern(key, `${path}.environment.key`, ENVIRONMENT_KEY);
      constraints.length(value, `${path}.environment.${key}.member`, [0, 1024]);
    }
  }
  constraints.check();
  checkTags(input.Tags);
  if (input.PrimaryContainer && input.Containers) {
    throw validationError(
      'Both PrimaryContainer and Containers are provided in the input; only one is allowed.',
    );
  }
  if (containers.length === 0) throw validationError('A model needs a PrimaryContainer or Containers.');
  refuseUnsupported(input, containers);
}

function refuseUnsupported(input: CreateModelInput, containers: readonly ContainerDefinition[]): void {
  supportOnly('CreateModel', input, [
    ...['ModelName', 'PrimaryContainer', 'Containers', 'ExecutionRoleArn', 'Tags'],
    ...(input.EnableNetworkIsolation === false ? ['EnableNetworkIsolation'] : []),
  ]);
  if (containers.length > 1)
    throw new NotImplementedByLocalCloud('sagemaker CreateModel with several Containers');
  if (input.ExecutionRoleArn === undefined) {
    throw new NotImplementedByLocalCloud('sagemaker CreateModel without ExecutionRoleArn');
  }
  const container = containers[0]!;
  supportOnly('CreateModel PrimaryContainer', container, [
    ...[
      'Image',
      'ModelDataUrl',
      'ModelDataSource',
      'Environment',
      'ModelPackageName',
      'ContainerHostname',
      'Mode',
    ],
  ]);
  if ((container.Mode ?? 'SingleModel') !== 'SingleModel') {
    throw new NotImplementedByLocalCloud('sagemaker CreateModel Mode MultiModel');
  }
  const source = container.ModelDataSource?.S3DataSource;
  if (source && !(source.S3DataType === 'S3Object' && source.CompressionType === 'Gzip')) {
    throw new NotImplementedByLocalCloud(
      'sagemaker CreateModel ModelDataSource other than S3Object with Gzip',
    );
  }
  if (container.ModelPackageName === undefined && container.Image === undefined) {
    throw validationError('A container needs an Image or a ModelPackageName.');
  }
}

/** The container with what its model package says filled in; its own environment comes first. */
function resolveContainer(sagemaker: SageMaker, container: ContainerDefinition): ContainerDefinition {
  if (container.ModelPackageName === undefined) return container;
  const found = findPackage(sagemaker, container.ModelPackageName);
  if (found.ModelApprovalStatus !== undefined && found.ModelApprovalStatus !== 'Approved') {
    throw validationError(
      `Model package ${found.ModelPackageArn} cannot be deployed: its approval status is ${found.ModelApprovalStatus}.`,
    );
  }
  const packaged = found.InferenceSpecification?.Containers?.[0];
  if (!packaged)
    throw validationError(`Model package ${found.ModelPackageArn} has no InferenceSpecification.`);
  return {
    ...container,
    Image: packaged.Image,
    ...(packaged.ModelDataUrl === undefined ? {} : { ModelDataUrl: packaged.ModelDataUrl }),
    ...(packaged.ModelDataSource === undefined ? {} : { ModelDataSource: packaged.ModelDataSource }),
    Environment: { ...packaged.Environment, ...container.Environment },
  };
}

/** The one container of a model, resolved. */
export function containerOf(sagemaker: SageMaker, model: ModelRecord): ContainerDefinition {
  return resolveContainer(sagemaker, model.PrimaryContainer ?? model.Containers![0]!);
}

async function checkModelData(
  sagemaker: SageMaker,
  container: ContainerDefinition,
  role: Principal,
): Promise<void> {
  const uri = modelDataUri(container);
  if (uri === undefined) return;
  const { bucket, key } = parseS3Uri(uri);
  try {
    await sagemaker.cloud.call('s3', 'HeadObject', { Bucket: bucket, Key: key }, role);
  } catch (error) {
    if (error instanceof NotImplementedByLocalCloud) throw error;
    throw validationError(
      `Could not access model data at ${uri}. Please ensure that the role "${role.kind === 'role' ? role.roleArn : role.arn}" exists and that its trust ` +
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ' +
        `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${sagemaker.cloud.region}.`,
    );
  }
}

/** @throws AwsError ValidationException when there is none. */
export function findModel(sagemaker: SageMaker, name: string | undefined): ModelRecord {
  new Constraints().name(name, 'modelName', MODEL_NAME).check();
  const model = sagemaker.models.get(name ?? '');
  if (model) return model;
  throw validationError(`Could not find model "${sagemakerArn(sagemaker.cloud, 'model', name ?? '')}".`);
}

export function describeModel(sagemaker: SageMaker, input: DescribeModelInput): DescribeModelOutput {
  return { EnableNetworkIsolation: false, ...findModel(sagemaker, input.ModelName) };
}

export function listModels(sagemaker: SageMaker, input: ListModelsInput): ListModelsOutput {
  const models = sagemaker.models.values().map(({ ModelName, ModelArn, CreationTime }) => ({
    name: ModelName!,
    created: CreationTime,
    summary: { ModelName, ModelArn, CreationTime },
  }));
  const { summaries, ...rest } = listPage(models, input, 'Descending', ['Name', 'CreationTime']);
  return { Models: summaries, ...rest };
}

export function deleteModel(sagemaker: SageMaker, input: DeleteModelInput): Record<string, never> {
  const model = findModel(sagemaker, input.ModelName);
  sagemaker.models.delete(model.ModelName!);
  const detail = { ...model, Tags: tagsOf(sagemaker, model.ModelArn) };
  sagemaker.tags.delete(model.ModelArn);
  emitStateChange(sagemaker, 'Model State Change', model.ModelArn, detail);
  return {};
}
