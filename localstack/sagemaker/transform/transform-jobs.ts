/** DescribeTransformJob, ListTransformJobs, StopTransformJob, and the status changes of a transform job. */
import type {
  DescribeTransformJobRequest,
  DescribeTransformJobResponse,
  ListTransformJobsRequest,
  ListTransformJobsResponse,
  StopTransformJobRequest,
} from '@aws-sdk/client-sagemaker';
import { validationError } from '../constraints.ts';
import { emitStateChange } from '../events.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { INTERNAL_FAILURE } from '../training/failure.ts';

/** Statuses that nothing follows. */
export const ENDED_TRANSFORM: readonly string[] = ['Completed', 'Failed', 'Stopped'];

/** Stores a job and emits its state. */
export function saveTransformJob(sagemaker: SageMaker, job: DescribeTransformJobResponse): void {
  sagemaker.transformJobs.put(job.TransformJobName!, job);
  const { DataProcessing: _processing, ModelClientConfig: _client, ...detail } = job;
  emitStateChange(sagemaker, 'Transform Job State Change', job.TransformJobArn!, detail);
}

/** Changes a job that has not ended; an ended one stays as it is. */
export function changeTransformJob(
  sagemaker: SageMaker,
  name: string,
  change: Partial<DescribeTransformJobResponse>,
): void {
  const job = sagemaker.transformJobs.get(name)!;
  if (!ENDED_TRANSFORM.includes(job.TransformJobStatus!)) saveTransformJob(sagemaker, { ...job, ...change });
}

export function describeTransformJob(
  sagemaker: SageMaker,
  input: DescribeTransformJobRequest,
): DescribeTransformJobResponse {
  const job = sagemaker.transformJobs.get(input.TransformJobName ?? '');
  if (!job) throw validationError(`Could not find requested job with name: ${input.TransformJobName}`);
  return job;
}

export function listTransformJobs(
  sagemaker: SageMaker,
  input: ListTransformJobsRequest,
): ListTransformJobsResponse {
  const jobs = sagemaker.transformJobs.values().map((job) => ({
    name: job.TransformJobName!,
    status: job.TransformJobStatus!,
    created: job.CreationTime!,
    modified: job.TransformEndTime ?? job.TransformStartTime ?? job.CreationTime!,
    summary: {
      TransformJobName: job.TransformJobName,
      TransformJobArn: job.TransformJobArn,
      CreationTime: job.CreationTime,
      TransformEndTime: job.TransformEndTime,
      LastModifiedTime: job.TransformEndTime ?? job.CreationTime,
      TransformJobStatus: job.TransformJobStatus,
      FailureReason: job.FailureReason,
    },
  }));
  const { summaries, ...rest } = listPage(jobs, input);
  return { TransformJobSummaries: summaries, ...rest };
}

export function stopTransformJob(
  sagemaker: SageMaker,
  input: StopTransformJobRequest,
): Record<string, never> {
  const job = describeTransformJob(sagemaker, input);
  if (ENDED_TRANSFORM.includes(job.TransformJobStatus!)) {
    throw validationError(
      `The request was rejected because the transform job is in status ${job.TransformJobStatus}.`,
    );
  }
  changeTransformJob(sagemaker, job.TransformJobName!, { TransformJobStatus: 'Stopping' });
  sagemaker.running.get(job.TransformJobArn!)?.abort('Stopped');
  return {};
}

/** Fails the jobs whose processes ended with an earlier run of this cloud. */
export function failInterruptedTransformJobs(sagemaker: SageMaker): void {
  for (const job of sagemaker.transformJobs.values()) {
    const change = { TransformJobStatus: 'Failed' as const, FailureReason: INTERNAL_FAILURE };
    changeTransformJob(sagemaker, job.TransformJobName!, change);
  }
}
