/** What decides whether a run starts: the controller with its guards. */
import { Duration, Size } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/shared/contract.ts';
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
        'RunFinished',
        'LabelsReceived',
      ),
      target: this.decide,
    });
    eventRule(this, 'alarm-fired', context, {
      description: 'A drift or quality alarm of a project fired',
      pattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: {
          alarmName: Match.anyOf(
            Match.wildcard(names.alarm('*', 'drift')),
            Match.wildcard(names.alarm('*', 'quality')),
          ),
          state: { value: ['ALARM'] },
        },
      },
      target: this.decide,
    });
  }
}
