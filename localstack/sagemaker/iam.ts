/** The permissions of each operation, as the service authorization reference has them. */
import type { ModelLifeCycle, ProductionVariant, Tag } from '@aws-sdk/client-sagemaker';
import type { AccessRequest, Call } from '../core/service.ts';
import { artifactId } from './lineage/artifacts.ts';
import type { LineageSource } from './lineage/entities.ts';
import { nameFromArn, type ResourceKind, sagemakerArn } from './names.ts';

const PASSED_TO = 'sagemaker.amazonaws.com';

/** The members that any operation's permissions depend on. */
interface AnyInput {
  readonly [member: string]: unknown;
  readonly Tags?: readonly Tag[];
  readonly RoleArn?: string;
  readonly ExecutionRoleArn?: string;
  readonly KmsKeyId?: string;
  readonly ProductionVariants?: readonly ProductionVariant[];
  readonly ModelApprovalStatus?: string;
  readonly ModelLifeCycle?: ModelLifeCycle;
  readonly CustomerMetadataProperties?: Readonly<Record<string, string>>;
  /** Of a tuning job. */
  readonly TrainingJobDefinition?: Readonly<Record<string, unknown>> & { readonly RoleArn?: string };
}

/** Kind and naming member of each operation's resource. */
const RESOURCES: Readonly<Record<string, readonly [kind: ResourceKind, member: string]>> = {
  CreateTrainingJob: ['training-job', 'TrainingJobName'],
  DescribeTrainingJob: ['training-job', 'TrainingJobName'],
  StopTrainingJob: ['training-job', 'TrainingJobName'],
  DeleteTrainingJob: ['training-job', 'TrainingJobName'],
  CreateTransformJob: ['transform-job', 'TransformJobName'],
  DescribeTransformJob: ['transform-job', 'TransformJobName'],
  StopTransformJob: ['transform-job', 'TransformJobName'],
  CreateProcessingJob: ['processing-job', 'ProcessingJobName'],
  DescribeProcessingJob: ['processing-job', 'ProcessingJobName'],
  StopProcessingJob: ['processing-job', 'ProcessingJobName'],
  CreateHyperParameterTuningJob: ['hyper-parameter-tuning-job', 'HyperParameterTuningJobName'],
  DescribeHyperParameterTuningJob: ['hyper-parameter-tuning-job', 'HyperParameterTuningJobName'],
  StopHyperParameterTuningJob: ['hyper-parameter-tuning-job', 'HyperParameterTuningJobName'],
  ListTrainingJobsForHyperParameterTuningJob: ['hyper-parameter-tuning-job', 'HyperParameterTuningJobName'],
  CreateModel: ['model', 'ModelName'],
  DescribeModel: ['model', 'ModelName'],
  DeleteModel: ['model', 'ModelName'],
  CreateEndpointConfig: ['endpoint-config', 'EndpointConfigName'],
  DescribeEndpointConfig: ['endpoint-config', 'EndpointConfigName'],
  DeleteEndpointConfig: ['endpoint-config', 'EndpointConfigName'],
  CreateEndpoint: ['endpoint', 'EndpointName'],
  UpdateEndpoint: ['endpoint', 'EndpointName'],
  UpdateEndpointWeightsAndCapacities: ['endpoint', 'EndpointName'],
  DescribeEndpoint: ['endpoint', 'EndpointName'],
  DeleteEndpoint: ['endpoint', 'EndpointName'],
  InvokeEndpoint: ['endpoint', 'EndpointName'],
  InvokeEndpointAsync: ['endpoint', 'EndpointName'],
  CreateModelPackageGroup: ['model-package-group', 'ModelPackageGroupName'],
  DescribeModelPackageGroup: ['model-package-group', 'ModelPackageGroupName'],
  DeleteModelPackageGroup: ['model-package-group', 'ModelPackageGroupName'],
  CreateModelPackage: ['model-package-group', 'ModelPackageGroupName'],
  DescribeModelPackage: ['model-package', 'ModelPackageName'],
  UpdateModelPackage: ['model-package', 'ModelPackageArn'],
  DeleteModelPackage: ['model-package', 'ModelPackageName'],
  DescribeArtifact: ['artifact', 'ArtifactArn'],
  CreateAction: ['action', 'ActionName'],
  DescribeAction: ['action', 'ActionName'],
  DeleteAction: ['action', 'ActionName'],
  CreateContext: ['context', 'ContextName'],
  DescribeContext: ['context', 'ContextName'],
  DeleteContext: ['context', 'ContextName'],
};

