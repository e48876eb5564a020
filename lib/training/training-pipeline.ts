/** The training workflow: from a dataset version to a registered model, or a loud end. */
import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PlatformContext } from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { handlerStep, serviceStep, Workflow } from '../shared/workflow.ts';
import { RUN } from './attempted-job.ts';
import { REASON, scoringSteps, TRAINED, trainingSteps } from './training-jobs.ts';

export interface TrainingPipelineSteps {
  readonly prepare: PlatformFunction;
  readonly assemble: PlatformFunction;
  readonly split: PlatformFunction;
  readonly plan: PlatformFunction;
  readonly evaluate: PlatformFunction;
  readonly register: PlatformFunction;
  readonly finish: PlatformFunction;
  readonly nextAttempt: PlatformFunction;
}

/** A training job may last 28 days, a tuning job 30; a workflow that waits for one must not end before it. */
const LONGEST_RUN = Duration.days(31);

/** What Step Functions calls throttling and every other error of a call that SageMaker has no name for. */
const SAGEMAKER_ERROR = 'SageMaker.AmazonSageMakerException';

export function trainingPipeline(
  scope: Construct,
  context: PlatformContext,
  steps: TrainingPipelineSteps,
): Workflow {
  const finishFailed = handlerStep(scope, 'Record the failure', steps.finish, {
    payload: { run: RUN, status: 'Failed', reason: 'a step of the run failed', error: '{% $states.input %}' },
  }).next(sfn.Fail.jsonata(scope, 'Failed', { error: 'RunFailed', cause: '{% $states.input.reason %}' }));
  const orFail = <State extends sfn.TaskStateBase | sfn.CustomState | sfn.Parallel>(state: State): State => {
    state.addCatch(finishFailed, { errors: ['States.ALL'] });
    return state;
  };

  const prepare = orFail(
    handlerStep(scope, 'Prepare the run', steps.prepare, {
      payload: RUN,
      assign: { dataset: '{% $states.result.Payload %}' },
    }),
  );
  const assemble = orFail(
    handlerStep(scope, 'Add labelled rows', steps.assemble, {
      payload: RUN,
      assign: { dataset: '{% $states.result.Payload %}' },
    }),
  );
  const split = orFail(
    handlerStep(scope, 'Split', steps.split, {
      payload: { run: RUN, dataset: '{% $dataset %}' },
      assign: { split: '{% $states.result.Payload %}' },
    }),
  );
  const plan = orFail(
    handlerStep(scope, 'Plan the jobs', steps.plan, {
      payload: { run: RUN, dataset: '{% $dataset %}', split: '{% $split %}' },
      assign: { plan: '{% $states.result.Payload %}' },
    }),
  );
  const createModel = orFail(
    serviceStep(scope, 'Create the challenger', {
      resource: 'sagemaker:createModel',
      arguments:
        '{% $merge([$plan.model, {"PrimaryContainer": $merge([$plan.model.PrimaryContainer, {"ModelDataUrl": $modelDataUrl}])}]) %}',
    }),
  );
  // the same name twice is refused by SageMaker, so that a repeated call makes no second model
  createModel.addRetry({ errors: [SAGEMAKER_ERROR], interval: Duration.seconds(5), maxAttempts: 4 });
  const train = trainingSteps(scope, { steps, failed: finishFailed, orFail, next: createModel });
  const score = orFail(scoringSteps(scope, steps));
  const evaluate = orFail(
    handlerStep(scope, 'Evaluate and judge', steps.evaluate, {
      payload:
        '{% $merge([{"run": $states.context.Execution.Input, "dataset": $dataset, "split": $split, "plan": $plan,' +
        ' "challengerScores": $plan.challengerTransform.TransformOutput.S3OutputPath},' +
        ' $exists($plan.championTransform) ? {"championScores": $plan.championTransform.TransformOutput.S3OutputPath} : {}]) %}',
      assign: { evaluation: '{% $states.result.Payload %}' },
    }),
  );
  const register = orFail(
    handlerStep(scope, 'Register the model', steps.register, {
      payload: {
        run: RUN,
        dataset: '{% $dataset %}',
        evaluation: '{% $evaluation %}',
        trainingJobName: '{% $trainingJobName %}',
        modelName: '{% $plan.model.ModelName %}',
        modelDataUrl: '{% $modelDataUrl %}',
        image: '{% $plan.model.PrimaryContainer.Image %}',
        environment: '{% $plan.model.PrimaryContainer.Environment %}',
      },
      assign: { model: '{% $states.result.Payload %}' },
    }),
  );
  const finishRegistered = handlerStep(scope, 'Finish the registered run', steps.finish, {
    payload: {
      run: RUN,
      status: 'Registered',
      reason: REASON,
      model: '{% $model %}',
      trained: TRAINED,
    },
  }).next(sfn.Succeed.jsonata(scope, 'Registered'));
  const finishRejected = handlerStep(scope, 'Finish the rejected run', steps.finish, {
    payload: { run: RUN, status: 'RejectedByGate', reason: REASON, trained: TRAINED },
  }).next(
    sfn.Fail.jsonata(scope, 'Rejected by a gate', {
      error: 'RejectedByGate',
      cause: REASON,
    }),
  );

  split.next(plan).next(train);
  createModel
    .next(score)
    .next(evaluate)
    .next(
      sfn.Choice.jsonata(scope, 'Did it pass the gates?')
        .when(sfn.Condition.jsonata('{% $evaluation.passed %}'), register.next(finishRegistered))
        .otherwise(finishRejected),
    );
  const definition = prepare.next(
    sfn.Choice.jsonata(scope, 'Are there labelled rows to add?')
      .when(
        sfn.Condition.jsonata('{% $states.context.Execution.Input.addLabelledRows %}'),
        assemble.next(split),
      )
      .otherwise(split),
  );

  const workflow = new Workflow(scope, 'training', {
    context,
    definition,
    comment: 'Dataset version to registered model',
    timeout: LONGEST_RUN,
    handlers: Object.values(steps),
  });
  grantSageMaker(workflow, context);
  return workflow;
}

