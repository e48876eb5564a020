/** What AWS refuses of a tuning request by itself, and what this cloud refuses of it by name. */
import type {
  CreateHyperParameterTuningJobRequest,
  CreateTrainingJobRequest,
  HyperParameterTrainingJobDefinition,
  HyperParameterTuningJobConfig,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { TUNING_JOB_NAME } from '../names.ts';
import { checkTags } from '../tags.ts';
import { XGBOOST_OBJECTIVES } from '../training/algorithm-metrics.ts';
import { checkTrainingRequest } from '../training/check-training-request.ts';
import { trainingModeOf } from '../training/training-mode.ts';
import { searchSpace } from './search-space.ts';

const OPERATION = 'CreateHyperParameterTuningJob';
const SCALES = ['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic'];
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** @throws AwsError ValidationException, NotImplementedByLocalCloud */
export function checkTuningRequest(input: CreateHyperParameterTuningJobRequest): void {
  const constraints = new Constraints();
  const [name, path] = [input.HyperParameterTuningJobName, 'hyperParameterTuningJobConfig'];
  constraints.name(name, 'hyperParameterTuningJobName', TUNING_JOB_NAME, 32);
  const config = input.HyperParameterTuningJobConfig!;
  constraints.oneOf(config.Strategy, `${path}.strategy`, ['Bayesian', 'Random', 'Hyperband', 'Grid']);
  const limits = config.ResourceLimits!;
  const limitsPath = `${path}.resourceLimits`;
  constraints.range(limits.MaxNumberOfTrainingJobs, `${limitsPath}.maxNumberOfTrainingJobs`, [1, NO_LIMIT]);
  constraints.range(limits.MaxParallelTrainingJobs, `${limitsPath}.maxParallelTrainingJobs`, [1, NO_LIMIT]);
  constraints.range(limits.MaxRuntimeInSeconds, `${limitsPath}.maxRuntimeInSeconds`, [120, 15_768_000]);
  const objective = config.HyperParameterTuningJobObjective;
  const types = ['Maximize', 'Minimize'];
  constraints.oneOf(objective?.Type, `${path}.hyperParameterTuningJobObjective.type`, types);
  constraints.oneOf(config.TrainingJobEarlyStoppingType, `${path}.trainingJobEarlyStoppingType`, [
    'Off',
    'Auto',
  ]);
  const ranges = config.ParameterRanges ?? {};
  for (const kind of ['Continuous', 'Integer', 'Categorical'] as const) {
    const list = ranges[`${kind}ParameterRanges`];
    const at = `${path}.parameterRanges.${kind.toLowerCase()}ParameterRanges`;
    constraints.length(list, at, [0, 30]);
  }
  for (const { ScalingType } of [
    ...(ranges.ContinuousParameterRanges ?? []),
    ...(ranges.IntegerParameterRanges ?? []),
  ]) {
    constraints.oneOf(ScalingType, `${path}.parameterRanges`, SCALES);
  }
  constraints.check();
  checkTags(input.Tags);
  refuseUnsupported(input, config);
  checkTrainingRequest(childRequest(input), { operation: OPERATION, prefix: 'trainingJobDefinition.' });
  checkObjective(input);
  checkRanges(config, input.TrainingJobDefinition!);
}

/** What a training job of this tuning job is asked for, before any value is chosen. */
export function childRequest(
  input: Pick<CreateHyperParameterTuningJobRequest, 'TrainingJobDefinition'>,
): CreateTrainingJobRequest {
  const {
    StaticHyperParameters,
    HyperParameterTuningResourceConfig: resources,
    ...definition
  } = input.TrainingJobDefinition!;
  return {
    ...definition,
    TrainingJobName: 'child',
    HyperParameters: StaticHyperParameters,
    ResourceConfig: definition.ResourceConfig ?? resources,
  } as CreateTrainingJobRequest;
}

function refuse(what: string): never {
  throw new NotImplementedByLocalCloud(`sagemaker ${OPERATION} ${what}`);
}

function refuseUnsupported(
  input: CreateHyperParameterTuningJobRequest,
  config: HyperParameterTuningJobConfig,
): void {
  supportOnly(OPERATION, input, [
    ...['HyperParameterTuningJobName', 'HyperParameterTuningJobConfig', 'TrainingJobDefinition'],
    ...['WarmStartConfig', 'Tags'],
  ]);
  supportOnly(`${OPERATION} HyperParameterTuningJobConfig`, config, [
    ...['Strategy', 'HyperParameterTuningJobObjective', 'ResourceLimits', 'ParameterRanges'],
    ...['TrainingJobEarlyStoppingType', 'RandomSeed'],
  ]);
  if (config.Strategy === 'Hyperband') refuse('Strategy Hyperband');
  if (config.ParameterRanges?.AutoParameters?.length) refuse('ParameterRanges AutoParameters');
  supportOnly(`${OPERATION} TrainingJobDefinition`, input.TrainingJobDefinition, [
    ...['StaticHyperParameters', 'AlgorithmSpecification', 'RoleArn', 'InputDataConfig', 'OutputDataConfig'],
    ...['ResourceConfig', 'StoppingCondition', 'EnableNetworkIsolation', 'EnableManagedSpotTraining'],
    ...['EnableInterContainerTrafficEncryption', 'CheckpointConfig', 'RetryStrategy', 'Environment'],
    'HyperParameterTuningResourceConfig',
  ]);
  supportOnly(
    `${OPERATION} HyperParameterTuningResourceConfig`,
    input.TrainingJobDefinition?.HyperParameterTuningResourceConfig,
    ['InstanceType', 'InstanceCount', 'VolumeSizeInGB', 'VolumeKmsKeyId'],
  );
  if (!input.TrainingJobDefinition) throw validationError('TrainingJobDefinition is required.');
  if (!config.HyperParameterTuningJobObjective) {
    throw validationError(
      'A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.',
    );
  }
}

function checkObjective(input: CreateHyperParameterTuningJobRequest): void {
  const { MetricName, Type } = input.HyperParameterTuningJobConfig!.HyperParameterTuningJobObjective!;
  const definition = input.TrainingJobDefinition!;
  if (trainingModeOf(childRequest(input)) !== 'algorithm') {
    const names = definition.AlgorithmSpecification?.MetricDefinitions?.map(({ Name }) => Name);
    if (names?.includes(MetricName)) return;
    throw validationError(
      'A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions.',
    );
  }
  const image = definition.AlgorithmSpecification?.TrainingImage;
  const type = XGBOOST_OBJECTIVES.get(MetricName ?? '');
  if (type === undefined) {
    throw validationError(
      `The objective metric for the hyperparameter tuning job, [${MetricName}], isn't valid for the [${image}] ` +
        'algorithm. Choose a valid objective metric.',
    );
  }
  if (type !== Type) {
    throw validationError(
      `The objective metric type, [${Type}], that you specified for objective metric, [${MetricName}], isn't valid for ` +
        `the [${image}] algorithm. Choose a valid objective metric type.`,
    );
  }
}

function checkRanges(
  config: HyperParameterTuningJobConfig,
  { StaticHyperParameters = {} }: HyperParameterTrainingJobDefinition,
): void {
  const ranges = config.ParameterRanges ?? {};
  const numeric = [...(ranges.ContinuousParameterRanges ?? []), ...(ranges.IntegerParameterRanges ?? [])];
  for (const { Name, MinValue, MaxValue, ScalingType } of numeric) {
    const [low, high] = [Number(MinValue), Number(MaxValue)];
    if (!(low <= high)) {
      throw validationError(
        `The range of hyperparameter ${Name}, [${MinValue}, ${MaxValue}], is not a range of numbers.`,
      );
    }
    if (ScalingType === 'Logarithmic' && low <= 0) {
      throw validationError(`Logarithmic scaling of hyperparameter ${Name} needs a range above 0.`);
    }
    if (ScalingType === 'ReverseLogarithmic' && (low < 0 || high >= 1)) {
      throw validationError(
        `ReverseLogarithmic scaling of hyperparameter ${Name} needs a range in 0 <= x < 1.`,
      );
    }
  }
  const space = searchSpace(ranges);
  if (space.length === 0) throw validationError('ParameterRanges must hold at least one range.');
  const twice = space.find(({ name }) => name in StaticHyperParameters);
  if (twice) throw validationError(`Hyperparameter ${twice.name} is both static and tunable.`);
  checkNumberOfJobs(config, space);
}

function checkNumberOfJobs(
  { Strategy, ResourceLimits, ParameterRanges }: HyperParameterTuningJobConfig,
  space: readonly { readonly size: number }[],
): void {
  const { MaxNumberOfTrainingJobs: jobs, MaxParallelTrainingJobs: parallel } = ResourceLimits!;
  const total = space.reduce((product, { size }) => product * size, 1);
  if (Strategy === 'Grid') {
    if (ParameterRanges?.ContinuousParameterRanges?.length || ParameterRanges?.IntegerParameterRanges?.length)
      throw validationError('Strategy Grid supports categorical hyperparameters only.');
    if (jobs !== undefined && jobs !== total) {
      throw validationError(`MaxNumberOfTrainingJobs of strategy Grid must be ${total}, or absent.`);
    }
    return;
  }
  if (jobs === undefined)
    throw validationError(`MaxNumberOfTrainingJobs is required for strategy ${Strategy}.`);
  if (total < jobs) {
    throw validationError(
      "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter combinations for " +
        `the provided ranges [${total.toFixed(1)}] must be equal or greater than the value of MaxNumberOfJobs, [${jobs}]. ` +
        'Provide additional ranges.',
    );
  }
  if (parallel! > jobs) {
    throw validationError(
      `MaxParallelTrainingJobs ${parallel} is more than MaxNumberOfTrainingJobs ${jobs}.`,
    );
  }
}
