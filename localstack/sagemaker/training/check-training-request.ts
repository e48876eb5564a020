/** What AWS refuses of a training request by itself, and what this cloud refuses of it by name. */
import type { Channel, CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { sdkValues } from '../../core/sdk-values.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { CHANNEL_NAME, ENTITY_NAME, ENVIRONMENT_KEY, ROLE_ARN, S3_URI } from '../names.ts';
import { checkTags } from '../tags.ts';
import { refuseVolumeKey } from '../volume-key.ts';
import { metricScanner } from './metrics.ts';
import { lacksScript, trainingModeOf } from './training-mode.ts';

const LONGEST_RUNTIME_SECONDS = 28 * 86_400;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
/** Built-in XGBoost can more than these; this cloud does not. */
const REFUSED_HYPERPARAMETERS = ['_kfold', '_num_cv_round'];

/** Where a request's members are: in CreateTrainingJob itself, or in a tuning job's definition. */
export interface TrainingRequestPlace {
  readonly operation: string;
  /** For example `trainingJobDefinition.`. */
  readonly prefix: string;
}

const IN_REQUEST: TrainingRequestPlace = { operation: 'CreateTrainingJob', prefix: '' };

/** @throws AwsError ValidationException, NotImplementedByLocalCloud */
export function checkTrainingRequest(input: CreateTrainingJobRequest, place = IN_REQUEST): void {
  const constraints = new Constraints();
  const at = (path: string) => place.prefix + path;
  if (place === IN_REQUEST) constraints.name(input.TrainingJobName, 'trainingJobName', ENTITY_NAME);
  constraints.required(input.RoleArn, at('roleArn')).length(input.RoleArn, at('roleArn'), [20, 2048]);
  constraints.pattern(input.RoleArn, at('roleArn'), ROLE_ARN);
  checkOutput(constraints, input, at);
  checkResources(constraints, input, at);
  checkAlgorithm(constraints, input, at);
  checkPairs(constraints, input, at);
  constraints.length(input.InputDataConfig, at('inputDataConfig'), [1, 20]);
  for (const [index, channel] of (input.InputDataConfig ?? []).entries()) {
    const path = at(`inputDataConfig.${index + 1}.member`);
    constraints.name(channel.ChannelName, `${path}.channelName`, CHANNEL_NAME, 64);
    const uri = channel.DataSource?.S3DataSource?.S3Uri;
    constraints.length(uri, `${path}.dataSource.s3DataSource.s3Uri`, [0, 1024]);
    constraints.pattern(uri, `${path}.dataSource.s3DataSource.s3Uri`, S3_URI);
  }
  constraints.check();
  const { InstanceType, VolumeKmsKeyId } = input.ResourceConfig ?? {};
  refuseVolumeKey('VolumeKmsKeyId', InstanceType, VolumeKmsKeyId);
  checkTags(input.Tags);
  checkWaitTime(input);
  checkMetrics(input);
  refuseUnsupported(input, place.operation);
}

type At = (path: string) => string;

function checkOutput(constraints: Constraints, input: CreateTrainingJobRequest, at: At): void {
  const output = input.OutputDataConfig?.S3OutputPath;
  constraints.required(output, at('outputDataConfig.s3OutputPath'));
  constraints.pattern(output, at('outputDataConfig.s3OutputPath'), S3_URI);
  const type = input.OutputDataConfig?.CompressionType;
  constraints.oneOf(type, at('outputDataConfig.compressionType'), ['GZIP', 'NONE']);
  const checkpoints = input.CheckpointConfig?.S3Uri;
  if (input.CheckpointConfig) constraints.required(checkpoints, at('checkpointConfig.s3Uri'));
  constraints.pattern(checkpoints, at('checkpointConfig.s3Uri'), S3_URI);
}

function checkResources(constraints: Constraints, input: CreateTrainingJobRequest, at: At): void {
  const resources = input.ResourceConfig;
  const types = sdkValues('sagemaker', 'TrainingInstanceType');
  constraints.oneOf(resources?.InstanceType, at('resourceConfig.instanceType'), types);
  constraints.range(resources?.InstanceCount, at('resourceConfig.instanceCount'), [0, NO_LIMIT]);
  constraints.required(resources?.VolumeSizeInGB, at('resourceConfig.volumeSizeInGB'));
  constraints.range(resources?.VolumeSizeInGB, at('resourceConfig.volumeSizeInGB'), [1, NO_LIMIT]);
  const { MaxRuntimeInSeconds, MaxWaitTimeInSeconds } = input.StoppingCondition ?? {};
  const longest = LONGEST_RUNTIME_SECONDS;
  constraints.range(MaxRuntimeInSeconds, at('stoppingCondition.maxRuntimeInSeconds'), [1, longest]);
  constraints.range(MaxWaitTimeInSeconds, at('stoppingCondition.maxWaitTimeInSeconds'), [1, NO_LIMIT]);
  const retries = input.RetryStrategy?.MaximumRetryAttempts;
  if (input.RetryStrategy) constraints.required(retries, at('retryStrategy.maximumRetryAttempts'));
  constraints.range(retries, at('retryStrategy.maximumRetryAttempts'), [1, 30]);
}

function checkAlgorithm(constraints: Constraints, input: CreateTrainingJobRequest, at: At): void {
  const algorithm = input.AlgorithmSpecification;
  const path = at('algorithmSpecification');
  constraints.required(algorithm?.TrainingImage ?? algorithm?.AlgorithmName, `${path}.trainingImage`);
  constraints.length(algorithm?.TrainingImage, `${path}.trainingImage`, [0, 255]);
  constraints.required(algorithm?.TrainingInputMode, `${path}.trainingInputMode`);
  const modes = ['Pipe', 'File', 'FastFile'];
  constraints.oneOf(algorithm?.TrainingInputMode, `${path}.trainingInputMode`, modes);
  constraints.length(algorithm?.MetricDefinitions, `${path}.metricDefinitions`, [0, 40]);
  constraints.length(algorithm?.ContainerEntrypoint, `${path}.containerEntrypoint`, [1, 100]);
  constraints.length(algorithm?.ContainerArguments, `${path}.containerArguments`, [1, 100]);
}

function checkPairs(constraints: Constraints, input: CreateTrainingJobRequest, at: At): void {
  const hyperparameters = Object.entries(input.HyperParameters ?? {});
  constraints.length(hyperparameters, at('hyperParameters'), [0, 100]);
  for (const [key, value] of hyperparameters) {
    constraints.length(key, at('hyperParameters.key'), [0, 256]);
    constraints.length(value, at(`hyperParameters.${key}.member`), [0, 2500]);
  }
  const environment = Object.entries(input.Environment ?? {});
  constraints.length(environment, at('environment'), [0, 100]);
  for (const [key, value] of environment) {
    constraints.length(key, at('environment.key'), [0, 512]);
    constraints.pattern(key, at('environment.key'), ENVIRONMENT_KEY);
    constraints.length(value, at(`environment.${key}.member`), [0, 512]);
  }
}

function checkWaitTime({ StoppingCondition, EnableManagedSpotTraining }: CreateTrainingJobRequest): void {
  const { MaxWaitTimeInSeconds: wait, MaxRuntimeInSeconds: runtime = 86_400 } = StoppingCondition ?? {};
  if (!EnableManagedSpotTraining && wait !== undefined) {
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
    );
  }
  if (EnableManagedSpotTraining && (wait === undefined || wait < runtime)) {
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    );
  }
}

