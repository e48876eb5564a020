/** The life of a tuning job: training jobs, so many at a time, with values that the results so far suggest. */
import { randomBytes } from 'node:crypto';
import type { DescribeHyperParameterTuningJobResponse } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import type { SageMaker } from '../sagemaker.ts';
import { beginTrainingJob } from '../training/create-training-job.ts';
import { INTERNAL_FAILURE } from '../training/failure.ts';
import { stopTrainingJob } from '../training/training-jobs.ts';
import { trainingModeOf } from '../training/training-mode.ts';
import { childRequest } from './check-tuning-request.ts';
import { bestOf, type Child, childrenOf, directionOf, trialsOf } from './children.ts';
import { shouldStopEarly } from './early-stopping.ts';
import { propose, type Search } from './propose.ts';
import { combinations, searchSpace, type Values } from './search-space.ts';
import { changeTuningJob, findTuningJob } from './tuning-jobs.ts';
import { priorTrials } from './warm-start.ts';

const POLL_MS = 100;
/** Without one success so far, a tuning job gives up. */
const HOPELESS_ATTEMPTS = 5;

/** Runs the stored job to its end; every outcome is in its description, and only what is unexpected is thrown. */
export async function runTuningJob(sagemaker: SageMaker, name: string): Promise<void> {
  const stop = new AbortController();
  const job = findTuningJob(sagemaker, name);
  sagemaker.running.set(job.HyperParameterTuningJobArn!, stop);
  const seconds = job.HyperParameterTuningJobConfig!.ResourceLimits!.MaxRuntimeInSeconds;
  const timer = seconds === undefined ? undefined : setTimeout(() => stop.abort('Stopped'), seconds * 1000);
  const end = (change: Partial<DescribeHyperParameterTuningJobResponse>) =>
    changeTuningJob(sagemaker, name, {
      HyperParameterTuningEndTime: sagemaker.cloud.clock.date(),
      ...change,
    });
  try {
    const FailureReason = await search(sagemaker, job, stop.signal);
    if (stop.signal.aborted) end({ HyperParameterTuningJobStatus: 'Stopped' });
    else if (FailureReason) end({ HyperParameterTuningJobStatus: 'Failed', FailureReason });
    else end({ HyperParameterTuningJobStatus: 'Completed' });
  } catch (error) {
    end({ HyperParameterTuningJobStatus: 'Failed', FailureReason: INTERNAL_FAILURE });
    throw error;
  } finally {
    clearTimeout(timer);
    sagemaker.running.delete(job.HyperParameterTuningJobArn!);
    for (const child of childrenOf(sagemaker, job))
      sagemaker.reportedMetrics.delete(child.job.TrainingJobArn!);
  }
}

