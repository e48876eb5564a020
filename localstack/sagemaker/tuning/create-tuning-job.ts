/** CreateHyperParameterTuningJob: the checks that need the cloud, and the job that begins. */
import type {
  CreateHyperParameterTuningJobRequest,
  CreateHyperParameterTuningJobResponse,
  DescribeHyperParameterTuningJobResponse,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { sagemakerArn } from '../names.ts';
import type { SageMaker } from '../sagemaker.ts';
import { putTags } from '../tags.ts';
import { XGBOOST_METRICS } from '../training/algorithm-metrics.ts';
import { trainingModeOf } from '../training/training-mode.ts';
import { checkTuningRequest, childRequest } from './check-tuning-request.ts';
import { countersOf } from './children.ts';
import { runTuningJob } from './run-tuning-job.ts';
import { saveTuningJob, tuningKey } from './tuning-jobs.ts';
import { checkWarmStart } from './warm-start.ts';

export function createTuningJob(
  sagemaker: SageMaker,
  input: CreateHyperParameterTuningJobRequest,
  call: Call,
): CreateHyperParameterTuningJobResponse {
  checkTuningRequest(input);
  const name = input.HyperParameterTuningJobName!;
  if (sagemaker.tuningJobs.has(tuningKey(name))) {
    const message = `A hyperparameter tuning job with the name, ${name}, already exists. Choose a different name.`;
    throw new AwsError('ResourceInUse', message);
  }
  checkWarmStart(sagemaker, input);
  const arn = sagemakerArn(sagemaker.cloud, 'hyper-parameter-tuning-job', name);
  assumeExecutionRole(sagemaker.cloud, input.TrainingJobDefinition!.RoleArn!, arn);
  putTags(sagemaker, arn, input.Tags);
  saveTuningJob(sagemaker, newJob(input, arn, call.now));
  sagemaker.cloud.background(`tuning job ${name}`, () => runTuningJob(sagemaker, name));
  return { HyperParameterTuningJobArn: arn };
}

function newJob(
  input: CreateHyperParameterTuningJobRequest,
  arn: string,
  now: Date,
): DescribeHyperParameterTuningJobResponse {
  const { Tags: _tags, ...request } = input;
  const config = input.HyperParameterTuningJobConfig!;
  const definition = input.TrainingJobDefinition!;
  const isAlgorithm = trainingModeOf(childRequest(input)) === 'algorithm';
  return {
    ...request,
    HyperParameterTuningJobName: input.HyperParameterTuningJobName,
    HyperParameterTuningJobArn: arn,
    HyperParameterTuningJobConfig: { TrainingJobEarlyStoppingType: 'Off', ...config },
    TrainingJobDefinition: {
      ...definition,
      StaticHyperParameters: {
        ...definition.StaticHyperParameters,
        _tuning_objective_metric: config.HyperParameterTuningJobObjective!.MetricName!,
      },
      AlgorithmSpecification: {
        ...definition.AlgorithmSpecification!,
        ...(isAlgorithm ? { MetricDefinitions: [...XGBOOST_METRICS] } : {}),
      },
    },
    HyperParameterTuningJobStatus: 'InProgress',
    CreationTime: now,
    LastModifiedTime: now,
    ...countersOf([]),
  };
}