function checkMetrics(input: CreateTrainingJobRequest): void {
  const own = input.AlgorithmSpecification?.MetricDefinitions ?? [];
  if (own.length > 0 && trainingModeOf(input) === 'algorithm') {
    throw validationError(
      "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request without " +
        'specifying metric definitions.',
    );
  }
  metricScanner(own);
}

function refuseUnsupported(input: CreateTrainingJobRequest, operation: string): void {
  const mode = trainingModeOf(input);
  supportOnly(operation, input, [
    ...['TrainingJobName', 'HyperParameters', 'AlgorithmSpecification', 'RoleArn', 'InputDataConfig', 'Tags'],
    ...['OutputDataConfig', 'ResourceConfig', 'StoppingCondition', 'Environment', 'RetryStrategy'],
    ...['EnableManagedSpotTraining', 'CheckpointConfig'],
    // one host has nothing to encrypt between; the SDK for Python sends both hooks although nothing uses them here
    ...['EnableInterContainerTrafficEncryption', 'DebugHookConfig', 'ProfilerConfig'],
    // a process of this machine cannot be kept from the network, a container can
    ...(mode === 'container' || input.EnableNetworkIsolation === false ? ['EnableNetworkIsolation'] : []),
  ]);
  supportOnly(`${operation} AlgorithmSpecification`, input.AlgorithmSpecification, [
    ...['TrainingImage', 'TrainingInputMode', 'MetricDefinitions', 'EnableSageMakerMetricsTimeSeries'],
    ...(mode === 'container' ? ['ContainerEntrypoint', 'ContainerArguments'] : []),
  ]);
  const resources = ['InstanceType', 'InstanceCount', 'VolumeSizeInGB', 'VolumeKmsKeyId'];
  supportOnly(`${operation} ResourceConfig`, input.ResourceConfig, resources);
  const refuse = (what: string) => {
    throw new NotImplementedByLocalCloud(`sagemaker ${operation} ${what}`);
  };
  if (lacksScript(input)) {
    refuse(
      `without the hyperparameter sagemaker_program: ${input.AlgorithmSpecification?.TrainingImage} has no algorithm of its own; name a script`,
    );
  }
  if ((input.ResourceConfig?.InstanceCount ?? 1) !== 1) refuse('with InstanceCount other than 1');
  if (input.AlgorithmSpecification?.TrainingInputMode === 'Pipe') refuse('TrainingInputMode Pipe');
  if (!(input.CheckpointConfig?.LocalPath ?? '/opt/ml/').startsWith('/opt/ml/')) {
    refuse('CheckpointConfig LocalPath outside /opt/ml');
  }
  for (const channel of input.InputDataConfig ?? []) refuseUnsupportedChannel(channel, operation);
  if (mode !== 'algorithm') return;
  const refused = REFUSED_HYPERPARAMETERS.find((name) => input.HyperParameters?.[name] !== undefined);
  if (refused) refuse(`HyperParameters ${refused} of built-in XGBoost`);
  if (input.HyperParameters?.use_dask_gpu_training === 'true')
    refuse('HyperParameters use_dask_gpu_training');
  if (input.InputDataConfig?.some(({ ContentType }) => ContentType?.includes('recordio'))) {
    refuse('InputDataConfig ContentType recordio-protobuf');
  }
}

function refuseUnsupportedChannel(channel: Channel, operation: string): void {
  const where = `${operation} InputDataConfig`;
  supportOnly(where, channel, [
    ...['ChannelName', 'DataSource', 'ContentType', 'InputMode', 'CompressionType', 'RecordWrapperType'],
  ]);
  supportOnly(`${where} DataSource`, channel.DataSource, ['S3DataSource']);
  const source = channel.DataSource?.S3DataSource;
  supportOnly(`${where} S3DataSource`, source, ['S3DataType', 'S3Uri', 'S3DataDistributionType']);
  const refuse = (what: string) => {
    throw new NotImplementedByLocalCloud(`sagemaker ${where} ${what}`);
  };
  if (!['S3Prefix', 'ManifestFile'].includes(source?.S3DataType ?? '')) {
    refuse(`S3DataType ${source?.S3DataType}`);
  }
  if (channel.InputMode === 'Pipe') refuse('InputMode Pipe');
  if ((channel.CompressionType ?? 'None') !== 'None') refuse(`CompressionType ${channel.CompressionType}`);
  if ((channel.RecordWrapperType ?? 'None') !== 'None')
    refuse(`RecordWrapperType ${channel.RecordWrapperType}`);
}
