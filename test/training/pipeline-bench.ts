/**
 * The training workflow as it is deployed, on the local Step Functions with the handlers that begin, end and retry a run;
 * the other steps and SageMaker answer what a test wants.
 */
import { Match } from 'aws-cdk-lib/assertions';
import type { Context } from 'aws-lambda';
import type { TrainingPlan } from '../../lambdas/training/contract.ts';
import { handler as finishRun } from '../../lambdas/training/finish-run.handler.ts';
import { challengerModel } from '../../lambdas/training/model.ts';
import { handler as nextAttempt } from '../../lambdas/training/next-attempt.handler.ts';
import { handler as prepareRun } from '../../lambdas/training/prepare-run.handler.ts';
import { trainingJob } from '../../lambdas/training/training-job.ts';
import { transformJob } from '../../lambdas/training/transform-job.ts';
import { tuningJob } from '../../lambdas/training/tuning-job.ts';
import { AwsError } from '../../localstack/core/errors.ts';
import { type Bench, createBench, functionAnswer } from '../../localstack/stepfunctions/testing.ts';
import { synth } from '../helpers/synth.ts';
import { aProject } from '../shared/project-fixture.ts';
import { aRun, aSplit, context } from './run-fixture.ts';

/** A step's answer, or its failure. */
export type Answer = (input: never, call: number) => unknown;

export class Throttled extends Error {}

let definition: object | undefined;

/** The definition with names instead of references to other resources. */
export function trainingDefinition(): object {
  if (definition) return definition;
  const { platform } = synth('dev');
  const functions = new Map(
    Object.entries(platform.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => [
      id,
      String(Properties.FunctionName).replace('driftless-dev-', ''),
    ]),
  );
  const machines = platform.findResources('AWS::StepFunctions::StateMachine', {
    Properties: { StateMachineName: Match.stringLikeRegexp('training') },
  });
  const [{ Properties }] = Object.values(machines) as [{ Properties: { DefinitionString: object } }];
  const resolve = (part: unknown): string => {
    if (typeof part === 'string') return part;
    const { Ref, 'Fn::GetAtt': of } = part as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
    if (Ref === 'AWS::Partition') return 'aws';
    return functions.get(of?.[0] ?? '') ?? `unknown-${JSON.stringify(part)}`;
  };
  const {
    'Fn::Join': [, parts],
  } = Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] };
  definition = JSON.parse(parts.map(resolve).join('')) as object;
  return definition;
}

const plain = { settings: aProject(), run: aRun(), region: 'eu-west-1' };
const tuned = {
  ...plain,
  settings: {
    ...plain.settings,
    tuning: {
      strategy: 'Bayesian',
      objective: { metric: 'validation:auc', goal: 'Maximize' },
      ranges: { eta: { type: 'continuous', minimum: 0.1, maximum: 0.5 } },
      maximumJobs: 4,
      maximumParallelJobs: 2,
      earlyStopping: true,
      warmStart: false,
    },
  } as const,
};
const requestOf = (request: object | undefined) => ({ ...request });

/** Requests as `plan-training` writes them. */
export const aPlan = (more: Partial<TrainingPlan> = {}): TrainingPlan => ({
  trainingJob: requestOf(trainingJob(plain, aSplit())),
  trainedDigest: 'trained',
  model: requestOf(challengerModel(plain)),
  challengerTransform: requestOf(transformJob(plain, aSplit(), { name: 'm', by: 'challenger' })),
  ...more,
});

export const withChampion: Partial<TrainingPlan> = {
  champion: { modelVersion: 1, modelName: 'old', datasetVersion: 1 },
  championTransform: requestOf(transformJob(plain, aSplit(), { name: 'old', by: 'champion' })),
};

export const withSearch: Partial<TrainingPlan> = { tuningJob: requestOf(tuningJob(tuned, aSplit())) };

