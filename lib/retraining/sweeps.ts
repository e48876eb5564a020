/** Schedules of the platform: pending requests and uploads are looked at again, differences are repaired. */
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { PlatformContext } from '../shared/platform-context.ts';
import type { PlatformFunction } from '../shared/platform-function.ts';

export interface SweepsProps {
  readonly decide: PlatformFunction;
  readonly reconcile: PlatformFunction;
  /** Called by the schedules of project stacks, under the role made here. */
  readonly monitor: PlatformFunction;
  readonly sweepIncoming: PlatformFunction;
  readonly expireApprovals: PlatformFunction;
}

/** Events are best effort; six hours are what a lost one may cost. */
const SWEEP = 'rate(6 hours)';
/** Requests wait for a time, and alarms that are on are read again: an hour is what that may be late. */
const LOOK_AGAIN = 'rate(1 hour)';

export class Sweeps extends Construct {
  constructor(scope: Construct, context: PlatformContext, props: SweepsProps) {
    super(scope, 'sweeps');
    const { names } = context;
    const role = new iam.Role(this, 'Role', {
      roleName: names.schedulerRole(),
      description: 'Lets the schedules of this stage call their handlers',
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'CallHandlers',
        actions: ['lambda:InvokeFunction'],
        resources: [
          props.decide,
          props.reconcile,
          props.monitor,
          props.sweepIncoming,
          props.expireApprovals,
        ].map(({ function: fn }) => fn.functionArn),
      }),
    );
    for (const [name, target, scheduleExpression, input] of [
      ['sweep', props.decide, LOOK_AGAIN, { sweep: true }],
      ['reconcile', props.reconcile, SWEEP, {}],
      ['sweep-incoming', props.sweepIncoming, SWEEP, {}],
      ['expire-approvals', props.expireApprovals, SWEEP, {}],
    ] as const) {
      const schedule = new scheduler.CfnSchedule(this, name, {
        name: names.function(`${name}-schedule`),
        scheduleExpression,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: target.function.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify(input),
          // An asynchronous invocation is retried by Lambda; the schedule itself comes again.
          retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
        },
      });
      // A rate begins at once, and the role's policy is a resource of its own.
      schedule.node.addDependency(role);
    }
  }
}
