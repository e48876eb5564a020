/** A schedule of a project that calls a handler of the platform. */
import { Aws } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';

export interface ProjectScheduleProps {
  readonly name: string;
  readonly description: string;
  readonly scheduleExpression: string;
  /** Called under the role that the platform has for schedules. */
  readonly handler: 'run-monitor' | 'decide-retraining';
  readonly input: object;
}

export function projectSchedule(
  scope: Construct,
  id: string,
  names: Names,
  { name, description, scheduleExpression, handler, input }: ProjectScheduleProps,
): void {
  new scheduler.CfnSchedule(scope, id, {
    name,
    description,
    scheduleExpression,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: names.arn('lambda', `function:${names.function(handler)}`),
      roleArn: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${names.schedulerRole()}`,
      input: JSON.stringify(input),
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
    },
  });
}