const job = (kind: string, name: string) => ({
  [`${kind}Name`]: name,
  [`${kind}Status`]: 'Completed',
  ...(kind === 'TrainingJob' && { ModelArtifacts: { S3ModelArtifacts: `s3://b/${name}/model.tar.gz` } }),
  ...(kind === 'HyperParameterTuningJob' && { BestTrainingJob: { TrainingJobName: `${name}-001-abc` } }),
});

export interface PipelineBench extends Bench {
  /** Names of the jobs that were created, in order. */
  readonly created: string[];
  readonly stopped: string[];
  readonly evaluated: object[];
}

/**
 * @param answers by handler, or by what SageMaker is asked: `create-training`, `describe-training`,
 *   `create-transform`, `describe-transform`, `create-tuning`, `describe-tuning`, `create-model`; the first argument is
 *   the input, the second how often it was asked before.
 */
export function pipelineBench(
  plan: TrainingPlan,
  answers: Readonly<Record<string, Answer>> = {},
): PipelineBench {
  const asked = new Map<string, number>();
  const created: string[] = [];
  const stopped: string[] = [];
  const evaluated: object[] = [];
  const ask = (name: string, input: unknown, usual: () => unknown) => {
    const before = asked.get(name) ?? 0;
    asked.set(name, before + 1);
    const answer = answers[name]?.(input as never, before);
    return answer === undefined ? usual() : answer;
  };
  const handlers: Record<string, (input: never, context: Context) => unknown> = {
    'prepare-run': prepareRun as never,
    'next-attempt': nextAttempt as never,
    'finish-run': finishRun as never,
    'assemble-dataset': () => ({ version: 2, digest: 'digest-2', rows: 100 }),
    'split-dataset': aSplit,
    'plan-training': () => plan,
    'evaluate-run': (input) => {
      evaluated.push(input);
      return { passed: true, reason: 'quality PASS', judgements: [], evaluationKey: 'e', baselineKey: 'b' };
    },
    'register-model': () => ({ modelPackageArn: 'arn:package/2', modelVersion: 2 }),
  };
  const invoke = async ({ FunctionName, Payload }: { FunctionName: string; Payload: unknown }) => {
    const input = JSON.parse(Buffer.from(Payload as Uint8Array).toString()) as never;
    try {
      const usual = () => handlers[FunctionName]!(input, { ...context, functionName: FunctionName });
      return functionAnswer(await ask(FunctionName, input, usual));
    } catch (error) {
      if (error instanceof Throttled)
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
      const { name, message } = error as Error;
      return functionAnswer({ errorType: name, errorMessage: message, trace: [] }, 'Unhandled');
    }
  };
  const kinds = { training: 'TrainingJob', transform: 'TransformJob', tuning: 'HyperParameterTuningJob' };
  const sagemaker = Object.entries(kinds).flatMap(([short, kind]) => [
    [
      `sagemaker.Create${kind}`,
      (input: Record<string, string>) => {
        const answer = ask(`create-${short}`, input, () => ({
          [`${kind}Arn`]: `arn:${input[`${kind}Name`]}`,
        }));
        created.push(input[`${kind}Name`]!);
        return answer;
      },
    ],
    [
      `sagemaker.Describe${kind}`,
      (input: Record<string, string>) => {
        const name = input[`${kind}Name`]!;
        return ask(`describe-${short}`, input, () => job(kind, name));
      },
    ],
    [
      `sagemaker.Stop${kind}`,
      (input: Record<string, string>) => {
        stopped.push(input[`${kind}Name`]!);
        return {};
      },
    ],
  ]);
  const bench = createBench({
    'lambda.Invoke': invoke as never,
    ...Object.fromEntries(sagemaker),
    'sagemaker.CreateModel': (input: unknown) =>
      ask('create-model', input, () => ({ ModelArn: 'arn:m' })) as object,
    'sagemaker.ListTags': () => ({ Tags: [] }),
  });
  return Object.assign(bench, { created, stopped, evaluated });
}
