/** The life of a training job: download, run, upload, all under its execution role. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import { packDirectory } from '../archives.ts';
import { authorizeImagePull } from '../execution-role.ts';
import { openLogStream } from '../log-stream.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import { below, parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { authorizeVolumeKey } from '../volume-key.ts';
import { algorithmFailure, clientFailure, INTERNAL_FAILURE, JobFailure } from './failure.ts';
import { metricScanner, publishJobMetrics } from './metrics.ts';
import { layOut, type OptMl, optMlIn } from './opt-ml.ts';
import { type ContainerEnd, runContainer } from './run-container.ts';
import { ENDED_STATUSES, enterStatus, updateTrainingJob } from './training-status.ts';

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';

/** Runs the stored job to its end; every outcome is in its description, nothing is thrown. */
export async function runTrainingJob(sagemaker: SageMaker, name: string, role: Principal): Promise<void> {
  const stop = new AbortController();
  const directory = join(sagemaker.cloud.directory('sagemaker'), 'training', name);
  const arn = sagemaker.trainingJobs.get(name)!.TrainingJobArn!;
  sagemaker.running.set(arn, stop);
  try {
    await rm(directory, { recursive: true, force: true });
    await attempt(sagemaker, { name, role, directory, stop: stop.signal });
  } catch (error) {
    finish(sagemaker, name, error instanceof JobFailure ? error.message : INTERNAL_FAILURE);
    if (!(error instanceof JobFailure)) throw error;
  } finally {
    sagemaker.running.delete(arn);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Attempt {
  readonly name: string;
  readonly role: Principal;
  readonly directory: string;
  readonly stop: AbortSignal;
}

async function attempt(sagemaker: SageMaker, { name, role, directory, stop }: Attempt): Promise<void> {
  const { cloud } = sagemaker;
  const tree = optMlIn(directory);
  const image = sagemaker.trainingJobs.get(name)!.AlgorithmSpecification!.TrainingImage!;
  enterStatus(sagemaker, name, 'Starting', { message: 'Preparing the instances for training' });
  const { python } = await prepareRunner(image, undefined, sagemaker.runnersDirectory).catch(clientFailure());
  await clientFailure.on(() => authorizeImagePull(cloud, image, role));
  await clientFailure.on(() =>
    authorizeVolumeKey(cloud, sagemaker.trainingJobs.get(name)!.ResourceConfig?.VolumeKmsKeyId, role),
  );
  if (stop.aborted) return finishStopped(sagemaker, name, 'Stopped');

  const job = enterStatus(sagemaker, name, 'Downloading', {
    message: 'Downloading input data',
    change: { TrainingStartTime: cloud.clock.date() },
  });
  await layOut(tree, job);
  await download(sagemaker, { job, tree, role });
  if (stop.aborted) return finishStopped(sagemaker, name, 'Stopped');

  enterStatus(sagemaker, name, 'Training', { message: 'Downloading the training image' });
  enterStatus(sagemaker, name, 'Training', {
    message: 'Training image download completed. Training in progress.',
  });
  const metrics = metricScanner(job.AlgorithmSpecification?.MetricDefinitions ?? []);
  const stream = `${name}/algo-1-${Math.floor(cloud.clock.now() / 1000)}`;
  const log = openLogStream(cloud, role, { group: LOG_GROUP, stream });
  const end = await runContainer(sagemaker, { job, tree, role, python, stop, log, metrics }).finally(() =>
    log.close(),
  );
  // ended by the cloud's own shutdown, which has said so already
  if (ENDED_STATUSES.includes(sagemaker.trainingJobs.get(name)!.TrainingJobStatus!)) return;
  const volumeBytes = (job.ResourceConfig?.VolumeSizeInGB ?? 1) * 1024 ** 3;
  const diskUtilization = (100 * (await bytesBelow(tree.base))) / volumeBytes;
  await publishJobMetrics(cloud, role, { name, values: metrics.all(), diskUtilization });
  if (metrics.final().length > 0)
    updateTrainingJob(sagemaker, name, { FinalMetricDataList: metrics.final() });
  await finishByEnd(sagemaker, { job, tree, role, directory }, end);
}

async function download(
  sagemaker: SageMaker,
  { job, tree, role }: { job: DescribeTrainingJobResponse; tree: OptMl; role: Principal },
): Promise<void> {
  const s3 = s3AsRole(sagemaker.cloud, role);
  for (const channel of job.InputDataConfig ?? []) {
    const folder = tree.channel(channel.ChannelName!);
    await mkdir(folder, { recursive: true });
    await s3
      .downloadPrefix(parseS3Uri(channel.DataSource!.S3DataSource!.S3Uri!), folder)
      .catch((error: unknown) => {
        throw new JobFailure(`ClientError: Data download failed:${messageOf(error)}`);
      });
  }
}

interface Finish {
  readonly job: DescribeTrainingJobResponse;
  readonly tree: OptMl;
  readonly role: Principal;
  readonly directory: string;
}

async function finishByEnd(sagemaker: SageMaker, finish_: Finish, end: ContainerEnd): Promise<void> {
  const name = finish_.job.TrainingJobName!;
  const failure = end.kind === 'failed' ? await algorithmFailure(finish_.tree, end) : undefined;
  enterStatus(sagemaker, name, 'Uploading', { message: 'Uploading generated training model' });
  await upload(sagemaker, finish_, failure === undefined);
  if (failure !== undefined) finish(sagemaker, name, failure);
  else if (end.kind === 'stopped') finishStopped(sagemaker, name, end.status);
  else finish(sagemaker, name);
}

async function upload(
  sagemaker: SageMaker,
  { job, tree, role, directory }: Finish,
  withModel: boolean,
): Promise<void> {
  const s3 = s3AsRole(sagemaker.cloud, role);
  const { S3OutputPath, KmsKeyId, CompressionType } = job.OutputDataConfig!;
  const output = below(S3OutputPath!, `${job.TrainingJobName}/output`);
  const options = { kmsKeyId: KmsKeyId === '' ? undefined : KmsKeyId };
  const send = async (folder: string, archive: string): Promise<string> => {
    if (CompressionType === 'NONE') {
      const prefix = below(output, `${archive}/`);
      for (const file of await filesIn(folder)) {
        await s3.write(parseS3Uri(prefix + file), { file: join(folder, file) }, options);
      }
      return prefix;
    }
    const file = join(directory, `${archive}.tar.gz`);
    await packDirectory(folder, file);
    await s3.write(parseS3Uri(below(output, `${archive}.tar.gz`)), { file }, options);
    return below(output, `${archive}.tar.gz`);
  };
  try {
    // a failed job keeps what it wrote for its author to read, but no model
    if (withModel || (await readdir(tree.outputData)).length > 0) await send(tree.outputData, 'output');
    if (!withModel) return;
    const S3ModelArtifacts = await send(tree.model, 'model');
    updateTrainingJob(sagemaker, job.TrainingJobName!, { ModelArtifacts: { S3ModelArtifacts } });
  } catch (error) {
    throw new JobFailure(`ClientError: Artifact upload failed:${messageOf(error)}`);
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
}

async function bytesBelow(folder: string): Promise<number> {
  const sizes = (await filesIn(folder)).map(async (file) => (await stat(join(folder, file))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function finish(sagemaker: SageMaker, name: string, failureReason?: string): void {
  const failed = failureReason !== undefined;
  enterStatus(sagemaker, name, failed ? 'Failed' : 'Completed', {
    message: failed ? 'Training job failed' : 'Training job completed',
    change: {
      ...ended(sagemaker, name),
      TrainingJobStatus: failed ? 'Failed' : 'Completed',
      ...(failed ? { FailureReason: failureReason } : {}),
    },
  });
}

function finishStopped(sagemaker: SageMaker, name: string, status: 'Stopped' | 'MaxRuntimeExceeded'): void {
  const message =
    status === 'Stopped' ? 'Training job stopped' : 'Training job runtime exceeded MaxRuntimeInSeconds';
  enterStatus(sagemaker, name, status, {
    message,
    change: { ...ended(sagemaker, name), TrainingJobStatus: 'Stopped' },
  });
}

/** End and duration, when training had started. */
function ended(sagemaker: SageMaker, name: string): Partial<DescribeTrainingJobResponse> {
  const { TrainingStartTime } = sagemaker.trainingJobs.get(name)!;
  if (!TrainingStartTime) return {};
  const end = sagemaker.cloud.clock.date();
  const seconds = Math.max(1, Math.round((end.getTime() - TrainingStartTime.getTime()) / 1000));
  return { TrainingEndTime: end, TrainingTimeInSeconds: seconds, BillableTimeInSeconds: seconds };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
