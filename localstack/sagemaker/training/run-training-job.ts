/** The life of a training job: instances, download, run, upload, all under its execution role. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Principal } from '../../core/principal.ts';
import { authorizeImagePull } from '../execution-role.ts';
import { openLogStream } from '../log-stream.ts';
import { dockerMissing } from '../runners/docker.ts';
import { missingRunner } from '../runners/images.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import { s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { authorizeVolumeKey } from '../volume-key.ts';
import { clientFailure, INTERNAL_FAILURE, isInternal, JobFailure } from './failure.ts';
import { failTraining, finishTraining, stopTraining } from './finish-training.ts';
import { restoreFolder, syncFolder } from './folder-sync.ts';
import { downloadInput } from './input-data.ts';
import { type MetricScanner, metricScanner } from './metrics.ts';
import { layOut, type OptMl, optMlIn } from './opt-ml.ts';
import { type ContainerEnd, runContainer, type StopReason } from './run-container.ts';
import { trainingModeOf } from './training-mode.ts';
import { ENDED_STATUSES, enterStatus } from './training-status.ts';

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';
const CAPACITY_POLL_MS = 200;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs the stored job to its end; every outcome is in its description, and only what is unexpected is thrown. */
export async function runTrainingJob(sagemaker: SageMaker, name: string, role: Principal): Promise<void> {
  const stop = new AbortController();
  const directory = join(sagemaker.cloud.directory('sagemaker'), 'training', name);
  const { TrainingJobArn, StoppingCondition } = sagemaker.trainingJobs.get(name)!;
  const arn = TrainingJobArn!;
  sagemaker.running.set(arn, stop);
  const wait = limit(stop, 'MaxWaitTimeExceeded', StoppingCondition?.MaxWaitTimeInSeconds);
  const life: Life = {
    name,
    arn,
    role,
    directory,
    stop,
    metrics: metricScanner(sagemaker.trainingJobs.get(name)!.AlgorithmSpecification?.MetricDefinitions ?? []),
    runtime: { usedMs: 0 },
  };
  // the tuning job of this job watches it by these
  if (sagemaker.trainingJobs.get(name)!.TuningJobArn) sagemaker.reportedMetrics.set(arn, life.metrics.all());
  try {
    await live(sagemaker, life);
  } catch (error) {
    failTraining(sagemaker, name, error instanceof JobFailure ? error.message : INTERNAL_FAILURE);
    if (!(error instanceof JobFailure) && !isInternal(error)) throw error;
  } finally {
    clearTimeout(wait);
    sagemaker.running.delete(arn);
    sagemaker.capacity.forget(arn);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Life {
  readonly name: string;
  readonly arn: string;
  readonly role: Principal;
  readonly directory: string;
  /** Aborted with a `StopReason`. */
  readonly stop: AbortController;
  readonly metrics: MetricScanner;
  /** Time in containers so far, which MaxRuntimeInSeconds limits through all interruptions. */
  readonly runtime: { usedMs: number };
}

/** Attempts until one is neither interrupted nor failed by the cloud itself. */
async function live(sagemaker: SageMaker, life: Life): Promise<void> {
  const { name, role, directory } = life;
  let retries = sagemaker.trainingJobs.get(name)!.RetryStrategy?.MaximumRetryAttempts ?? 0;
  for (;;) {
    await rm(directory, { recursive: true, force: true });
    const end = await attempt(sagemaker, life).catch((error: unknown) => {
      if (!isInternal(error) || retries === 0) throw error;
      retries -= 1;
      enterStatus(sagemaker, name, 'Restarting', { message: 'Restarting the training job' });
      return undefined;
    });
    if (end === undefined) continue;
    // ended by the cloud's own shutdown, which has said so already
    if (ENDED_STATUSES.includes(sagemaker.trainingJobs.get(name)!.TrainingJobStatus!)) return;
    if (end.kind === 'stopped' && end.reason === 'Interrupted') {
      enterStatus(sagemaker, name, 'Interrupted', { message: 'Training job interrupted' });
      enterStatus(sagemaker, name, 'Starting', { message: 'Launching requested ML instances' });
      continue;
    }
    const tree = optMlIn(directory);
    return finishTraining(sagemaker, { name, role, directory, tree, metrics: life.metrics }, end);
  }
}

async function attempt(sagemaker: SageMaker, life: Life): Promise<ContainerEnd> {
  const { cloud } = sagemaker;
  const { name, role, stop } = life;
  const tree = optMlIn(life.directory);
  await waitForCapacity(sagemaker, life);
  if (stop.signal.aborted) return stopTraining(stop.signal);
  enterStatus(sagemaker, name, 'Starting', { message: 'Preparing the instances for training' });
  const python = await prepareImage(sagemaker, life);
  if (stop.signal.aborted) return stopTraining(stop.signal);

  const begun = sagemaker.trainingJobs.get(name)!.TrainingStartTime ?? cloud.clock.date();
  const job = enterStatus(sagemaker, name, 'Downloading', {
    message: 'Downloading input data',
    change: { TrainingStartTime: begun },
  });
  await layOut(tree, job, python !== undefined);
  const s3 = s3AsRole(cloud, role);
  for (const channel of job.InputDataConfig ?? []) {
    const source = channel.DataSource!.S3DataSource!;
    await downloadInput(s3, source, tree.channel(channel.ChannelName!)).catch(
      failedStep('Data download failed'),
    );
  }
  const checkpoints = job.CheckpointConfig && {
    folder: tree.relocate(job.CheckpointConfig.LocalPath!),
    s3Uri: job.CheckpointConfig.S3Uri!,
    deletes: true,
    isRestored: true,
  };
  if (checkpoints) await restoreFolder(s3, checkpoints).catch(failedStep('Checkpoint download failed'));
  if (stop.signal.aborted) return stopTraining(stop.signal);

  enterStatus(sagemaker, name, 'Training', { message: 'Downloading the training image' });
  enterStatus(sagemaker, name, 'Training', {
    message: 'Training image download completed. Training in progress.',
  });
  const sync = checkpoints && (await syncFolder(s3, checkpoints));
  const end = await contained(sagemaker, life, { tree, python });
  await sync?.finish().catch(failedStep('Checkpoint upload failed'));
  return end;
}

/** An on-demand job fails without capacity, a managed spot job waits for it. */
async function waitForCapacity(sagemaker: SageMaker, { name, stop }: Life): Promise<void> {
  const { ResourceConfig, EnableManagedSpotTraining } = sagemaker.trainingJobs.get(name)!;
  const type = ResourceConfig?.InstanceType ?? '';
  if (sagemaker.capacity.isAvailable(type)) return;
  if (!EnableManagedSpotTraining) {
    throw new JobFailure(
      'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    );
  }
  enterStatus(sagemaker, name, 'Starting', {
    message: 'Insufficient capacity error from EC2 while launching instances, retrying!',
  });
  while (!sagemaker.capacity.isAvailable(type) && !stop.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, CAPACITY_POLL_MS));
  }
}

/** @returns the interpreter of the image's runner; undefined where Docker runs the image. */
async function prepareImage(sagemaker: SageMaker, { name, role }: Life): Promise<string | undefined> {
  const { cloud } = sagemaker;
  const job = sagemaker.trainingJobs.get(name)!;
  const image = job.AlgorithmSpecification!.TrainingImage!;
  const isContainer = trainingModeOf(job) === 'container';
  const missing = isContainer ? await dockerMissing() : undefined;
  if (missing !== undefined) {
    throw new JobFailure(
      `ClientError: ${missingRunner(image, 'training')}, and no Docker engine answers for any other image (${missing}); start Docker, take one of these images, or run it on AWS`,
    );
  }
  const runner = isContainer
    ? undefined
    : await prepareRunner(image, undefined, sagemaker.runnersDirectory).catch(clientFailure());
  await clientFailure.on(() => authorizeImagePull(cloud, image, role));
  await clientFailure.on(() => authorizeVolumeKey(cloud, job.ResourceConfig?.VolumeKmsKeyId, role));
  return runner?.python;
}

/** The container's run under its time limit, interruptible where it is on spot instances. */
async function contained(
  sagemaker: SageMaker,
  { name, arn, role, stop, metrics, runtime }: Life,
  { tree, python }: { tree: OptMl; python: string | undefined },
): Promise<ContainerEnd> {
  const { cloud } = sagemaker;
  const job = sagemaker.trainingJobs.get(name)!;
  const interruption = new AbortController();
  if (job.EnableManagedSpotTraining) {
    sagemaker.capacity.onInterruption(arn, () => interruption.abort('Interrupted' satisfies StopReason));
  }
  const begun = Date.now();
  const left = job.StoppingCondition!.MaxRuntimeInSeconds! - runtime.usedMs / 1000;
  const timer = limit(stop, 'MaxRuntimeExceeded', left);
  const stream = `${name}/algo-1-${Math.floor(cloud.clock.now() / 1000)}`;
  const log = openLogStream(cloud, role, { group: LOG_GROUP, stream });
  try {
    const either = AbortSignal.any([stop.signal, interruption.signal]);
    return await runContainer(sagemaker, { job, tree, role, python, stop: either, log, metrics });
  } finally {
    clearTimeout(timer);
    runtime.usedMs += Date.now() - begun;
    sagemaker.capacity.forget(arn);
    await log.close();
  }
}

/** Stops after so many seconds of real time, in which scripts run. */
function limit(
  stop: AbortController,
  reason: StopReason,
  seconds: number | undefined,
): NodeJS.Timeout | undefined {
  if (seconds === undefined) return undefined;
  return setTimeout(() => stop.abort(reason), Math.min(seconds * 1000, LONGEST_TIMER_MS));
}

/** Names the step in which the role or the data failed the job. */
function failedStep(what: string): (error: unknown) => never {
  return (error) => {
    if (isInternal(error)) throw error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new JobFailure(`ClientError: ${what}:${text}`);
  };
}
