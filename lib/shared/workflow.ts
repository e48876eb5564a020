/** Pieces that both workflows are built of: handler steps, SageMaker steps, the state machine with its log. */
import { Aws, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ERROR } from '../../lambdas/shared/contract.ts';
import { acknowledge, acknowledgeWildcards } from './nag.ts';
import type { PlatformContext } from './platform-context.ts';
import type { PlatformFunction } from './platform-function.ts';

/** What Lambda itself throws, and what a handler calls retryable, is tried again after 2, 4, 8 and 16 s at most. */
export const HANDLER_RETRY = {
  ErrorEquals: [
    ERROR.retryable,
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: 4,
  JitterStrategy: 'FULL',
};

/** A step that calls a handler; `payload` and `assign` hold JSONata in `{% %}`. */
export function handlerStep(
  scope: Construct,
  name: string,
  handler: PlatformFunction,
  options: {
    readonly payload: Record<string, unknown> | string;
    readonly assign?: Record<string, string>;
    readonly outputs?: unknown;
  },
): sfn.CustomState {
  // Not CDK's own step: it lets the workflow call every version of the handler, where one statement on one is enough.
  const step = serviceStep(scope, name, {
    resource: 'lambda:invoke',
    arguments: { FunctionName: handler.function.functionArn, Payload: options.payload },
    assign: options.assign,
    output: options.outputs ?? '{% $states.result.Payload %}',
  });
  step.addRetry({
    errors: HANDLER_RETRY.ErrorEquals,
    interval: Duration.seconds(HANDLER_RETRY.IntervalSeconds),
    backoffRate: HANDLER_RETRY.BackoffRate,
    maxAttempts: HANDLER_RETRY.MaxAttempts,
    jitterStrategy: sfn.JitterType.FULL,
  });
  return step;
}

/** A step that CDK has no construct for, or none with all settings: the whole request comes from a plan. */
export function serviceStep(
  scope: Construct,
  name: string,
  options: {
    readonly resource: string;
    readonly arguments: unknown;
    readonly assign?: Record<string, string>;
    readonly output?: unknown;
  },
): sfn.CustomState {
  return new sfn.CustomState(scope, name, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Aws.PARTITION}:states:::${options.resource}`,
      Arguments: options.arguments,
      ...(options.assign && { Assign: options.assign }),
      ...(options.output !== undefined && { Output: options.output }),
    },
  });
}

export interface WorkflowProps {
  readonly context: PlatformContext;
  readonly definition: sfn.IChainable;
  readonly comment: string;
  readonly timeout: Duration;
  /** Handlers that the definition calls. */
  readonly handlers: readonly PlatformFunction[];
}

/** A standard workflow in JSONata whose every event is logged. */
export class Workflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, name: 'ingest' | 'training' | 'rollout', props: WorkflowProps) {
    super(scope, `${name}-workflow`);
    const { context } = props;
    const stateMachineName = context.names.stateMachine(name);
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName,
      definitionBody: sfn.DefinitionBody.fromChainable(props.definition),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      comment: props.comment,
      timeout: props.timeout,
      logs: {
        destination: new logs.LogGroup(this, 'Logs', {
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: logs.RetentionDays.THREE_MONTHS,
          encryptionKey: context.key,
          removalPolicy: context.removal,
        }),
        level: sfn.LogLevel.ALL,
        includeExecutionData: true,
      },
    });
    acknowledge(
      this.stateMachine,
      'AwsSolutions-SF2',
      'The execution history and the log hold every step; X-Ray would add cost and no answer.',
    );
    acknowledgeWildcards(
      this.stateMachine.role,
      { resources: ['*'] },
      'Log deliveries have no resource type.',
    );
    const handlers = props.handlers.map(({ function: fn }) => fn.functionArn);
    this.allow('CallHandlers', ['lambda:InvokeFunction'], handlers);
  }

  allow(sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>): this {
    this.stateMachine.addToRolePolicy(new iam.PolicyStatement({ sid, actions, resources, conditions }));
    acknowledgeWildcards(
      this.stateMachine.role,
      { actions, resources },
      'Jobs, models and endpoints are named by runs and projects.',
    );
    return this;
  }
}
