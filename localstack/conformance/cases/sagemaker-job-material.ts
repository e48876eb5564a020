/** What the cases of SageMaker's jobs are played on: a script that trains in a moment, and requests that use it. */
import {
  type CreateHyperParameterTuningJobRequest,
  CreateTrainingJobCommand,
  type CreateTrainingJobRequest,
  type CreateTransformJobRequest,
  DescribeTrainingJobCommand,
  waitUntilTrainingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { packFiles } from '../../sagemaker/endpoints/testing.ts';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { EXECUTION_ROLE, IMAGE, material, putObject, sagemakerClient } from './sagemaker-material.ts';

/** Prints its rate as a metric; with a pause it is there to be stopped. */
const SCRIPT = `
import argparse, os, time
parser = argparse.ArgumentParser()
parser.add_argument('--rate', type=float, default=0.5)
parser.add_argument('--pause', type=int, default=0)
arguments = parser.parse_args()
print(f'objective={arguments.rate}')
time.sleep(arguments.pause)
with open(os.path.join(os.environ['SM_MODEL_DIR'], 'model'), 'w') as file:
    file.write('trained')
`;
const METRICS = [{ Name: 'objective', Regex: 'objective=([0-9.]+)' }];
const OUTPUT = 's3://sagemaker-cases/out';
/** Kinds of the smallest instances that everybody knows. */
export const INSTANCE = 'ml.m5.large' as const;
export const QUICK = { maxWaitTime: 25, minDelay: 0.05, maxDelay: 0.1 };

const scripts = new WeakMap<RunningCloud, Promise<string>>();

/** URI of the script's archive, uploaded once to each cloud. */
function script(running: RunningCloud): Promise<string> {
  const made =
    scripts.get(running) ??
    material(running).then(async () =>
      putObject(running, 'jobs/train.tar.gz', await packFiles({ 'train.py': SCRIPT })),
    );
  scripts.set(running, made);
  return made;
}

const parts = async (running: RunningCloud) => ({
  RoleArn: EXECUTION_ROLE,
  OutputDataConfig: { S3OutputPath: OUTPUT },
  ResourceConfig: { InstanceType: INSTANCE, InstanceCount: 1, VolumeSizeInGB: 5 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
  AlgorithmSpecification: {
    TrainingImage: IMAGE,
    TrainingInputMode: 'File' as const,
    MetricDefinitions: METRICS,
  },
  hyperparameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: await script(running) },
});

/** A training request. @param more hyperparameters */
export async function trainingRequest(
  running: RunningCloud,
  TrainingJobName: string,
  more: Readonly<Record<string, string>> = {},
): Promise<CreateTrainingJobRequest> {
  const { hyperparameters, ...rest } = await parts(running);
  return { TrainingJobName, ...rest, HyperParameters: { ...hyperparameters, ...more } };
}

/** Starts a training job. */
export async function startTraining(
  running: RunningCloud,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const request = await trainingRequest(running, name, more);
  await sagemakerClient(running).send(new CreateTrainingJobCommand(request));
}

/** Waits until a training job has ended, and describes it. */
export async function endOfTraining(running: RunningCloud, TrainingJobName: string) {
  const client = sagemakerClient(running);
  await waitUntilTrainingJobCompletedOrStopped({ client, ...QUICK }, { TrainingJobName });
  return client.send(new DescribeTrainingJobCommand({ TrainingJobName }));
}

/** A tuning request over the script's rate. @param pause seconds that each training job takes */
export async function tuningRequest(
  running: RunningCloud,
  HyperParameterTuningJobName: string,
  pause = 0,
): Promise<CreateHyperParameterTuningJobRequest> {
  const { hyperparameters, ...definition } = await parts(running);
  return {
    HyperParameterTuningJobName,
    HyperParameterTuningJobConfig: {
      Strategy: 'Bayesian',
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'objective' },
      ResourceLimits: { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 2 },
      ParameterRanges: { ContinuousParameterRanges: [{ Name: 'rate', MinValue: '0', MaxValue: '1' }] },
    },
    TrainingJobDefinition: {
      ...definition,
      StaticHyperParameters: { ...hyperparameters, pause: String(pause) },
    },
  };
}

/** A transform request for a model's doubling of some numbers. */
export async function transformRequest(
  running: RunningCloud,
  TransformJobName: string,
  ModelName: string,
): Promise<CreateTransformJobRequest> {
  const S3Uri = await putObject(running, `jobs/${TransformJobName}/numbers.csv`, '1\n2\n');
  return {
    TransformJobName,
    ModelName,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
      ContentType: 'text/csv',
      SplitType: 'Line',
    },
    TransformOutput: {
      S3OutputPath: `${OUTPUT}/${TransformJobName}`,
      Accept: 'text/csv',
      AssembleWith: 'Line',
    },
    TransformResources: { InstanceType: INSTANCE, InstanceCount: 1 },
  };
}

/** AWS's own operator for Kubernetes matches this sentence of DescribeProcessingJob and DescribeTransformJob. */
export const jobNotFound = (name: string) => ({
  name: 'ValidationException',
  message: `Could not find requested job with name: ${name}`,
  status: 400,
});
