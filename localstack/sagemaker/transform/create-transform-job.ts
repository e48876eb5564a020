/** CreateTransformJob: everything that AWS refuses before a job exists. */
import {
  type CreateTransformJobRequest,
  type CreateTransformJobResponse,
  type DescribeTransformJobResponse,
  TransformInstanceType,
} from '@aws-sdk/client-sagemaker';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { findModel } from '../models/models.ts';
import { ENTITY_NAME, ENVIRONMENT_KEY, MODEL_NAME, S3_URI, sagemakerArn } from '../names.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';
import { runTransformJob } from './run-transform-job.ts';
import { saveTransformJob } from './transform-jobs.ts';

const MAXIMUM_MB = 100;
const DEFAULT_MB = 6;

export function createTransformJob(
  sagemaker: SageMaker,
  input: CreateTransformJobRequest,
  call: Call,
): CreateTransformJobResponse {
  checkRequest(input);
  const name = input.TransformJobName!;
  const arn = sagemakerArn(sagemaker.cloud, 'transform-job', name);
  if (sagemaker.transformJobs.has(name)) {
    const message =
      'Job name must be unique within an AWS account and region, and a job with this name already exists ' +
      `(${arn})`;
    throw new AwsError('ResourceInUse', message);
  }
  findModel(sagemaker, input.ModelName);
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
    Object.values(TransformInstanceType),
  );
  constraints.required(resources?.InstanceCount, 'transformResources.instanceCount');
  constraints.range(resources?.InstanceCount, 'transformResources.instanceCount', [
    1,
    Number.MAX_SAFE_INTEGER,
  ]);
  constraints.range(input.MaxPayloadInMB, 'maxPayloadInMB', [0, MAXIMUM_MB]);
  constraints.range(input.MaxConcurrentTransforms, 'maxConcurrentTransforms', [0, Number.MAX_SAFE_INTEGER]);
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
  const { InputFilter = '$', OutputFilter = '$', JoinSource = 'None' } = input.DataProcessing ?? {};
  if (InputFilter !== '$' || OutputFilter !== '$' || JoinSource !== 'None') {
    throw new NotImplementedByLocalCloud(
      'sagemaker CreateTransformJob DataProcessing with filters or a join',
    );
  }
  const { SplitType = 'None', CompressionType = 'None', DataSource } = input.TransformInput!;
  if (SplitType !== 'None' && SplitType !== 'Line') {
    throw new NotImplementedByLocalCloud(`sagemaker CreateTransformJob SplitType ${SplitType}`);
  }
  if (CompressionType !== 'None')
    throw new NotImplementedByLocalCloud('sagemaker CreateTransformJob CompressionType');
  if (DataSource?.S3DataSource?.S3DataType !== 'S3Prefix') {
    throw new NotImplementedByLocalCloud('sagemaker CreateTransformJob S3DataType other than S3Prefix');
  }
}