/**
 * `.sync` needs more than the call: a look at the job, a stop, a tag, and the managed rule that reports its end.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
 */
function grantSageMaker(workflow: Workflow, { names }: PlatformContext): void {
  const trainingJobs = names.arn('sagemaker', `training-job/${names.stage}-*`);
  const transformJobs = names.arn('sagemaker', `transform-job/${names.stage}-*`);
  const tuningJobs = names.arn('sagemaker', `hyper-parameter-tuning-job/${names.stage}-*`);
  workflow
    .allow(
      'Train',
      ['sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob', 'sagemaker:AddTags'],
      [trainingJobs],
    )
    .allow(
      'Score',
      ['sagemaker:CreateTransformJob', 'sagemaker:DescribeTransformJob', 'sagemaker:AddTags'],
      [transformJobs],
    )
    .allow(
      'Tune',
      [
        'sagemaker:CreateHyperParameterTuningJob',
        'sagemaker:DescribeHyperParameterTuningJob',
        'sagemaker:AddTags',
      ],
      [tuningJobs],
    )
    .allow(
      'StopWhenAborted',
      ['sagemaker:StopTrainingJob', 'sagemaker:StopTransformJob', 'sagemaker:StopHyperParameterTuningJob'],
      [trainingJobs, transformJobs, tuningJobs],
    )
    // AWS documents it among what .sync needs, and not what for.
    .allow('ReadTagsOfJobs', ['sagemaker:ListTags'], [trainingJobs, transformJobs, tuningJobs])
    .allow(
      'CreateModels',
      ['sagemaker:CreateModel', 'sagemaker:AddTags'],
      [names.arn('sagemaker', `model/driftless-${names.stage}-*`)],
    )
    .allow('PassExecutionRoles', ['iam:PassRole'], [names.roleArn(names.executionRole('*'))], {
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    })
    .allow(
      'HearOfTheEndOfJobs',
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      [
        names.arn('events', 'rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule'),
        names.arn('events', 'rule/StepFunctionsGetEventsForSageMakerTransformJobsRule'),
        names.arn('events', 'rule/StepFunctionsGetEventsForSageMakerTuningJobsRule'),
      ],
    );
}