/** Operations that also name an endpoint configuration, which is checked under the same action. */
const WITH_ENDPOINT_CONFIG = new Set(['CreateEndpoint', 'UpdateEndpoint']);
/** Checked on both ends. */
const ON_ASSOCIATION = new Set(['AddAssociation', 'DeleteAssociation']);
const ON_GIVEN_ARN = new Set(['AddTags', 'ListTags', 'DeleteTags']);

/** What the permissions of a call depend on beside its input. */
export interface AccessContext {
  readonly call: Call;
  /** Of the group in a CreateModelPackage. */
  readonly nextVersion: (group: string) => number;
  /** Of a resource that exists, by ARN. */
  readonly tagsOf: (arn: string) => readonly Tag[];
}

/** The access requests of one call, with the tags of the resources that they are about. */
export function accessRequests(operation: string, input: AnyInput, access: AccessContext): AccessRequest[] {
  return requestsOf(operation, input, access).map((request) => {
    const tags = request.action.startsWith('sagemaker:') ? access.tagsOf(request.resource) : [];
    const pairs = tags.flatMap(({ Key, Value = '' }) => [
      [`aws:ResourceTag/${Key}`, Value],
      [`sagemaker:ResourceTag/${Key}`, Value],
    ]);
    return { ...request, context: { ...request.context, ...Object.fromEntries(pairs) } };
  });
}

function requestsOf(
  operation: string,
  input: AnyInput,
  { call, nextVersion }: AccessContext,
): AccessRequest[] {
  const action = `sagemaker:${operation}`;
  if (ON_GIVEN_ARN.has(operation)) {
    const resource = String(input.ResourceArn ?? '*');
    return [{ action, resource, context: operation === 'AddTags' ? tagContext(input.Tags) : {} }];
  }
  if (operation === 'ListModelPackages') {
    const group = input.ModelPackageGroupName as string | undefined;
    const versions = group === undefined ? '*' : `${nameFromArn(group)}/*`;
    return [{ action, resource: sagemakerArn(call, 'model-package', versions) }];
  }
  if (ON_ASSOCIATION.has(operation)) {
    return [input.SourceArn, input.DestinationArn].map((arn) => ({ action, resource: String(arn ?? '*') }));
  }
  // an artifact's ARN is the hash of its source
  if (operation === 'CreateArtifact' || (operation === 'DeleteArtifact' && input.ArtifactArn === undefined)) {
    const source = (input.Source ?? {}) as LineageSource;
    const resource = sagemakerArn(call, 'artifact', artifactId(source));
    const isNew = operation === 'CreateArtifact';
    return [
      { action, resource, context: isNew ? tagContext(input.Tags) : {} },
      ...(isNew ? createRequests(resource, input) : []),
    ];
  }
  if (operation === 'DeleteArtifact') return [{ action, resource: String(input.ArtifactArn) }];
  const [kind, member] = RESOURCES[operation] ?? [];
  if (kind === undefined || member === undefined) return [{ action, resource: '*' }];
  const name = nameFromArn(String(input[member] ?? ''));
  const resource = sagemakerArn(call, kind, name);
  const requests: AccessRequest[] = [{ action, resource, context: contextOf(operation, input) }];
  if (WITH_ENDPOINT_CONFIG.has(operation)) {
    const config = sagemakerArn(call, 'endpoint-config', String(input.EndpointConfigName ?? ''));
    requests.push({ action, resource: config });
  }
  // checked on the group and on the version that comes: a policy that allows both passes whichever AWS looks at
  if (operation === 'CreateModelPackage') {
    requests.push({ action, resource: sagemakerArn(call, 'model-package', `${name}/${nextVersion(name)}`) });
  }
  if (operation.startsWith('Create')) requests.push(...createRequests(resource, input));
  return requests;
}

