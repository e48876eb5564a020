/** The life of a transform job: the model's container, every object through it, the outputs to S3, as the model's role. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DescribeTransformJobResponse } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { assumeExecutionRole } from '../execution-role.ts';
import { type LogStream, openLogStream } from '../log-stream.ts';
import { containerOf, findModel } from '../models/models.ts';
import {
  ContainerStartError,
  modelDataUri,
  type ServingContainer,
  startServing,
} from '../models/serving-container.ts';
import { below, parseS3Uri, type RoleS3, s3AsRole } from '../s3-as-role.ts';
import type { ModelRecord, SageMaker } from '../sagemaker.ts';
import { clientFailure, INTERNAL_FAILURE, JobFailure } from '../training/failure.ts';
import { type InputObject, inputObjects } from '../training/input-data.ts';
import { authorizeVolumeKey } from '../volume-key.ts';
import { changeTransformJob } from './transform-jobs.ts';
import { transformObject } from './transform-object.ts';

const LOG_GROUP = '/aws/sagemaker/TransformJobs';
const MODEL_FAILURE = 'AlgorithmError: See job logs for more information';

/** Runs the stored job to its end; every outcome is in its description, nothing is thrown. */
export async function runTransformJob(sagemaker: SageMaker, name: string): Promise<void> {
  const stop = new AbortController();
  const job = sagemaker.transformJobs.get(name)!;
  sagemaker.running.set(job.TransformJobArn!, stop);
  const directory = join(sagemaker.cloud.directory('sagemaker'), 'transform', name);
  try {
    const outputs = await transform(sagemaker, { job, directory, stop: stop.signal });
    const TransformEndTime = sagemaker.cloud.clock.date();
    changeTransformJob(sagemaker, name, {
      TransformJobStatus: outputs === 'stopped' ? 'Stopped' : 'Completed',
      TransformEndTime,
    });
  } catch (error) {
    const isExpected = error instanceof JobFailure;
    changeTransformJob(sagemaker, name, {
      TransformJobStatus: stop.signal.aborted ? 'Stopped' : 'Failed',
      TransformEndTime: sagemaker.cloud.clock.date(),
      ...(stop.signal.aborted ? {} : { FailureReason: isExpected ? error.message : INTERNAL_FAILURE }),
    });
    if (!isExpected && !stop.signal.aborted) throw error;
  } finally {
    sagemaker.running.delete(job.TransformJobArn!);
    await rm(directory, { recursive: true, force: true });
  }
}

interface Attempt {
  readonly job: DescribeTransformJobResponse;
  readonly directory: string;
  readonly stop: AbortSignal;
}

async function transform(
  sagemaker: SageMaker,
  { job, directory, stop }: Attempt,
): Promise<'completed' | 'stopped'> {
  const { cloud } = sagemaker;
  const model = await Promise.resolve()
    .then(() => findModel(sagemaker, job.ModelName))
    .catch(clientFailure());
  const role = await Promise.resolve()
    .then(() => assumeExecutionRole(cloud, model.ExecutionRoleArn!, job.TransformJobArn))
    .catch(clientFailure());
  await clientFailure.on(() => authorizeVolumeKey(cloud, job.TransformResources?.VolumeKmsKeyId, role));
  const s3 = s3AsRole(cloud, role);
  if (!sagemaker.capacity.isAvailable(job.TransformResources!.InstanceType!)) {
    throw new JobFailure(
      'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    );
  }
  const source = job.TransformInput!.DataSource!.S3DataSource!;
  const objects = await inputObjects(s3, source).catch(clientFailure());
  if (objects.length === 0) {
    throw new JobFailure(`ClientError: No S3 objects found under S3 URL "${source.S3Uri}".`);
  }
  changeTransformJob(sagemaker, job.TransformJobName!, { TransformStartTime: cloud.clock.date() });

  const instance = `i-${randomBytes(9).toString('hex').slice(0, 17)}-${Math.floor(cloud.clock.now() / 1000)}`;
  const stream = `${job.TransformJobName}/${instance}`;
  const log = openLogStream(cloud, role, { group: LOG_GROUP, stream });
  const container = await start(sagemaker, { job, model, role, directory, log });
  const onStop = () => void container.stop();
  stop.addEventListener('abort', onStop);
  try {
    const work = { sagemaker, job, role, s3, container, stream };
    const outputs = new Map<string, Buffer>();
    let failed = 0;
    for (const object of objects) {
      if (stop.aborted) return 'stopped';
      const output = await outputOf(work, object);
      if (output) outputs.set(`${object.path}.out`, output);
      else failed += 1;
    }
    if (stop.aborted) return 'stopped';
    const { S3OutputPath, KmsKeyId } = job.TransformOutput!;
    for (const [path, output] of outputs) {
      const options = {
        kmsKeyId: KmsKeyId === '' ? undefined : KmsKeyId,
        contentType: job.TransformOutput!.Accept ?? '',
      };
      await s3.write(parseS3Uri(below(S3OutputPath!, path)), output, options).catch(clientFailure());
    }
    // good files keep their outputs when another file fails the job
    if (failed > 0) throw new JobFailure(MODEL_FAILURE);
    return 'completed';
  } finally {
    stop.removeEventListener('abort', onStop);
    await container.stop();
    await log.close();
  }
}

interface Start {
  readonly job: DescribeTransformJobResponse;
  readonly model: ModelRecord;
  readonly role: Principal;
  readonly directory: string;
  readonly log: LogStream;
}

async function start(
  sagemaker: SageMaker,
  { job, model, role, directory, log }: Start,
): Promise<ServingContainer> {
  const definition = await Promise.resolve()
    .then(() => containerOf(sagemaker, model))
    .catch(clientFailure());
  const environment = {
    SAGEMAKER_BATCH: 'true',
    SAGEMAKER_MAX_PAYLOAD_IN_MB: String(job.MaxPayloadInMB),
    ...(job.MaxConcurrentTransforms
      ? { SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: String(job.MaxConcurrentTransforms) }
      : {}),
    SAGEMAKER_BATCH_STRATEGY: job.BatchStrategy === 'SingleRecord' ? 'SINGLE_RECORD' : 'MULTI_RECORD',
    ...job.Environment,
  };
  try {
    return await startServing(sagemaker, { definition, role, directory, log, environment });
  } catch (error) {
    await log.close();
    if (!(error instanceof ContainerStartError)) throw error;
    if (error.kind === 'ping') throw new JobFailure(MODEL_FAILURE);
    const cause = error.cause instanceof AwsError ? `${error.cause.code}: ` : '';
    const where =
      error.kind === 'model-data' ? `could not download model data from ${modelDataUri(definition)}: ` : '';
    throw new JobFailure(`ClientError: ${where}${cause}${error.message}`);
  }
}

interface Work {
  readonly sagemaker: SageMaker;
  readonly job: DescribeTransformJobResponse;
  readonly role: Principal;
  readonly s3: RoleS3;
  readonly container: ServingContainer;
  readonly stream: string;
}

/** The output of one object; undefined, with a line in the data log, when the model refused it. */
async function outputOf(work: Work, { location }: InputObject): Promise<Buffer | undefined> {
  const data = await work.s3.read(location).catch(clientFailure());
  try {
    return await transformObject(work.job, data, (request) => work.container.invoke(request));
  } catch (error) {
    const { sagemaker, role, stream } = work;
    const log = openLogStream(sagemaker.cloud, role, { group: LOG_GROUP, stream: `${stream}/data-log` });
    log.write(`${location.bucket}/${location.key}: ${(error as Error).message}`);
    await log.close();
    return undefined;
  }
}
