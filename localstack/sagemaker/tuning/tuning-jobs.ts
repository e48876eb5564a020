/** Describe, list and stop tuning jobs, list their training jobs, and the status changes of a tuning job. */
import type {
  DescribeHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobResponse,
  ListHyperParameterTuningJobsRequest,
  ListHyperParameterTuningJobsResponse,
  ListTrainingJobsForHyperParameterTuningJobRequest,
  ListTrainingJobsForHyperParameterTuningJobResponse,
  StopHyperParameterTuningJobRequest,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import { validationError } from '../constraints.ts';
import { emitStateChange } from '../events.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { INTERNAL_FAILURE } from '../training/failure.ts';
import { bestOf, childrenOf, countersOf, summaryOf } from './children.ts';
import { parentsOf } from './warm-start.ts';

const ENDED: readonly string[] = ['Completed', 'Failed', 'Stopped'];

/** Stores a job and emits its state. */
export function saveTuningJob(sagemaker: SageMaker, job: DescribeHyperParameterTuningJobResponse): void {
  sagemaker.tuningJobs.put(tuningKey(job.HyperParameterTuningJobName!), job);
  const { HyperParameterTuningJobConfig: _config, ...detail } = withResults(sagemaker, job);
  const arn = job.HyperParameterTuningJobArn!;
  emitStateChange(sagemaker, 'HyperParameter Tuning Job State Change', arn, detail);
}

/** Changes a job that has not ended; an ended one stays as it is. */
export function changeTuningJob(
  sagemaker: SageMaker,
  name: string,
  change: Partial<DescribeHyperParameterTuningJobResponse>,
): void {
  const job = sagemaker.tuningJobs.get(tuningKey(name))!;
  if (ENDED.includes(job.HyperParameterTuningJobStatus!)) return;
  saveTuningJob(sagemaker, { ...job, ...change, LastModifiedTime: sagemaker.cloud.clock.date() });
}

/** Names are unique whatever their case. */
export function tuningKey(name: string): string {
  return name.toLowerCase();
}

/** @throws AwsError ResourceNotFound */
export function findTuningJob(
  sagemaker: SageMaker,
  name: string | undefined,
): DescribeHyperParameterTuningJobResponse {
  const job = sagemaker.tuningJobs.get(tuningKey(name ?? ''));
  if (job) return job;
  const message = `Amazon SageMaker can't find a tuning job called ${name}. Type another name.`;
  throw new AwsError('ResourceNotFound', message);
}

export function describeTuningJob(
  sagemaker: SageMaker,
  input: DescribeHyperParameterTuningJobRequest,
): DescribeHyperParameterTuningJobResponse {
  return withResults(sagemaker, findTuningJob(sagemaker, input.HyperParameterTuningJobName));
}

/** The stored job with what its training jobs came to. */
function withResults(
  sagemaker: SageMaker,
  job: DescribeHyperParameterTuningJobResponse,
): DescribeHyperParameterTuningJobResponse {
  const children = childrenOf(sagemaker, job);
  const best = bestOf(job, children);
  const seconds =
    ((job.HyperParameterTuningEndTime ?? sagemaker.cloud.clock.date()).getTime() -
      job.CreationTime!.getTime()) /
    1000;
  return {
    ...job,
    ...countersOf(children),
    ...(best ? { BestTrainingJob: summaryOf(job, best) } : {}),
    ...overallBest(sagemaker, job),
    ConsumedResources: { RuntimeInSeconds: Math.round(seconds) },
  };
}

/** Of this job and the parents whose data and algorithm it shares. */
function overallBest(
  sagemaker: SageMaker,
  job: DescribeHyperParameterTuningJobResponse,
): Pick<DescribeHyperParameterTuningJobResponse, 'OverallBestTrainingJob'> {
  if (job.WarmStartConfig?.WarmStartType !== 'IdenticalDataAndAlgorithm') return {};
  const family = [job, ...parentsOf(sagemaker, job.WarmStartConfig)];
  const all = family.flatMap((each) => childrenOf(sagemaker, each));
  const best = bestOf(job, all);
  const owner = family.find((each) => each.HyperParameterTuningJobArn === best?.job.TuningJobArn);
  return best ? { OverallBestTrainingJob: summaryOf(job, best, owner?.HyperParameterTuningJobName) } : {};
}

export function listTuningJobs(
  sagemaker: SageMaker,
  input: ListHyperParameterTuningJobsRequest,
): ListHyperParameterTuningJobsResponse {
  const jobs = sagemaker.tuningJobs.values().map((job) => ({
    name: job.HyperParameterTuningJobName!,
    status: job.HyperParameterTuningJobStatus!,
    created: job.CreationTime!,
    modified: job.LastModifiedTime!,
    summary: {
      HyperParameterTuningJobName: job.HyperParameterTuningJobName,
      HyperParameterTuningJobArn: job.HyperParameterTuningJobArn,
      HyperParameterTuningJobStatus: job.HyperParameterTuningJobStatus,
      Strategy: job.HyperParameterTuningJobConfig!.Strategy,
      CreationTime: job.CreationTime,
      HyperParameterTuningEndTime: job.HyperParameterTuningEndTime,
      LastModifiedTime: job.LastModifiedTime,
      ...countersOf(childrenOf(sagemaker, job)),
      ResourceLimits: job.HyperParameterTuningJobConfig!.ResourceLimits,
    },
  }));
  const { summaries, ...rest } = listPage(jobs, { ...input, SortBy: input.SortBy ?? 'Name' }, 'Ascending');
  return { HyperParameterTuningJobSummaries: summaries, ...rest };
}

export function listTrainingJobsOfTuningJob(
  sagemaker: SageMaker,
  input: ListTrainingJobsForHyperParameterTuningJobRequest,
): ListTrainingJobsForHyperParameterTuningJobResponse {
  const tuning = findTuningJob(sagemaker, input.HyperParameterTuningJobName);
  const byObjective = input.SortBy === 'FinalObjectiveMetricValue';
  const children = childrenOf(sagemaker, tuning)
    // a job without an objective has no place in that order
    .filter(({ objective }) => !byObjective || objective !== undefined)
    .sort((a, b) => (byObjective ? a.objective! - b.objective! : 0));
  const jobs = children.map((child, rank) => ({
    name: child.job.TrainingJobName!,
    status: child.job.TrainingJobStatus!,
    // listPage sorts by these: a rank stands for a time
    created: byObjective ? new Date(rank) : child.job.CreationTime!,
    summary: summaryOf(tuning, child),
  }));
  const SortBy = byObjective ? 'CreationTime' : (input.SortBy ?? 'Name');
  const { summaries, ...rest } = listPage(jobs, { ...input, SortBy }, 'Ascending');
  return { TrainingJobSummaries: summaries, ...rest };
}

export function stopTuningJob(
  sagemaker: SageMaker,
  input: StopHyperParameterTuningJobRequest,
): Record<string, never> {
  const job = findTuningJob(sagemaker, input.HyperParameterTuningJobName);
  if (ENDED.includes(job.HyperParameterTuningJobStatus!)) {
    throw validationError(
      `The request was rejected because the hyperparameter tuning job is in status ${job.HyperParameterTuningJobStatus}.`,
    );
  }
  const change = { HyperParameterTuningJobStatus: 'Stopping' as const };
  changeTuningJob(sagemaker, job.HyperParameterTuningJobName!, change);
  sagemaker.running.get(job.HyperParameterTuningJobArn!)?.abort('Stopped');
  return {};
}

/** Fails the jobs that an earlier run of this cloud began. */
export function failInterruptedTuningJobs(sagemaker: SageMaker): void {
  for (const job of sagemaker.tuningJobs.values()) {
    const change = { HyperParameterTuningJobStatus: 'Failed' as const, FailureReason: INTERNAL_FAILURE };
    changeTuningJob(sagemaker, job.HyperParameterTuningJobName!, change);
  }
}
