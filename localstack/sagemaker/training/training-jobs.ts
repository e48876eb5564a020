/** DescribeTrainingJob, ListTrainingJobs, StopTrainingJob, DeleteTrainingJob. */
import type {
  DeleteTrainingJobRequest,
  DescribeTrainingJobRequest,
  DescribeTrainingJobResponse,
  ListTrainingJobsRequest,
  ListTrainingJobsResponse,
  StopTrainingJobRequest,
} from '@aws-sdk/client-sagemaker';
import { refuseMembers } from '../../core/refuse-members.ts';
import { validationError } from '../constraints.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { INTERNAL_FAILURE } from './failure.ts';
import { ENDED_STATUSES, enterStatus } from './training-status.ts';

export function describeTrainingJob(
  sagemaker: SageMaker,
  input: DescribeTrainingJobRequest,
): DescribeTrainingJobResponse {
  const job = sagemaker.trainingJobs.get(input.TrainingJobName ?? '');
  if (!job) throw validationError('Requested resource not found.');
  return job;
}

export function listTrainingJobs(
  sagemaker: SageMaker,
  input: ListTrainingJobsRequest,
): ListTrainingJobsResponse {
  refuseMembers('sagemaker ListTrainingJobs', input, ['WarmPoolStatusEquals', 'TrainingPlanArnEquals']);
  const jobs = sagemaker.trainingJobs.values().map((job) => ({
    name: job.TrainingJobName!,
    status: job.TrainingJobStatus!,
    created: job.CreationTime!,
    modified: job.LastModifiedTime!,
    summary: {
      TrainingJobName: job.TrainingJobName,
      TrainingJobArn: job.TrainingJobArn,
      CreationTime: job.CreationTime,
      TrainingEndTime: job.TrainingEndTime,
      LastModifiedTime: job.LastModifiedTime,
      TrainingJobStatus: job.TrainingJobStatus,
      SecondaryStatus: job.SecondaryStatus,
    },
  }));
  const { summaries, ...rest } = listPage(jobs, input, 'Ascending');
  return { TrainingJobSummaries: summaries, ...rest };
}

export function stopTrainingJob(sagemaker: SageMaker, input: StopTrainingJobRequest): Record<string, never> {
  const job = describeTrainingJob(sagemaker, input);
  if (ENDED_STATUSES.includes(job.TrainingJobStatus!)) {
    throw validationError(
      `The request was rejected because the training job is in status ${job.TrainingJobStatus}.`,
    );
  }
  if (job.TrainingJobStatus === 'Stopping') return {};
  enterStatus(sagemaker, job.TrainingJobName!, 'Stopping', {
    message: 'Stopping the training job',
    change: { TrainingJobStatus: 'Stopping' },
  });
  sagemaker.running.get(job.TrainingJobArn!)?.abort('Stopped');
  return {};
}

export function deleteTrainingJob(
  sagemaker: SageMaker,
  input: DeleteTrainingJobRequest,
): Record<string, never> {
  const job = describeTrainingJob(sagemaker, input);
  if (!ENDED_STATUSES.includes(job.TrainingJobStatus!)) {
    throw validationError(
      `The request was rejected because the training job is in status ${job.TrainingJobStatus}.`,
    );
  }
  sagemaker.trainingJobs.delete(job.TrainingJobName!);
  sagemaker.tags.delete(job.TrainingJobArn!);
  return {};
}

/** Fails the jobs whose processes ended with an earlier run of this cloud. */
export function failInterruptedTrainingJobs(sagemaker: SageMaker): void {
  for (const job of sagemaker.trainingJobs.values()) {
    if (ENDED_STATUSES.includes(job.TrainingJobStatus!)) continue;
    enterStatus(sagemaker, job.TrainingJobName!, 'Failed', {
      message: 'Training job failed',
      change: { TrainingJobStatus: 'Failed', FailureReason: INTERNAL_FAILURE },
    });
  }
}
