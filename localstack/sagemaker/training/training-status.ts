/** Status changes of a training job, each stored and told to the bus. */
import type { DescribeTrainingJobResponse, SecondaryStatus } from '@aws-sdk/client-sagemaker';
import { emitStateChange } from '../events.ts';
import type { SageMaker } from '../sagemaker.ts';

/** What DescribeTrainingJob has and events leave out. */
const NOT_IN_EVENTS = new Set([
  'ModelArtifacts',
  'Environment',
  'FinalMetricDataList',
  'DebugHookConfig',
  'ProfilerConfig',
]);

/** Statuses that nothing follows. */
export const ENDED_STATUSES: readonly string[] = ['Completed', 'Failed', 'Stopped'];

/** Stores the job and emits its state. */
export function saveTrainingJob(sagemaker: SageMaker, job: DescribeTrainingJobResponse): void {
  sagemaker.trainingJobs.put(job.TrainingJobName!, job);
  const { TrainingJobArn: arn } = job;
  const detail = Object.fromEntries(Object.entries(job).filter(([key]) => !NOT_IN_EVENTS.has(key)));
  emitStateChange(sagemaker, 'Training Job State Change', arn!, detail);
}

/** Changes members of a stored job without a change of status. */
export function updateTrainingJob(
  sagemaker: SageMaker,
  name: string,
  change: Partial<DescribeTrainingJobResponse>,
): DescribeTrainingJobResponse {
  const job = {
    ...sagemaker.trainingJobs.get(name)!,
    ...change,
    LastModifiedTime: sagemaker.cloud.clock.date(),
  };
  sagemaker.trainingJobs.put(name, job);
  return job;
}

/** Enters a secondary status: closes the last transition, opens one with `message`, stores and emits. */
export function enterStatus(
  sagemaker: SageMaker,
  name: string,
  status: SecondaryStatus,
  { message, change = {} }: { message: string; change?: Partial<DescribeTrainingJobResponse> },
): DescribeTrainingJobResponse {
  const now = sagemaker.cloud.clock.date();
  const job = sagemaker.trainingJobs.get(name)!;
  // what has ended stays as it is: a process that outlives its cloud's shutdown changes nothing
  if (ENDED_STATUSES.includes(job.TrainingJobStatus!)) return job;
  const before = job.SecondaryStatusTransitions ?? [];
  const last = before.at(-1);
  // a status keeps one entry, whose message changes in place
  const transitions =
    last?.Status === status
      ? [...before.slice(0, -1), { ...last, StatusMessage: message }]
      : [
          ...before.map((each) => (each === last ? { ...each, EndTime: now } : each)),
          { Status: status, StartTime: now, StatusMessage: message },
        ];
  const next: DescribeTrainingJobResponse = {
    ...job,
    ...change,
    SecondaryStatus: status,
    SecondaryStatusTransitions: transitions,
    LastModifiedTime: now,
  };
  saveTrainingJob(sagemaker, next);
  return next;
}