/** @returns why the job failed, if it did */
async function search(
  sagemaker: SageMaker,
  job: DescribeHyperParameterTuningJobResponse,
  stop: AbortSignal,
): Promise<string | undefined> {
  const config = job.HyperParameterTuningJobConfig!;
  const space = searchSpace(config.ParameterRanges);
  const plan: Search = {
    strategy: config.Strategy as Search['strategy'],
    space,
    random: createRandom(config.RandomSeed ?? randomBytes(4).readUInt32LE()),
  };
  const limits = config.ResourceLimits!;
  const total = limits.MaxNumberOfTrainingJobs ?? combinations(space).length;
  const prior = priorTrials(sagemaker, job);
  for (;;) {
    const children = childrenOf(sagemaker, job);
    const running = children.filter(({ hasEnded }) => !hasEnded);
    const hopeless = failureOf(job, children, total);
    if (stop.aborted || hopeless) {
      await stopChildren(sagemaker, job);
      return hopeless;
    }
    if (children.length === total && running.length === 0) return undefined;
    if (children.length < total && running.length < limits.MaxParallelTrainingJobs!) {
      const values = propose(plan, trialsOf(job, children), prior)!;
      const refused = await beginChild(sagemaker, job, { values, number: children.length + 1 }).catch(
        refusal,
      );
      if (refused === undefined) continue;
      // a quota that its own jobs use up is free again when one has ended
      if (!(refused.code === 'ResourceLimitExceeded' && running.length > 0)) {
        await stopChildren(sagemaker, job);
        return reasonOf(refused);
      }
    }
    if (config.TrainingJobEarlyStoppingType === 'Auto') stopHopelessChildren(sagemaker, job, children);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function refusal(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}

function reasonOf({ code, message }: AwsError): string {
  return code === 'ValidationException'
    ? 'One or more training jobs failed with ValidationError. For additional details, please take a look at the training ' +
        'job failures by listing training jobs for the hyperparameter tuning job.'
    : `${code}: ${message}`;
}

/** @see https://github.com/aws/amazon-sagemaker-examples/issues/2436 */
function failureOf(
  job: DescribeHyperParameterTuningJobResponse,
  children: readonly Child[],
  total: number,
): string | undefined {
  const ended = children.filter(({ hasEnded }) => hasEnded);
  if (bestOf(job, children) !== undefined) return undefined;
  if (ended.length >= HOPELESS_ATTEMPTS && total > HOPELESS_ATTEMPTS) {
    return `No training job succeeded after ${HOPELESS_ATTEMPTS} attempts. Please take a look at the training job failures to get more details.`;
  }
  return ended.length === total
    ? 'All training jobs failed. Please take a look at the training job failures to get more details.'
    : undefined;
}

async function beginChild(
  sagemaker: SageMaker,
  job: DescribeHyperParameterTuningJobResponse,
  { values, number }: { values: Values; number: number },
): Promise<undefined> {
  const request = childRequest(job);
  const suffix = `${String(number).padStart(3, '0')}-${randomBytes(4).toString('hex')}`;
  const isAlgorithm = trainingModeOf(request) === 'algorithm';
  const { MetricDefinitions, ...algorithm } = request.AlgorithmSpecification!;
  const child = {
    ...request,
    TrainingJobName: `${job.HyperParameterTuningJobName}-${suffix}`,
    HyperParameters: { ...request.HyperParameters, ...values },
    AlgorithmSpecification: isAlgorithm ? algorithm : { ...algorithm, MetricDefinitions },
    // a tuning job's tags are those of its training jobs
    Tags: [...(sagemaker.tags.get(job.HyperParameterTuningJobArn!) ?? [])],
  };
  const now = sagemaker.cloud.clock.date();
  await beginTrainingJob(sagemaker, child, { now, tuningJobArn: job.HyperParameterTuningJobArn! });
  return undefined;
}

async function stopChildren(
  sagemaker: SageMaker,
  job: DescribeHyperParameterTuningJobResponse,
): Promise<void> {
  for (;;) {
    const running = childrenOf(sagemaker, job).filter(({ hasEnded }) => !hasEnded);
    if (running.length === 0) return;
    for (const child of running) stopTrainingJob(sagemaker, { TrainingJobName: child.job.TrainingJobName! });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Stops the children that the median rule gives up. */
function stopHopelessChildren(
  sagemaker: SageMaker,
  job: DescribeHyperParameterTuningJobResponse,
  children: readonly Child[],
): void {
  const direction = directionOf(job);
  const metric = job.HyperParameterTuningJobConfig!.HyperParameterTuningJobObjective!.MetricName;
  const reported = (child: Child) =>
    (sagemaker.reportedMetrics.get(child.job.TrainingJobArn!) ?? [])
      .filter(({ MetricName }) => MetricName === metric)
      .map(({ Value }) => direction * Value!);
  const others = children.filter(({ objective }) => objective !== undefined).map(reported);
  for (const child of children.filter(({ hasEnded }) => !hasEnded)) {
    if (!shouldStopEarly(reported(child), others)) continue;
    stopTrainingJob(sagemaker, { TrainingJobName: child.job.TrainingJobName! });
  }
}
