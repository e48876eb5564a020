/** What decides whether a run starts: the controller with its guards. */
import { Duration, Size } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/shared/contract.ts';
import { RETRAINING_ALARMS } from '../../lambdas/shared/names.ts';
import { domainEvents, eventRule } from '../shared/event-rule.ts';
import { allowData, bindBus, bindCatalog, type PlatformContext } from '../shared/platform-context.ts';
import { PlatformFunction } from '../shared/platform-function.ts';

export class Retraining extends Construct {
  readonly decide: PlatformFunction;

  constructor(scope: Construct, context: PlatformContext) {
    super(scope, 'retraining');
    const { names } = context;
    this.decide = new PlatformFunction(this, 'decide-retraining', context, {
      description: 'Answers every request for a run by its guards, and starts the runs that pass',
      invokedBy: 'event',
      timeout: Duration.minutes(5),
      memorySize: 1769,
      duckdb: { storage: Size.gibibytes(2) },
    });
    bindCatalog(this.decide, context, 'get', 'query', 'put');
    bindBus(this.decide, context);
    // The guard on new labels compares label records with the rows that the champion's version holds.
    // Settings that a person changes for one run are stored under their own digest.
    allowData(this.decide, context, {
      read: ['objects/*', 'settings/*', 'tombstones/*'],
      write: ['settings/*'],
    });
    this.decide.allow({
      sid: 'ReadAlarms',
      actions: ['cloudwatch:DescribeAlarms'],
      resources: RETRAINING_ALARMS.map((alarm) =>
        names.arn('cloudwatch', `alarm:${names.alarm('*', alarm)}`),
      ),
      because: 'Projects come and go: the two kinds of alarms of all of them, by name',
    });
    const training = names.arn('states', `stateMachine:${names.stateMachine('training')}`);
    this.decide.bind(ENV.trainingStateMachine, training, {
      sid: 'StartRuns',
      actions: ['states:StartExecution'],
      resources: [training],
    });
    eventRule(this, 'run-wanted', context, {
      description: 'Something happened that may want a run, or may free one that waits',
      eventBus: context.bus,
      pattern: domainEvents(
        'DatasetVersioned',
        'CodeChanged',
        'RunRequested',
        'RetrainingSwitched',
        'RunFinished',
        'LabelsReceived',
        'ModelPromoted',
        'RolloutFailed',
        'ApprovalRecorded',
      ),
      target: this.decide,
    });
    eventRule(this, 'window-failed', context, {
      description: 'A window failed: an alarm that is on already tells nobody of it',
      eventBus: context.bus,
      pattern: { ...domainEvents('WindowJudged'), detail: { verdict: ['FAIL'] } },
      target: this.decide,
    });
    eventRule(this, 'alarm-fired', context, {
      description: 'A drift or quality alarm of a project fired',
      pattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: {
          alarmName: Match.anyOf(
            ...RETRAINING_ALARMS.map((alarm) => Match.wildcard(names.alarm('*', alarm))),
          ),
          state: { value: ['ALARM'] },
        },
      },
      target: this.decide,
    });
  }
}
