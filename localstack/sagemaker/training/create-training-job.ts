/** CreateTrainingJob: the checks that need the cloud, and the job that begins. */
import type {
  CreateTrainingJobRequest,
  CreateTrainingJobResponse,
  DescribeTrainingJobResponse,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { sagemakerArn } from '../names.ts';
import { s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { putTags } from '../tags.ts';
import { XGBOOST_METRICS } from './algorithm-metrics.ts';
import { checkTrainingRequest } from './check-training-request.ts';
import { requireObjects } from './input-data.ts';
import { runTrainingJob } from './run-training-job.ts';
import { trainingModeOf } from './training-mode.ts';
import { ENDED_STATUSES, saveTrainingJob } from './training-status.ts';

const DEFAULT_RUNTIME_SECONDS = 86_400;
const DEFAULT_CHECKPOINTS = '/opt/ml/checkpoints';

export async function createTrainingJob(
  sagemaker: SageMaker,
  input: CreateTrainingJobRequest,
  call: Call,
): Promise<CreateTrainingJobResponse> {
  checkTrainingRequest(input);
  return { TrainingJobArn: await beginTrainingJob(sagemaker, input, { now: call.now }) };
}

/** Starts a job whose request has been checked. @returns its ARN */
export async function beginTrainingJob(
  sagemaker: SageMaker,
  input: CreateTrainingJobRequest,
  { now, tuningJobArn }: { now: Date; tuningJobArn?: string },
): Promise<string> {
  const { cloud } = sagemaker;
  const name = input.TrainingJobName!;
  const arn = sagemakerArn(cloud, 'training-job', name);
  if (sagemaker.trainingJobs.has(name)) {
    const message =
      'Training job names must be unique within an AWS account and region, and a training job with this name ' +
      `already exists (${arn})`;
    throw new AwsError('ResourceInUse', message);
  }
  const role = assumeExecutionRole(cloud, input.RoleArn!, arn);
  const s3 = s3AsRole(cloud, role);
  for (const channel of input.InputDataConfig ?? []) {
    const place = { region: cloud.region, roleArn: input.RoleArn! };
    await requireObjects(s3, channel.DataSource!.S3DataSource!, place);
  }
  admit(sagemaker, input);
  const job = newJob(input, { arn, now, tuningJobArn });
  putTags(sagemaker, arn, input.Tags);
  saveTrainingJob(sagemaker, job);
  cloud.background(`training job ${name}`, () => runTrainingJob(sagemaker, name, role));
  return arn;
}

function admit(sagemaker: SageMaker, input: CreateTrainingJobRequest): void {
  const instanceType = input.ResourceConfig?.InstanceType ?? '';
  const isSpot = input.EnableManagedSpotTraining ?? false;
  const inUse = sagemaker.trainingJobs
    .values()
    .filter(
      (job) =>
        !ENDED_STATUSES.includes(job.TrainingJobStatus!) &&
        job.ResourceConfig?.InstanceType === instanceType &&
        (job.EnableManagedSpotTraining ?? false) === isSpot,
    )
    .reduce((sum, job) => sum + (job.ResourceConfig?.InstanceCount ?? 1), 0);
  const use = isSpot ? 'spot training job' : 'training job';
  sagemaker.capacity.admit({ use, instanceType, count: input.ResourceConfig?.InstanceCount ?? 1, inUse });
}

interface NewJob {
  readonly arn: string;
  readonly now: Date;
  readonly tuningJobArn: string | undefined;
}

function newJob(
  input: CreateTrainingJobRequest,
  { arn, now, tuningJobArn }: NewJob,
): DescribeTrainingJobResponse {
  const { Tags: _tags, ...request } = input;
  return {
    ...request,
    TrainingJobName: input.TrainingJobName,
    TrainingJobArn: arn,
    ...(tuningJobArn ? { TuningJobArn: tuningJobArn } : {}),
    TrainingJobStatus: 'InProgress',
    SecondaryStatus: 'Starting',
    ModelArtifacts: { S3ModelArtifacts: undefined },
    AlgorithmSpecification: {
      ...input.AlgorithmSpecification!,
      ...(trainingModeOf(input) === 'algorithm' ? { MetricDefinitions: [...XGBOOST_METRICS] } : {}),
    },
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
    ...(input.CheckpointConfig
      ? { CheckpointConfig: { LocalPath: DEFAULT_CHECKPOINTS, ...input.CheckpointConfig } }
      : {}),
    EnableNetworkIsolation: input.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: input.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: input.EnableManagedSpotTraining ?? false,
    CreationTime: now,
    LastModifiedTime: now,
    SecondaryStatusTransitions: [
      { Status: 'Starting', StartTime: now, StatusMessage: 'Starting the training job' },
    ],
  };
}
