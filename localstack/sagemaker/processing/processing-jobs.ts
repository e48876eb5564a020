/** DescribeProcessingJob, ListProcessingJobs, StopProcessingJob, and the status changes of a processing job. */
import type {
  DescribeProcessingJobRequest,
  DescribeProcessingJobResponse,
  ListProcessingJobsRequest,
  ListProcessingJobsResponse,
  StopProcessingJobRequest,
} from '@aws-sdk/client-sagemaker';
import { validationError } from '../constraints.ts';
import { emitStateChange } from '../events.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { INTERNAL_FAILURE } from '../training/failure.ts';

/** Statuses that nothing follows. */
export const ENDED_PROCESSING: readonly string[] = ['Completed', 'Failed', 'Stopped'];

/** Stores a job and emits its state. */
export function saveProcessingJob(sagemaker: SageMaker, job: DescribeProcessingJobResponse): void {
  sagemaker.processingJobs.put(job.ProcessingJobName!, job);
  emitStateChange(sagemaker, 'Processing Job State Change', job.ProcessingJobArn!, job);
}

/** Changes a job that has not ended; an ended one stays as it is. */
export function changeProcessingJob(
  sagemaker: SageMaker,
  name: string,
  change: Partial<DescribeProcessingJobResponse>,
): void {
  const job = sagemaker.processingJobs.get(name)!;
  if (ENDED_PROCESSING.includes(job.ProcessingJobStatus!)) return;
  saveProcessingJob(sagemaker, { ...job, ...change, LastModifiedTime: sagemaker.cloud.clock.date() });
}

export function describeProcessingJob(
  sagemaker: SageMaker,
  input: DescribeProcessingJobRequest,
): DescribeProcessingJobResponse {
  const job = sagemaker.processingJobs.get(input.ProcessingJobName ?? '');
  if (!job) throw validationError(`Could not find requested job with name: ${input.ProcessingJobName}`);
  return job;
}

export function listProcessingJobs(
  sagemaker: SageMaker,
  input: ListProcessingJobsRequest,
): ListProcessingJobsResponse {
  const jobs = sagemaker.processingJobs.values().map((job) => ({
    name: job.ProcessingJobName!,
    status: job.ProcessingJobStatus!,
    created: job.CreationTime!,
    modified: job.LastModifiedTime!,
    summary: {
      ProcessingJobName: job.ProcessingJobName,
      ProcessingJobArn: job.ProcessingJobArn,
      CreationTime: job.CreationTime,
      ProcessingEndTime: job.ProcessingEndTime,
      LastModifiedTime: job.LastModifiedTime,
      ProcessingJobStatus: job.ProcessingJobStatus,
      FailureReason: job.FailureReason,
      ExitMessage: job.ExitMessage,
    },
  }));
  const { summaries, ...rest } = listPage(jobs, input, 'Ascending');
  return { ProcessingJobSummaries: summaries, ...rest };
}

export function stopProcessingJob(
  sagemaker: SageMaker,
  input: StopProcessingJobRequest,
): Record<string, never> {
  const job = describeProcessingJob(sagemaker, input);
  if (ENDED_PROCESSING.includes(job.ProcessingJobStatus!)) {
    throw validationError(
      `The request was rejected because the processing job is in status ${job.ProcessingJobStatus}.`,
    );
  }
  changeProcessingJob(sagemaker, job.ProcessingJobName!, { ProcessingJobStatus: 'Stopping' });
  sagemaker.running.get(job.ProcessingJobArn!)?.abort('Stopped');
  return {};
}

/** Fails the jobs whose processes ended with an earlier run of this cloud. */
export function failInterruptedProcessingJobs(sagemaker: SageMaker): void {
  for (const job of sagemaker.processingJobs.values()) {
    const change = { ProcessingJobStatus: 'Failed' as const, FailureReason: INTERNAL_FAILURE };
    changeProcessingJob(sagemaker, job.ProcessingJobName!, change);
  }
}
