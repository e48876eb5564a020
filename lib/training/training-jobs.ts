/** The jobs of the training workflow: one training, a search, or neither; then the holdout's scores. */
import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { serviceStep } from '../shared/workflow.ts';
import { AttemptedJob } from './attempted-job.ts';

/** What `finish-run` records for later runs to reuse; a reused model is recorded already. */
export const TRAINED =
  '{% $exists($plan.reused) ? null : $merge([' +
  '{"digest": $plan.trainedDigest, "trainingJobName": $trainingJobName, "modelDataUrl": $modelDataUrl},' +
  ' $tuningJobName != "" ? {"tuningJobName": $tuningJobName} : {}]) %}';

/** The gates' sentence, and that nothing was trained when it was not. */
export const REASON =
  '{% $evaluation.reason & ($exists($plan.reused) ?' +
  ' "; nothing was trained: the model is that of run " & $plan.reused.run : "") %}';

/** What a call of the SDK's integration is named after when SageMaker throttles it. */
const SDK_THROTTLED = ['SageMaker.SageMakerException', 'SageMaker.ThrottlingException'];

interface Jobs {
  readonly nextAttempt: PlatformFunction;
}

/**
 * From the plan to the variables `trainingJobName`, `modelDataUrl` and `tuningJobName` (empty without a search), then to
 * `next`.
 */
export function trainingSteps(
  scope: Construct,
  props: {
    readonly steps: Jobs;
    /** Where errors go. */
    readonly failed: sfn.IChainable;
    readonly orFail: (state: sfn.CustomState) => sfn.CustomState;
    readonly next: sfn.IChainable;
  },
): sfn.Choice {
  const { failed, orFail, next } = props;
  const { nextAttempt } = props.steps;
  const common = { nextAttempt, otherwise: failed, guard: orFail };
  const train = new AttemptedJob(scope, 'training', {
    ...common,
    what: 'training',
    task: 'Train',
    resource: 'sagemaker:createTrainingJob.sync',
    request: '$plan.trainingJob',
    nameField: 'TrainingJobName',
    assign: {
      trainingJobName: '{% $states.result.TrainingJobName %}',
      modelDataUrl: '{% $states.result.ModelArtifacts.S3ModelArtifacts %}',
      tuningJobName: '',
    },
  });
  const tune = new AttemptedJob(scope, 'tuning', {
    ...common,
    what: 'tuning',
    task: 'Tune',
    resource: 'sagemaker:createHyperParameterTuningJob.sync',
    request: '$plan.tuningJob',
    nameField: 'HyperParameterTuningJobName',
    assign: {
      tuningJobName: '{% $states.result.HyperParameterTuningJobName %}',
      trainingJobName: '{% $states.result.BestTrainingJob.TrainingJobName %}',
    },
  });
  const best = orFail(
    serviceStep(scope, 'Look up the best model', {
      resource: 'aws-sdk:sagemaker:describeTrainingJob',
      arguments: { TrainingJobName: '{% $trainingJobName %}' },
      assign: { modelDataUrl: '{% $states.result.ModelArtifacts.S3ModelArtifacts %}' },
    }),
  );
  best.addRetry({ errors: SDK_THROTTLED, interval: Duration.seconds(5), maxAttempts: 4 });
  const reuse = sfn.Pass.jsonata(scope, 'Reuse the model of an earlier run', {
    assign: {
      trainingJobName: '{% $plan.reused.trainingJobName %}',
      modelDataUrl: '{% $plan.reused.modelDataUrl %}',
      tuningJobName: '',
    },
  });
  train.end.next(next);
  tune.end.next(best).next(next);
  reuse.next(next);
  return sfn.Choice.jsonata(scope, 'Is there something to train?')
    .when(sfn.Condition.jsonata('{% $exists($plan.reused) %}'), reuse)
    .when(sfn.Condition.jsonata('{% $exists($plan.tuningJob) %}'), tune.start)
    .otherwise(train.start);
}

/** Challenger and champion score the same rows at the same time. */
export function scoringSteps(scope: Construct, { nextAttempt }: Jobs): sfn.Parallel {
  const scoreBy = (by: 'challenger' | 'champion') => {
    const failed = sfn.Fail.jsonata(scope, `The ${by} has not scored`, {
      error: '{% $states.input.Error %}',
      cause: '{% $states.input.Cause %}',
    });
    return new AttemptedJob(scope, by, {
      what: `scoring by the ${by}`,
      task: `Score by the ${by}`,
      resource: 'sagemaker:createTransformJob.sync',
      request: `$plan.${by}Transform`,
      nameField: 'TransformJobName',
      nextAttempt,
      otherwise: failed,
    });
  };
  return sfn.Parallel.jsonata(scope, 'Score the holdout', { outputs: {} })
    .branch(scoreBy('challenger').start)
    .branch(
      sfn.Choice.jsonata(scope, 'Is there a champion to score?')
        .when(sfn.Condition.jsonata('{% $exists($plan.championTransform) %}'), scoreBy('champion').start)
        .otherwise(sfn.Pass.jsonata(scope, 'No champion')),
    );
}
