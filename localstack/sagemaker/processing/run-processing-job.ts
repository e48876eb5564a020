/** The life of a processing job: inputs, the container, outputs, all under its execution role. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import { authorizeImagePull } from '../execution-role.ts';
import { openLogStream } from '../log-stream.ts';
import { dockerMissing } from '../runners/docker.ts';
import { findRunner, missingRunner } from '../runners/images.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import { type ProcessEnd, runToEnd } from '../runners/run-to-end.ts';
import { s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { clientFailure, INTERNAL_FAILURE, JobFailure } from '../training/failure.ts';
import { downloadInput } from '../training/input-data.ts';
import { publishInstanceMetrics } from '../training/metrics.ts';
import { type OptMl, optMlIn } from '../training/opt-ml.ts';
import { bytesBelow } from '../training/output-data.ts';
import { authorizeVolumeKey } from '../volume-key.ts';
import { exitMessage, layOutProcessing, processingProcess, relocateScripts } from './processing-container.ts';
import { changeProcessingJob } from './processing-jobs.ts';
import { ProcessingOutputs } from './processing-outputs.ts';

const LOG_GROUP = '/aws/sagemaker/ProcessingJobs';
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs the stored job to its end; every outcome is in its description, and only what is unexpected is thrown. */
export async function runProcessingJob(sagemaker: SageMaker, name: string, role: Principal): Promise<void> {
  const stop = new AbortController();
  const job = sagemaker.processingJobs.get(name)!;
  const directory = join(sagemaker.cloud.directory('sagemaker'), 'processing', name);
  const tree = optMlIn(directory);
  sagemaker.running.set(job.ProcessingJobArn!, stop);
  const end = (status: 'Completed' | 'Failed' | 'Stopped', change: Partial<DescribeProcessingJobResponse>) =>
    changeProcessingJob(sagemaker, name, {
      ProcessingJobStatus: status,
      ProcessingEndTime: sagemaker.cloud.clock.date(),
      ...change,
    });
  try {
    await rm(directory, { recursive: true, force: true });
    const code = await process(sagemaker, { job, tree, role, stop });
    const ExitMessage = await exitMessage(tree);
    const said = ExitMessage === undefined ? {} : { ExitMessage };
    if (code === 'stopped') end('Stopped', said);
    else if (code === 0) end('Completed', said);
    else end('Failed', { ...said, FailureReason: `AlgorithmError: , exit code: ${code}` });
  } catch (error) {
    const isExpected = error instanceof JobFailure;
    end('Failed', { FailureReason: isExpected ? error.message : INTERNAL_FAILURE });
    if (!isExpected) throw error;
  } finally {
    sagemaker.running.delete(job.ProcessingJobArn!);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Work {
  readonly job: DescribeProcessingJobResponse;
  readonly tree: OptMl;
  readonly role: Principal;
  readonly stop: AbortController;
}

/** Does the work. @returns the container's exit code, or that it was stopped */
async function process(sagemaker: SageMaker, { job, tree, role, stop }: Work): Promise<number | 'stopped'> {
  const { cloud } = sagemaker;
  const name = job.ProcessingJobName!;
  const cluster = job.ProcessingResources!.ClusterConfig!;
  if (!sagemaker.capacity.isAvailable(cluster.InstanceType!)) {
    throw new JobFailure(
      'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    );
  }
  const python = await prepareImage(sagemaker, job.AppSpecification!.ImageUri!, role);
  await clientFailure.on(() => authorizeVolumeKey(cloud, cluster.VolumeKmsKeyId, role));
  if (stop.signal.aborted) return 'stopped';
  changeProcessingJob(sagemaker, name, { ProcessingStartTime: cloud.clock.date() });
  await layOutProcessing(tree, job);
  const s3 = s3AsRole(cloud, role);
  for (const { S3Input } of job.ProcessingInputs ?? []) {
    const folder = tree.relocate(S3Input!.LocalPath!);
    await downloadInput(s3, S3Input!, folder).catch(clientFailure());
    if (python !== undefined) await relocateScripts(tree, folder);
  }
  if (stop.signal.aborted) return 'stopped';
  const outputs = new ProcessingOutputs(s3, tree, job);
  await outputs.begin();
  const { exitCode } = await run(sagemaker, { job, tree, role, stop }, python);
  const diskUtilization = (100 * (await bytesBelow(tree.base))) / (cluster.VolumeSizeInGB! * 1024 ** 3);
  await publishInstanceMetrics(cloud, role, { group: 'ProcessingJobs', name, diskUtilization });
  const isComplete = exitCode === 0 && !stop.signal.aborted;
  await outputs.finish(isComplete).catch(clientFailure());
  return stop.signal.aborted ? 'stopped' : exitCode;
}

async function prepareImage(
  sagemaker: SageMaker,
  image: string,
  role: Principal,
): Promise<string | undefined> {
  const runner = findRunner(image, 'processing');
  const missing = runner ? undefined : await dockerMissing();
  if (missing !== undefined) {
    throw new JobFailure(
      `ClientError: ${missingRunner(image, 'processing')}, and no Docker engine answers for any other image (${missing}); start Docker, take one of these images, or run it on AWS`,
    );
  }
  const prepared = runner
    ? await prepareRunner(image, undefined, sagemaker.runnersDirectory, 'processing').catch(clientFailure())
    : undefined;
  await clientFailure.on(() => authorizeImagePull(sagemaker.cloud, image, role));
  return prepared?.python;
}

async function run(
  sagemaker: SageMaker,
  { job, tree, role, stop }: Work,
  python: string | undefined,
): Promise<ProcessEnd> {
  const { cloud } = sagemaker;
  const seconds = job.StoppingCondition!.MaxRuntimeInSeconds!;
  const timer = setTimeout(
    () => stop.abort('MaxRuntimeExceeded'),
    Math.min(seconds * 1000, LONGEST_TIMER_MS),
  );
  const stream = `${job.ProcessingJobName}/algo-1-${Math.floor(cloud.clock.now() / 1000)}`;
  const log = openLogStream(cloud, role, { group: LOG_GROUP, stream });
  try {
    return await runToEnd(sagemaker.processes, processingProcess(cloud, { job, tree, role, python }), {
      stop: stop.signal,
      onLine: (line) => log.write(line),
    });
  } catch (error) {
    // the entrypoint's program is not there
    throw new JobFailure(`AlgorithmError: ${(error as Error).message}, exit code: 127`);
  } finally {
    clearTimeout(timer);
    await log.close();
  }
}
