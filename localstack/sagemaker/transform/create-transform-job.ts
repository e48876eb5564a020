/** CreateTransformJob: everything that AWS refuses before a job exists. */
import type {
  CreateTransformJobRequest,
  CreateTransformJobResponse,
  DescribeTransformJobResponse,
} from '@aws-sdk/client-sagemaker';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import { sdkValues } from '../../core/sdk-values.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { findModel } from '../models/models.ts';
import { ENTITY_NAME, ENVIRONMENT_KEY, MODEL_NAME, S3_URI, sagemakerArn } from '../names.ts';
import { s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';
import { requireObjects } from '../training/input-data.ts';
import { refuseVolumeKey } from '../volume-key.ts';
import { recordProcessing } from './data-processing.ts';
import { runTransformJob } from './run-transform-job.ts';
import { ENDED_TRANSFORM, saveTransformJob } from './transform-jobs.ts';

const MAXIMUM_MB = 100;
const DEFAULT_MB = 6;

export async function createTransformJob(
  sagemaker: SageMaker,
  input: CreateTransformJobRequest,
  call: Call,
): Promise<CreateTransformJobResponse> {
  checkRequest(input);
  const name = input.TransformJobName!;
  const arn = sagemakerArn(sagemaker.cloud, 'transform-job', name);
  if (sagemaker.transformJobs.has(name)) {
    const message =
      'Job name must be unique within an AWS account and region, and a job with this name already exists ' +
      `(${arn})`;
    throw new AwsError('ResourceInUse', message);
  }
  const roleArn = findModel(sagemaker, input.ModelName).ExecutionRoleArn!;
  const s3 = s3AsRole(sagemaker.cloud, assumeExecutionRole(sagemaker.cloud, roleArn, arn));
  const place = { region: sagemaker.cloud.region, roleArn };
  await requireObjects(s3, input.TransformInput!.DataSource!.S3DataSource!, place);
  admit(sagemaker, input);
  const { Tags, ...request } = input;
  const job: DescribeTransformJobResponse = {
    ...request,
    TransformJobName: name,
    TransformJobArn: arn,
    TransformJobStatus: 'InProgress',
    ModelName: input.ModelName,
    MaxPayloadInMB: input.MaxPayloadInMB ?? DEFAULT_MB,
    BatchStrategy: input.BatchStrategy ?? 'MultiRecord',
    Environment: input.Environment ?? {},
    TransformInput: { CompressionType: 'None', SplitType: 'None', ...input.TransformInput! },
    TransformOutput: { AssembleWith: 'None', KmsKeyId: '', ...input.TransformOutput! },
    TransformResources: input.TransformResources,
    DataProcessing: { InputFilter: '$', OutputFilter: '$', JoinSource: 'None', ...input.DataProcessing },
    CreationTime: call.now,
  };
  putTags(sagemaker, arn, Tags);
  saveTransformJob(sagemaker, job);
  sagemaker.cloud.background(`transform job ${name}`, () => runTransformJob(sagemaker, name));
  return { TransformJobArn: arn };
}

function admit(sagemaker: SageMaker, input: CreateTransformJobRequest): void {
  const { InstanceType, InstanceCount } = input.TransformResources!;
  const inUse = sagemaker.transformJobs
    .values()
    .filter((job) => !ENDED_TRANSFORM.includes(job.TransformJobStatus!))
    .filter((job) => job.TransformResources!.InstanceType === InstanceType)
    .reduce((sum, job) => sum + (job.TransformResources!.InstanceCount ?? 1), 0);
  sagemaker.capacity.admit({
    use: 'transform job',
    instanceType: InstanceType!,
    count: InstanceCount!,
    inUse,
  });
}

function checkRequest(input: CreateTransformJobRequest): void {
  const constraints = new Constraints();
  constraints.name(input.TransformJobName, 'transformJobName', ENTITY_NAME);
  constraints.name(input.ModelName, 'modelName', MODEL_NAME);
  const uri = input.TransformInput?.DataSource?.S3DataSource?.S3Uri;
  constraints.required(uri, 'transformInput.dataSource.s3DataSource.s3Uri');
  constraints.pattern(uri, 'transformInput.dataSource.s3DataSource.s3Uri', S3_URI);
  const split = ['None', 'Line', 'RecordIO', 'TFRecord'];
  constraints.oneOf(input.TransformInput?.SplitType, 'transformInput.splitType', split);
  const output = input.TransformOutput?.S3OutputPath;
  constraints
    .required(output, 'transformOutput.s3OutputPath')
    .pattern(output, 'transformOutput.s3OutputPath', S3_URI);
  constraints.oneOf(input.TransformOutput?.AssembleWith, 'transformOutput.assembleWith', ['None', 'Line']);
  const resources = input.TransformResources;
  constraints.required(resources?.InstanceType, 'transformResources.instanceType');
  constraints.oneOf(
    resources?.InstanceType,
    'transformResources.instanceType',
    sdkValues('sagemaker', 'TransformInstanceType'),
  );
  constraints.required(resources?.InstanceCount, 'transformResources.instanceCount');
  constraints.range(resources?.InstanceCount, 'transformResources.instanceCount', [
    1,
    Number.MAX_SAFE_INTEGER,
  ]);
  constraints.range(input.MaxPayloadInMB, 'maxPayloadInMB', [0, MAXIMUM_MB]);
  constraints.range(input.MaxConcurrentTransforms, 'maxConcurrentTransforms', [0, Number.MAX_SAFE_INTEGER]);
  constraints.oneOf(input.TransformInput?.CompressionType, 'transformInput.compressionType', [
    'None',
    'Gzip',
  ]);
  constraints.oneOf(input.DataProcessing?.JoinSource, 'dataProcessing.joinSource', ['Input', 'None']);
  constraints.oneOf(input.BatchStrategy, 'batchStrategy', ['MultiRecord', 'SingleRecord']);
  const pairs = Object.entries(input.Environment ?? {});
  constraints.length(pairs, 'environment', [0, 16]);
  for (const [key, value] of pairs) {
    constraints.length(key, 'environment.key', [0, 1024]).pattern(key, 'environment.key', ENVIRONMENT_KEY);
    constraints.length(value, `environment.${key}.member`, [0, 10_240]);
  }
  const client = input.ModelClientConfig;
  constraints.range(
    client?.InvocationsTimeoutInSeconds,
    'modelClientConfig.invocationsTimeoutInSeconds',
    [1, 3600],
  );
  constraints.range(client?.InvocationsMaxRetries, 'modelClientConfig.invocationsMaxRetries', [0, 3]);
  constraints.check();
  refuseVolumeKey('VolumeKmsKeyId', resources?.InstanceType, resources?.VolumeKmsKeyId);
  checkTags(input.Tags);
  if ((input.MaxConcurrentTransforms ?? 1) * (input.MaxPayloadInMB ?? DEFAULT_MB) > MAXIMUM_MB) {
    throw validationError(`MaxConcurrentTransforms * MaxPayloadInMB must not exceed ${MAXIMUM_MB} MB.`);
  }
  refuseUnsupported(input);
}

function refuseUnsupported(input: CreateTransformJobRequest): void {
  supportOnly('CreateTransformJob', input, [
    ...[
      'TransformJobName',
      'ModelName',
      'MaxConcurrentTransforms',
      'ModelClientConfig',
      'MaxPayloadInMB',
      'Tags',
    ],
    ...[
      'BatchStrategy',
      'Environment',
      'TransformInput',
      'TransformOutput',
      'TransformResources',
      'DataProcessing',
    ],
  ]);
  const { SplitType = 'None', DataSource } = input.TransformInput!;
  if (SplitType !== 'None' && SplitType !== 'Line') {
    throw new NotImplementedByLocalCloud(`sagemaker CreateTransformJob SplitType ${SplitType}`);
  }
  const type = DataSource?.S3DataSource?.S3DataType ?? '';
  if (!['S3Prefix', 'ManifestFile'].includes(type)) {
    throw new NotImplementedByLocalCloud(`sagemaker CreateTransformJob S3DataType ${type}`);
  }
  const resources = ['InstanceType', 'InstanceCount', 'VolumeKmsKeyId'];
  supportOnly('CreateTransformJob TransformResources', input.TransformResources, resources);
  recordProcessing(input);
}
