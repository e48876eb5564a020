/** The end of a training job: metrics, uploads, times, and the status that nothing follows. */
import type { DescribeTrainingJobResponse, MetricData, SecondaryStatus } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import { s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { algorithmFailure, isInternal, JobFailure } from './failure.ts';
import { type MetricScanner, publishAlgorithmMetrics, publishInstanceMetrics } from './metrics.ts';
import type { OptMl } from './opt-ml.ts';
import { bytesBelow, uploadTrainingOutput } from './output-data.ts';
import type { ContainerEnd, StopReason } from './run-container.ts';
import { enterStatus, updateTrainingJob } from './training-status.ts';

/** Of the on-demand price. AWS publishes no discount that holds; up to 90 % is what it promises. */
const SPOT_PRICE = 0.3;
const MAXIMUM_FINAL_METRICS = 40;
const TUNING_METRIC = '_tuning_objective_metric';

export interface Finish {
  readonly name: string;
  readonly role: Principal;
  readonly directory: string;
  readonly tree: OptMl;
  readonly metrics: MetricScanner;
}

/** Publishes, uploads and ends the job as its container ended. @throws JobFailure when an upload is refused */
export async function finishTraining(sagemaker: SageMaker, finish: Finish, end: ContainerEnd): Promise<void> {
  const { name, role, directory, tree, metrics } = finish;
  const { cloud } = sagemaker;
  const job = sagemaker.trainingJobs.get(name)!;
  if (job.TrainingStartTime === undefined) return endStopped(sagemaker, name, end);
  const volumeBytes = (job.ResourceConfig?.VolumeSizeInGB ?? 1) * 1024 ** 3;
  const diskUtilization = (100 * (await bytesBelow(tree.base))) / volumeBytes;
  await publishAlgorithmMetrics(cloud, role, { name, values: metrics.all() });
  await publishInstanceMetrics(cloud, role, { group: 'TrainingJobs', name, diskUtilization });
  const FinalMetricDataList = finalMetrics(job, metrics.final());
  if (FinalMetricDataList.length > 0) updateTrainingJob(sagemaker, name, { FinalMetricDataList });

  const failure = end.kind === 'failed' ? algorithmFailure(tree, end) : undefined;
  if (end.kind === 'stopped' && job.TrainingJobStatus !== 'Stopping') {
    enterStatus(sagemaker, name, 'Stopping', {
      message: 'Stopping the training job',
      change: { TrainingJobStatus: 'Stopping' },
    });
  }
  enterStatus(sagemaker, name, 'Uploading', { message: 'Uploading generated training model' });
  const output = { job, tree, directory, withModel: failure === undefined };
  const S3ModelArtifacts = await uploadTrainingOutput(s3AsRole(cloud, role), output).catch(
    (error: unknown) => {
      if (isInternal(error)) throw error;
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new JobFailure(`ClientError: Artifact upload failed:${text}`);
    },
  );
  if (S3ModelArtifacts) updateTrainingJob(sagemaker, name, { ModelArtifacts: { S3ModelArtifacts } });
  if (failure !== undefined) failTraining(sagemaker, name, failure);
  else if (end.kind === 'stopped') endStopped(sagemaker, name, end);
  else finishAs(sagemaker, name, 'Completed', 'Training job completed', { TrainingJobStatus: 'Completed' });
}

/** The last value of each metric; a tuning job's child has its objective under a name of its own too. */
function finalMetrics(job: DescribeTrainingJobResponse, final: readonly MetricData[]): MetricData[] {
  const objective = final.find(({ MetricName }) => MetricName === job.HyperParameters?.[TUNING_METRIC]);
  const own = objective && job.TuningJobArn ? [{ ...objective, MetricName: 'ObjectiveMetric' }] : [];
  return [...final, ...own].slice(0, MAXIMUM_FINAL_METRICS);
}

/** What became of a container that was never started. */
export function stopTraining(stop: AbortSignal): ContainerEnd {
  return { kind: 'stopped', reason: stop.reason as StopReason };
}

/** Ends the job as failed. */
export function failTraining(sagemaker: SageMaker, name: string, FailureReason: string): void {
  const change = { TrainingJobStatus: 'Failed', FailureReason } as const;
  finishAs(sagemaker, name, 'Failed', 'Training job failed', change);
}

const STOPPED_MESSAGES: Readonly<Record<Exclude<StopReason, 'Interrupted'>, string>> = {
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
  MaxWaitTimeExceeded: 'Training job wait time exceeded MaxWaitTimeInSeconds provided',
};

function endStopped(sagemaker: SageMaker, name: string, end: ContainerEnd): void {
  if (end.kind !== 'stopped' || end.reason === 'Interrupted') return;
  const change = { TrainingJobStatus: 'Stopped' } as const;
  finishAs(sagemaker, name, end.reason, STOPPED_MESSAGES[end.reason], change);
}

function finishAs(
  sagemaker: SageMaker,
  name: string,
  status: SecondaryStatus,
  message: string,
  change: Partial<DescribeTrainingJobResponse>,
): void {
  const times = endTimes(sagemaker, name);
  enterStatus(sagemaker, name, status, { message, change: { ...times, ...change } });
}

/** End and durations, when training had started. */
function endTimes(sagemaker: SageMaker, name: string): Partial<DescribeTrainingJobResponse> {
  const { TrainingStartTime, EnableManagedSpotTraining } = sagemaker.trainingJobs.get(name)!;
  const end = sagemaker.cloud.clock.date();
  if (!TrainingStartTime) return {};
  const seconds = Math.max(1, Math.round((end.getTime() - TrainingStartTime.getTime()) / 1000));
  const billable = EnableManagedSpotTraining ? Math.max(1, Math.round(seconds * SPOT_PRICE)) : seconds;
  return { TrainingEndTime: end, TrainingTimeInSeconds: seconds, BillableTimeInSeconds: billable };
}
