/** The permissions of each operation, as the service authorization reference has them. */
import type { Tag } from '@aws-sdk/client-sagemaker';
import type { AccessRequest, Call } from '../core/service.ts';
import { nameFromArn, type ResourceKind, sagemakerArn } from './names.ts';

const PASSED_TO = 'sagemaker.amazonaws.com';

/** The members that any operation's permissions depend on. */
interface AnyInput {
  readonly [member: string]: unknown;
  readonly Tags?: readonly Tag[];
  readonly RoleArn?: string;
  readonly ExecutionRoleArn?: string;
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
  CreateModelPackageGroup: ['model-package-group', 'ModelPackageGroupName'],
  DescribeModelPackageGroup: ['model-package-group', 'ModelPackageGroupName'],
  DeleteModelPackageGroup: ['model-package-group', 'ModelPackageGroupName'],
  CreateModelPackage: ['model-package-group', 'ModelPackageGroupName'],
  DescribeModelPackage: ['model-package', 'ModelPackageName'],
  UpdateModelPackage: ['model-package', 'ModelPackageArn'],
  DeleteModelPackage: ['model-package', 'ModelPackageName'],
};

/** Operations that also name an endpoint configuration, which is checked under the same action. */
const WITH_ENDPOINT_CONFIG = new Set(['CreateEndpoint', 'UpdateEndpoint']);
const ON_GIVEN_ARN = new Set(['AddTags', 'ListTags', 'DeleteTags']);

/** The access requests of one call. @param nextVersion of the group in a CreateModelPackage. */
export function accessRequests(
  operation: string,
  input: AnyInput,
  { call, nextVersion }: { call: Call; nextVersion: (group: string) => number },
): AccessRequest[] {
  const action = `sagemaker:${operation}`;
  if (ON_GIVEN_ARN.has(operation)) {
    const resource = String(input.ResourceArn ?? '*');
    return [{ action, resource, context: operation === 'AddTags' ? tagContext(input.Tags) : {} }];
  }
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
  const role = input.RoleArn ?? input.ExecutionRoleArn;
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
  const resources = (input.ResourceConfig ?? input.TransformResources) as Record<string, unknown> | undefined;
  const output = (input.OutputDataConfig ?? input.TransformOutput) as Record<string, unknown> | undefined;
  const variants = input.ProductionVariants as readonly Record<string, unknown>[] | undefined;
  const types = variants ? variants.map((each) => each.InstanceType) : [resources?.InstanceType];
  const instanceTypes = types.filter((type): type is string => typeof type === 'string');
  if (instanceTypes.length > 0) context['sagemaker:InstanceTypes'] = instanceTypes;
  if (typeof output?.KmsKeyId === 'string') context['sagemaker:OutputKmsKey'] = output.KmsKeyId;
  if (typeof resources?.VolumeKmsKeyId === 'string')
    context['sagemaker:VolumeKmsKey'] = resources.VolumeKmsKeyId;
  return context;
}
