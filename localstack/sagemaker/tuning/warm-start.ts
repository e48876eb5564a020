/** Warm start: what a tuning job learns from earlier ones. */
import type {
  CreateHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobResponse,
  HyperParameterTuningJobWarmStartConfig,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import { Constraints, validationError } from '../constraints.ts';
import type { SageMaker } from '../sagemaker.ts';
import { childrenOf, trialsOf } from './children.ts';
import type { Trial } from './propose.ts';
import { searchSpace } from './search-space.ts';

/** Statuses in which a job has results to learn from. */
const FIT_FOR_PARENTS: readonly string[] = ['Completed', 'Failed', 'Stopped'];
const TUNING_METRIC = '_tuning_objective_metric';

/** @throws AwsError when a parent is missing, still runs, or searches for something else. */
export function checkWarmStart(sagemaker: SageMaker, input: CreateHyperParameterTuningJobRequest): void {
  const { WarmStartConfig: config } = input;
  if (!config) return;
  const types = ['IdenticalDataAndAlgorithm', 'TransferLearning'];
  const path = 'warmStartConfig.parentHyperParameterTuningJobs';
  new Constraints()
    .length(config.ParentHyperParameterTuningJobs, path, [1, 5])
    .oneOf(config.WarmStartType, 'warmStartConfig.warmStartType', types)
    .check();
  for (const parent of parentsOf(sagemaker, config)) {
    if (!FIT_FOR_PARENTS.includes(parent.HyperParameterTuningJobStatus!)) {
      throw validationError(
        `Parent tuning job ${parent.HyperParameterTuningJobName} is in status ${parent.HyperParameterTuningJobStatus}.`,
      );
    }
    if (namesOf(parent) !== namesOf(input)) {
      throw validationError(
        'The set of tunable plus static HyperParameter names is not the same across current and parent tuning jobs. ' +
          'Please ensure this set is constant when warm starting. Note that previously static HyperParameters can be ' +
          'tuned in warm start jobs and vice versa.',
      );
    }
    if (config.WarmStartType === 'IdenticalDataAndAlgorithm') checkIdentical(parent, input);
  }
}

function checkIdentical(
  parent: DescribeHyperParameterTuningJobResponse,
  input: CreateHyperParameterTuningJobRequest,
): void {
  const told = (job: Pick<CreateHyperParameterTuningJobRequest, 'TrainingJobDefinition'>) =>
    JSON.stringify([
      job.TrainingJobDefinition?.AlgorithmSpecification?.TrainingImage,
      (job.TrainingJobDefinition?.InputDataConfig ?? []).map(({ ChannelName, DataSource }) => [
        ChannelName,
        DataSource?.S3DataSource?.S3Uri,
      ]),
    ]);
  if (told(parent) === told(input)) return;
  throw validationError(
    `Warm start type IdenticalDataAndAlgorithm needs the training image and the input data of parent tuning job ` +
      `${parent.HyperParameterTuningJobName}.`,
  );
}

/** Tunable and static names, in order. */
function namesOf(
  job: Pick<CreateHyperParameterTuningJobRequest, 'HyperParameterTuningJobConfig' | 'TrainingJobDefinition'>,
): string {
  const tunable = searchSpace(job.HyperParameterTuningJobConfig?.ParameterRanges).map(({ name }) => name);
  const fixed = Object.keys(job.TrainingJobDefinition?.StaticHyperParameters ?? {});
  return [...tunable, ...fixed]
    .filter((name) => name !== TUNING_METRIC)
    .sort()
    .join(' ');
}

/** The parents' stored jobs. @throws AwsError ResourceNotFound */
export function parentsOf(
  sagemaker: SageMaker,
  config: HyperParameterTuningJobWarmStartConfig,
): DescribeHyperParameterTuningJobResponse[] {
  return (config.ParentHyperParameterTuningJobs ?? []).map(({ HyperParameterTuningJobName: name }) => {
    const parent = sagemaker.tuningJobs.get((name ?? '').toLowerCase());
    if (parent) return parent;
    const message = `Amazon SageMaker can't find a tuning job called ${name}. Type another name.`;
    throw new AwsError('ResourceNotFound', message);
  });
}

/** What the parents' training jobs came to, in this job's dimensions. */
export function priorTrials(sagemaker: SageMaker, job: DescribeHyperParameterTuningJobResponse): Trial[] {
  if (!job.WarmStartConfig) return [];
  const space = searchSpace(job.HyperParameterTuningJobConfig!.ParameterRanges);
  return parentsOf(sagemaker, job.WarmStartConfig).flatMap((parent) => {
    const children = childrenOf(sagemaker, parent).map((child) => ({
      ...child,
      // a dimension may have been static there
      values: Object.fromEntries(space.map(({ name }) => [name, child.job.HyperParameters?.[name] ?? ''])),
    }));
    return trialsOf(parent, children).filter(({ score }) => score !== undefined);
  });
}
