/** CreateTrainingJob: everything that AWS refuses before a job exists. */
import {
  type Channel,
  type CreateTrainingJobRequest,
  type CreateTrainingJobResponse,
  type DescribeTrainingJobResponse,
  TrainingInstanceType,
} from '@aws-sdk/client-sagemaker';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { CHANNEL_NAME, ENTITY_NAME, ENVIRONMENT_KEY, ROLE_ARN, S3_URI, sagemakerArn } from '../names.ts';
import { parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';
import { metricScanner } from './metrics.ts';
import { optMlIn } from './opt-ml.ts';
import { runTrainingJob } from './run-training-job.ts';
import { scriptModeOf } from './script-mode.ts';
import { saveTrainingJob } from './training-status.ts';

const DEFAULT_RUNTIME_SECONDS = 86_400;
const LONGEST_RUNTIME_SECONDS = 28 * 86_400;

export async function createTrainingJob(
  sagemaker: SageMaker,
  input: CreateTrainingJobRequest,
  call: Call,
): Promise<CreateTrainingJobResponse> {
  checkRequest(input);
  const arn = sagemakerArn(sagemaker.cloud, 'training-job', input.TrainingJobName!);
  if (sagemaker.trainingJobs.has(input.TrainingJobName!)) {
    const message =
      'Training job names must be unique within an AWS account and region, and a training job with this name ' +
      `already exists (${arn})`;
    throw new AwsError('ResourceInUse', message);
  }
  const role = assumeExecutionRole(sagemaker.cloud, input.RoleArn!, arn);
  for (const channel of input.InputDataConfig ?? []) await checkObjects(sagemaker, channel, role);
  const job = newJob(input, { arn, now: call.now });
  if (scriptModeOf(job, optMlIn('/')) === undefined) {
    throw new NotImplementedByLocalCloud(
      'sagemaker CreateTrainingJob without a script (built-in algorithm mode): give the hyperparameters sagemaker_program and sagemaker_submit_directory',
    );
  }
  putTags(sagemaker, arn, input.Tags);
  saveTrainingJob(sagemaker, job);
  sagemaker.cloud.background(`training job ${job.TrainingJobName}`, () =>
    runTrainingJob(sagemaker, job.TrainingJobName!, role),
  );
  return { TrainingJobArn: arn };
}

function checkRequest(input: CreateTrainingJobRequest): void {
  const constraints = new Constraints();
  constraints.name(input.TrainingJobName, 'trainingJobName', ENTITY_NAME);
  constraints.required(input.RoleArn, 'roleArn').length(input.RoleArn, 'roleArn', [20, 2048]);
  constraints.pattern(input.RoleArn, 'roleArn', ROLE_ARN);
  const output = input.OutputDataConfig?.S3OutputPath;
  constraints
    .required(output, 'outputDataConfig.s3OutputPath')
    .pattern(output, 'outputDataConfig.s3OutputPath', S3_URI);
  constraints.oneOf(input.OutputDataConfig?.CompressionType, 'outputDataConfig.compressionType', [
    'GZIP',
    'NONE',
  ]);
  const resources = input.ResourceConfig;
  constraints.oneOf(
    resources?.InstanceType,
    'resourceConfig.instanceType',
    Object.values(TrainingInstanceType),
  );
  constraints.range(resources?.InstanceCount, 'resourceConfig.instanceCount', [0, Number.MAX_SAFE_INTEGER]);
  constraints.required(resources?.VolumeSizeInGB, 'resourceConfig.volumeSizeInGB');
  constraints.range(resources?.VolumeSizeInGB, 'resourceConfig.volumeSizeInGB', [1, Number.MAX_SAFE_INTEGER]);
  constraints.range(input.StoppingCondition?.MaxRuntimeInSeconds, 'stoppingCondition.maxRuntimeInSeconds', [
    1,
    LONGEST_RUNTIME_SECONDS,
  ]);
  const algorithm = input.AlgorithmSpecification;
  constraints.required(
    algorithm?.TrainingImage ?? algorithm?.AlgorithmName,
    'algorithmSpecification.trainingImage',
  );
  constraints.length(algorithm?.TrainingImage, 'algorithmSpecification.trainingImage', [0, 255]);
  constraints.required(algorithm?.TrainingInputMode, 'algorithmSpecification.trainingInputMode');
  constraints.oneOf(algorithm?.TrainingInputMode, 'algorithmSpecification.trainingInputMode', [
    'Pipe',
    'File',
    'FastFile',
  ]);
  constraints.length(algorithm?.MetricDefinitions, 'algorithmSpecification.metricDefinitions', [0, 40]);
  checkPairs(constraints, input);
  constraints.length(input.InputDataConfig, 'inputDataConfig', [1, 20]);
  for (const [index, channel] of (input.InputDataConfig ?? []).entries()) {
    const path = `inputDataConfig.${index + 1}.member`;
    constraints.name(channel.ChannelName, `${path}.channelName`, CHANNEL_NAME, 64);
    const uri = channel.DataSource?.S3DataSource?.S3Uri;
    constraints.length(uri, `${path}.dataSource.s3DataSource.s3Uri`, [0, 1024]);
    constraints.pattern(uri, `${path}.dataSource.s3DataSource.s3Uri`, S3_URI);
  }
  constraints.check();
  checkTags(input.Tags);
  metricScanner(algorithm?.MetricDefinitions ?? []);
  refuseUnsupported(input);
}

function checkPairs(constraints: Constraints, input: CreateTrainingJobRequest): void {
  const hyperparameters = Object.entries(input.HyperParameters ?? {});
  constraints.length(hyperparameters, 'hyperParameters', [0, 100]);
  for (const [key, value] of hyperparameters) {
    constraints.length(key, 'hyperParameters.key', [0, 256]);
    constraints.length(value, `hyperParameters.${key}.member`, [0, 2500]);
  }
  const environment = Object.entries(input.Environment ?? {});
  constraints.length(environment, 'environment', [0, 100]);
  for (const [key, value] of environment) {
    constraints.length(key, 'environment.key', [0, 512]).pattern(key, 'environment.key', ENVIRONMENT_KEY);
    constraints.length(value, `environment.${key}.member`, [0, 512]);
  }
}

function refuseUnsupported(input: CreateTrainingJobRequest): void {
  supportOnly('CreateTrainingJob', input, [
    ...['TrainingJobName', 'HyperParameters', 'AlgorithmSpecification', 'RoleArn', 'InputDataConfig', 'Tags'],
    ...[
      'OutputDataConfig',
      'ResourceConfig',
      'StoppingCondition',
      'Environment',
      'EnableManagedSpotTraining',
    ],
    // one host has nothing to encrypt between; the SDK for Python sends both hooks although nothing uses them here
    ...['EnableInterContainerTrafficEncryption', 'DebugHookConfig', 'ProfilerConfig'],
    ...(input.EnableNetworkIsolation === false ? ['EnableNetworkIsolation'] : []),
  ]);
  const where = 'CreateTrainingJob AlgorithmSpecification';
  supportOnly(where, input.AlgorithmSpecification, [
    ...['TrainingImage', 'TrainingInputMode', 'MetricDefinitions', 'EnableSageMakerMetricsTimeSeries'],
  ]);
  const resources = ['InstanceType', 'InstanceCount', 'VolumeSizeInGB', 'VolumeKmsKeyId'];
  supportOnly('CreateTrainingJob ResourceConfig', input.ResourceConfig, resources);
  if ((input.ResourceConfig?.InstanceCount ?? 1) !== 1) {
    throw new NotImplementedByLocalCloud('sagemaker CreateTrainingJob with InstanceCount other than 1');
  }
  if (input.AlgorithmSpecification?.TrainingInputMode === 'Pipe') {
    throw new NotImplementedByLocalCloud('sagemaker CreateTrainingJob TrainingInputMode Pipe');
  }
  for (const channel of input.InputDataConfig ?? []) refuseUnsupportedChannel(channel);
}

function refuseUnsupportedChannel(channel: Channel): void {
  const where = 'CreateTrainingJob InputDataConfig';
  supportOnly(where, channel, [
    ...['ChannelName', 'DataSource', 'ContentType', 'InputMode', 'CompressionType', 'RecordWrapperType'],
  ]);
  supportOnly(`${where} DataSource`, channel.DataSource, ['S3DataSource']);
  const source = channel.DataSource?.S3DataSource;
  supportOnly(`${where} S3DataSource`, source, ['S3DataType', 'S3Uri', 'S3DataDistributionType']);
  if (source?.S3DataType !== 'S3Prefix') {
    throw new NotImplementedByLocalCloud(`sagemaker ${where} S3DataType ${source?.S3DataType}`);
  }
  if (channel.InputMode === 'Pipe' || (channel.CompressionType ?? 'None') !== 'None') {
    throw new NotImplementedByLocalCloud(`sagemaker ${where} InputMode Pipe or CompressionType Gzip`);
  }
}

async function checkObjects(sagemaker: SageMaker, channel: Channel, role: Principal): Promise<void> {
  const uri = channel.DataSource!.S3DataSource!.S3Uri!;
  const { bucket, key } = parseS3Uri(uri);
  const keys = await s3AsRole(sagemaker.cloud, role)
    .list({ bucket, key })
    .catch((error: unknown) => {
      if (error instanceof AwsError && !(error instanceof NotImplementedByLocalCloud)) return [];
      throw error;
    });
  if (keys.length > 0) return;
  throw validationError(
    `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the ` +
      `selected region (${sagemaker.cloud.region}), that objects exist under that S3 prefix, and that the role ` +
      `"${role.kind === 'role' ? role.roleArn : role.arn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
  );
}

function newJob(
  input: CreateTrainingJobRequest,
  { arn, now }: { arn: string; now: Date },
): DescribeTrainingJobResponse {
  const { Tags: _tags, ...request } = input;
  return {
    ...request,
    TrainingJobName: input.TrainingJobName,
    TrainingJobArn: arn,
    TrainingJobStatus: 'InProgress',
    SecondaryStatus: 'Starting',
    ModelArtifacts: { S3ModelArtifacts: undefined },
    InputDataConfig: input.InputDataConfig?.map((channel) => ({
      ...channel,
      DataSource: {
        S3DataSource: { S3DataDistributionType: 'FullyReplicated', ...channel.DataSource!.S3DataSource! },
      },
      CompressionType: channel.CompressionType ?? 'None',
      RecordWrapperType: channel.RecordWrapperType ?? 'None',
    })),
    OutputDataConfig: {
      ...input.OutputDataConfig!,
      KmsKeyId: input.OutputDataConfig?.KmsKeyId ?? '',
      CompressionType: input.OutputDataConfig?.CompressionType ?? 'GZIP',
    },
    ResourceConfig: { ...input.ResourceConfig, InstanceCount: input.ResourceConfig?.InstanceCount ?? 1 },
    StoppingCondition: { MaxRuntimeInSeconds: DEFAULT_RUNTIME_SECONDS, ...input.StoppingCondition },
    EnableNetworkIsolation: false,
    EnableInterContainerTrafficEncryption: input.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: input.EnableManagedSpotTraining ?? false,
    CreationTime: now,
    LastModifiedTime: now,
    SecondaryStatusTransitions: [
      { Status: 'Starting', StartTime: now, StatusMessage: 'Starting the training job' },
    ],
  };
}
