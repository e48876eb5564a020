/** The training workflow: from a dataset version to a registered model, or a loud end. */
import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PlatformContext } from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { handlerStep, serviceStep, Workflow } from '../shared/workflow.ts';

export interface TrainingPipelineSteps {
  readonly prepare: PlatformFunction;
  readonly assemble: PlatformFunction;
  readonly split: PlatformFunction;
  readonly plan: PlatformFunction;
  readonly evaluate: PlatformFunction;
  readonly register: PlatformFunction;
  readonly finish: PlatformFunction;
}

/** The execution's input, available in every state: `TrainingRunInput`. */
const RUN = '{% $states.context.Execution.Input %}';

/** SageMaker's longest training job is 28 days; a workflow that waits for one must not end before it. */
const LONGEST_RUN = Duration.days(29);

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
  const train = orFail(
    serviceStep(scope, 'Train', {
      resource: 'sagemaker:createTrainingJob.sync',
      arguments: '{% $plan.trainingJob %}',
      assign: {
        trainingJobName: '{% $states.result.TrainingJobName %}',
        modelDataUrl: '{% $states.result.ModelArtifacts.S3ModelArtifacts %}',
      },
    }),
  );
  const createModel = orFail(
    serviceStep(scope, 'Create the challenger', {
      resource: 'sagemaker:createModel',
      arguments:
        '{% $merge([$plan.model, {"PrimaryContainer": $merge([$plan.model.PrimaryContainer, {"ModelDataUrl": $modelDataUrl}])}]) %}',
    }),
  );
  const score = orFail(
    sfn.Parallel.jsonata(scope, 'Score the holdout', { outputs: {} })
      .branch(
        serviceStep(scope, 'Score by the challenger', {
          resource: 'sagemaker:createTransformJob.sync',
          arguments: '{% $plan.challengerTransform %}',
        }),
      )
      .branch(
        sfn.Choice.jsonata(scope, 'Is there a champion to score?')
          .when(
            sfn.Condition.jsonata('{% $exists($plan.championTransform) %}'),
            serviceStep(scope, 'Score by the champion', {
              resource: 'sagemaker:createTransformJob.sync',
              arguments: '{% $plan.championTransform %}',
            }),
          )
          .otherwise(sfn.Pass.jsonata(scope, 'No champion')),
      ),
  );
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
    payload: { run: RUN, status: 'Registered', reason: '{% $evaluation.reason %}', model: '{% $model %}' },
  }).next(sfn.Succeed.jsonata(scope, 'Registered'));
  const finishRejected = handlerStep(scope, 'Finish the rejected run', steps.finish, {
    payload: { run: RUN, status: 'RejectedByGate', reason: '{% $evaluation.reason %}' },
  }).next(
    sfn.Fail.jsonata(scope, 'Rejected by a gate', {
      error: 'RejectedByGate',
      cause: '{% $evaluation.reason %}',
    }),
  );

  split
    .next(plan)
    .next(train)
    .next(createModel)
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
      'StopWhenAborted',
      ['sagemaker:StopTrainingJob', 'sagemaker:StopTransformJob'],
      [trainingJobs, transformJobs],
    )
    // AWS documents it among what .sync needs, and not what for.
    .allow('ReadTagsOfJobs', ['sagemaker:ListTags'], [trainingJobs, transformJobs])
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
      ],
    );
}
