/** The rollout workflow: an approved model version to a verified endpoint, or a loud rollback. */
import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { PlatformContext } from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { handlerStep, serviceStep, Workflow } from '../shared/workflow.ts';

export interface RolloutSteps {
  readonly prepare: PlatformFunction;
  readonly smokeTest: PlatformFunction;
  readonly finish: PlatformFunction;
}

const ROLLOUT = '{% $states.context.Execution.Input %}';

/** Between two looks at the endpoint; a bake is three minutes or more, so that it cannot be missed. */
const LOOK_EVERY = Duration.seconds(15);

/** SageMaker's limit of a deployment is eight hours. */
const LONGEST_ROLLOUT = Duration.hours(9);

export function rollout(scope: Construct, context: PlatformContext, steps: RolloutSteps): Workflow {
  const finishFailed = handlerStep(scope, 'Record the failed rollout', steps.finish, {
    payload:
      '{% $merge([{"rollout": $states.context.Execution.Input, "error": $states.input},' +
      ' $exists($plan.endpointName) ? {"plan": $plan} : {}]) %}',
  }).next(sfn.Fail.jsonata(scope, 'Failed', { error: 'RolloutFailed', cause: '{% $states.input.reason %}' }));
  // The output of a catch is the error by itself; CDK's CustomState would drop another one.
  const orFail = <State extends sfn.TaskStateBase | sfn.CustomState>(state: State): State => {
    state.addCatch(finishFailed, { errors: ['States.ALL'] });
    return state;
  };

  const begin = sfn.Pass.jsonata(scope, 'Nothing is planned or tested yet', {
    assign: { plan: {}, tested: false },
  });
  const prepare = orFail(
    handlerStep(scope, 'Prepare the rollout', steps.prepare, {
      payload: ROLLOUT,
      assign: { plan: '{% $states.result.Payload %}' },
    }),
  );
  const createModel = orFail(
    serviceStep(scope, 'Create the model', {
      resource: 'sagemaker:createModel',
      arguments: '{% $plan.model %}',
    }),
  );
  const createConfig = orFail(
    serviceStep(scope, 'Create the endpoint configuration', {
      resource: 'sagemaker:createEndpointConfig',
      arguments: '{% $plan.endpointConfig %}',
    }),
  );
  const createEndpoint = orFail(
    serviceStep(scope, 'Create the endpoint', {
      resource: 'sagemaker:createEndpoint',
      arguments: '{% $plan.endpoint %}',
    }),
  );
  const updateEndpoint = orFail(
    serviceStep(scope, 'Shift to the new fleet', {
      // The optimized integration is not known to take DeploymentConfig.
      resource: 'aws-sdk:sagemaker:updateEndpoint',
      arguments: '{% $plan.endpoint %}',
    }),
  );
  const look = orFail(
    serviceStep(scope, 'Look at the endpoint', {
      resource: 'aws-sdk:sagemaker:describeEndpoint',
      arguments: { EndpointName: '{% $plan.endpointName %}' },
      assign: {
        status: '{% $states.result.EndpointStatus %}',
        baking:
          "{% 'Baking' in $states.result.PendingDeploymentSummary.ProductionVariants.VariantStatus.Status %}",
      },
      output: {},
    }),
  );
  // A look changes nothing. One that is refused for a moment must not end the rollout: the deployment would go on
  // without its test, and nobody would record what it brings into production. 2 + 4 + 8 + 16 + 32 s, within the bake.
  look.addRetry({
    errors: ['States.TaskFailed'],
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxAttempts: 5,
  });
  const smokeTest = handlerStep(scope, 'Smoke test in the bake', steps.smokeTest, {
    payload: { rollout: ROLLOUT, plan: '{% $plan %}' },
    assign: { tested: '{% true %}', smokeTest: '{% $states.result.Payload %}' },
  });
  // The deployment goes on whatever becomes of the test: nobody says how it ended before the endpoint has settled.
  smokeTest.addCatch(look, {
    errors: ['States.ALL'],
    assign: {
      tested: '{% true %}',
      smokeTest: {
        passed: false,
        reason: "{% 'the smoke test could not run: ' & $states.errorOutput.Error %}",
        maximumDifference: 1,
        rows: 0,
      },
    },
  });
  const readBack = handlerStep(scope, 'Read the live configuration back', steps.finish, {
    payload:
      '{% $merge([{"rollout": $states.context.Execution.Input, "plan": $plan}, $tested ? {"smokeTest": $smokeTest} : {}]) %}',
  });
  const wait = sfn.Wait.jsonata(scope, 'Wait a little', { time: sfn.WaitTime.duration(LOOK_EVERY) });

  const isReadyToTest =
    '{% ($tested = false) and ($baking or ($status = "InService" and $plan.exists = false)) %}';
  const isSettled = '{% $status in ["InService", "Failed", "OutOfService", "UpdateRollbackFailed"] %}';
  look.next(
    sfn.Choice.jsonata(scope, 'Where is the endpoint?')
      .when(sfn.Condition.jsonata(isReadyToTest), smokeTest.next(look))
      .when(sfn.Condition.jsonata(isSettled), readBack)
      .otherwise(wait.next(look)),
  );
  readBack.next(
    sfn.Choice.jsonata(scope, 'Is the new model live?')
      .when(sfn.Condition.jsonata('{% $states.input.promoted %}'), sfn.Succeed.jsonata(scope, 'Promoted'))
      .otherwise(
        sfn.Fail.jsonata(scope, 'Rolled back', { error: 'RolledBack', cause: '{% $states.input.reason %}' }),
      ),
  );
  const definition = begin
    .next(prepare)
    .next(createModel)
    .next(createConfig)
    .next(
      sfn.Choice.jsonata(scope, 'Does the endpoint exist?')
        .when(sfn.Condition.jsonata('{% $plan.exists %}'), updateEndpoint.next(look))
        .otherwise(createEndpoint.next(look)),
    );

  const workflow = new Workflow(scope, 'rollout', {
    context,
    definition,
    comment: 'Approved model version to verified endpoint',
    timeout: LONGEST_ROLLOUT,
    handlers: Object.values(steps),
  });
  grantSageMaker(workflow, context);
  return workflow;
}

function grantSageMaker(workflow: Workflow, { names }: PlatformContext): void {
  const endpoints = names.arn('sagemaker', `endpoint/driftless-${names.stage}-*`);
  const configs = names.arn('sagemaker', `endpoint-config/driftless-${names.stage}-*`);
  const models = names.arn('sagemaker', `model/driftless-${names.stage}-*`);
  workflow
    .allow('CreateModels', ['sagemaker:CreateModel'], [models])
    .allow('CreateEndpointConfigs', ['sagemaker:CreateEndpointConfig'], [configs])
    // Creating or updating an endpoint needs the permission on the endpoint and on its configuration.
    .allow('ShiftEndpoints', ['sagemaker:CreateEndpoint', 'sagemaker:UpdateEndpoint'], [endpoints, configs])
    .allow('TagWhatIsCreated', ['sagemaker:AddTags'], [models, configs, endpoints])
    .allow('LookAtEndpoints', ['sagemaker:DescribeEndpoint'], [endpoints])
    .allow('PassExecutionRoles', ['iam:PassRole'], [names.roleArn(names.executionRole('*'))], {
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    });
}