function createRequests(resource: string, input: AnyInput): AccessRequest[] {
  const role = input.RoleArn ?? input.ExecutionRoleArn ?? input.TrainingJobDefinition?.RoleArn;
  const requests: AccessRequest[] = [];
  if (role !== undefined) {
    const context = { 'iam:PassedToService': PASSED_TO, 'iam:AssociatedResourceArn': resource };
    requests.push({ action: 'iam:PassRole', resource: role, context });
  }
  if (input.Tags && input.Tags.length > 0) {
    requests.push({ action: 'sagemaker:AddTags', resource, context: tagContext(input.Tags) });
  }
  return requests;
}

function tagContext(tags: readonly Tag[] | undefined): Record<string, string | string[]> {
  if (!tags || tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''] as const);
  return { ...Object.fromEntries(pairs), 'aws:TagKeys': tags.map(({ Key }) => Key ?? '') };
}

function contextOf(operation: string, input: AnyInput): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = operation.startsWith('Create')
    ? tagContext(input.Tags)
    : {};
  type Members = Record<string, unknown> | undefined;
  const definition = input.TrainingJobDefinition ?? {};
  const cluster = (input.ProcessingResources as Members)?.ClusterConfig;
  const resources = (input.ResourceConfig ??
    input.TransformResources ??
    cluster ??
    definition.ResourceConfig) as Members;
  const output = (input.OutputDataConfig ??
    input.TransformOutput ??
    input.ProcessingOutputConfig ??
    definition.OutputDataConfig) as Members;
  const variants = input.ProductionVariants;
  const types = variants ? variants.map((each) => each.InstanceType) : [resources?.InstanceType];
  Object.assign(context, endpointConfigContext(operation, input), modelPackageContext(input));
  const instanceTypes = types.filter((type): type is string => typeof type === 'string');
  if (instanceTypes.length > 0) context['sagemaker:InstanceTypes'] = instanceTypes;
  if (typeof output?.KmsKeyId === 'string') context['sagemaker:OutputKmsKey'] = output.KmsKeyId;
  if (typeof resources?.VolumeKmsKeyId === 'string')
    context['sagemaker:VolumeKmsKey'] = resources.VolumeKmsKeyId;
  return context;
}

/** Condition keys of CreateEndpointConfig. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html */
function endpointConfigContext(operation: string, input: AnyInput): Record<string, string | string[]> {
  if (operation !== 'CreateEndpointConfig') return {};
  const variants = input.ProductionVariants ?? [];
  const serverless = variants.map((each) => each.ServerlessConfig).filter((each) => each !== undefined);
  return {
    ...(input.KmsKeyId === undefined ? {} : { 'sagemaker:VolumeKmsKey': input.KmsKeyId }),
    ...(serverless[0]
      ? {
          'sagemaker:ServerlessMaxConcurrency': String(serverless[0].MaxConcurrency),
          'sagemaker:ServerlessMemorySize': String(serverless[0].MemorySizeInMB),
        }
      : {}),
  };
}

/** Condition keys of CreateModelPackage and UpdateModelPackage. */
function modelPackageContext(input: AnyInput): Record<string, string | string[]> {
  const { ModelApprovalStatus, ModelLifeCycle, CustomerMetadataProperties } = input;
  const properties = Object.entries(CustomerMetadataProperties ?? {});
  return {
    ...(ModelApprovalStatus === undefined ? {} : { 'sagemaker:ModelApprovalStatus': ModelApprovalStatus }),
    ...(ModelLifeCycle?.Stage === undefined
      ? {}
      : { 'sagemaker:ModelLifeCycle:stage': ModelLifeCycle.Stage }),
    ...(ModelLifeCycle?.StageStatus === undefined
      ? {}
      : { 'sagemaker:ModelLifeCycle:stageStatus': ModelLifeCycle.StageStatus }),
    ...Object.fromEntries(
      properties.map(([key, value]) => [`sagemaker:CustomerMetadataProperties/${key}`, value]),
    ),
  };
}
