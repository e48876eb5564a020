/** A SageMaker job of the workflow that is tried again under a new name when its failure is not its own fault. */
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { PlatformFunction } from '../shared/platform-function.ts';
import { handlerStep, serviceStep } from '../shared/workflow.ts';

/** The execution's input, available in every state: `TrainingRunInput`. */
export const RUN = '{% $states.context.Execution.Input %}';

export interface AttemptedJobProps {
  /** For names of states and for sentences, for example `training`. */
  readonly what: string;
  /** Name of the task's state. */
  readonly task: string;
  /** For example `sagemaker:createTrainingJob.sync`. */
  readonly resource: string;
  /** JSONata of the request, whose job name is a base. */
  readonly request: string;
  /** Member of the request that names the job. */
  readonly nameField: string;
  /** Handler that looks at a failure. */
  readonly nextAttempt: PlatformFunction;
  readonly assign?: Record<string, string>;
  /** State to go to with the error when there is no further attempt. */
  readonly otherwise: sfn.IChainable;
  /** Makes any other step of it end where the workflow's errors end. */
  readonly guard?: (state: sfn.CustomState) => sfn.CustomState;
}

/**
 * Start at `start`, go on from `end`. Names are `<base>-a<attempt>`: SageMaker never gives a job's name again, and an
 * execution that repeats a call must not take up a job of another attempt.
 */
export class AttemptedJob extends Construct {
  readonly start: sfn.Pass;
  readonly end: sfn.CustomState;

  constructor(scope: Construct, id: string, props: AttemptedJobProps) {
    super(scope, id);
    const { what, task, request, nameField, guard = (state) => state } = props;
    // variables of a workflow have no dots or blanks
    const attempt = `${id}Attempt`;
    const repeats = `${id}Repeats`;
    this.start = sfn.Pass.jsonata(scope, `First attempt: ${what}`, {
      assign: { [attempt]: 1, [repeats]: 0 },
    });
    this.end = serviceStep(scope, task, {
      resource: props.resource,
      arguments: `{% $merge([${request}, {"${nameField}": ${request}.${nameField} & "-a" & $string($${attempt})}]) %}`,
      assign: props.assign,
    });
    const look = guard(
      handlerStep(scope, `Look at the failure: ${what}`, props.nextAttempt, {
        payload: {
          run: RUN,
          step: what,
          attempt: `{% $${attempt} %}`,
          repeats: `{% $${repeats} %}`,
          error: '{% $states.input %}',
        },
        assign: {
          [attempt]: `{% $states.result.Payload.again ? $states.result.Payload.attempt : $${attempt} %}`,
          [repeats]: `{% $states.result.Payload.again ? $states.result.Payload.repeats : $${repeats} %}`,
        },
      }),
    );
    const again = sfn.Wait.jsonata(scope, `Wait: ${what}`, {
      time: sfn.WaitTime.seconds('{% $states.input.seconds %}'),
    });
    const giveUp = sfn.Pass.jsonata(scope, `Give up: ${what}`, { outputs: '{% $states.input.error %}' });
    this.start.next(this.end);
    this.end.addCatch(look, { errors: ['States.ALL'], outputs: '{% $states.errorOutput %}' });
    look.next(
      sfn.Choice.jsonata(scope, `Try again: ${what}?`)
        .when(sfn.Condition.jsonata('{% $states.input.again %}'), again.next(this.end))
        .otherwise(giveUp.next(props.otherwise)),
    );
  }
}
