/** What a person is told: loud domain events, and workflows that failed. One dashboard. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRIC, METRIC_NAMESPACE } from '../../lambdas/shared/contract.ts';
import { domainEvents } from '../shared/event-rule.ts';
import type { PlatformContext } from '../shared/platform-context.ts';

export class Notifications extends Construct {
  constructor(
    scope: Construct,
    context: PlatformContext,
    props: { readonly workflows: readonly StateMachine[] },
  ) {
    super(scope, 'notifications');
    const { names, topic } = context;
    new Rule(this, 'tell-people', {
      ruleName: names.function('tell-people'),
      description: 'Domain events that a person should hear of',
      eventBus: context.bus,
      eventPattern: domainEvents(
        'UploadRejected',
        'RunFinished',
        'RunDeferred',
        'ModelRegistered',
        'ModelPromoted',
        'RolloutFailed',
        'DifferenceFound',
      ),
      targets: [
        new SnsTopic(topic, {
          deadLetterQueue: context.undeliveredEvents,
          message: RuleTargetInput.fromText(
            `${EventField.fromPath('$.detail-type')} in stage ${names.stage}, project ${EventField.fromPath('$.detail.project')}: ${EventField.fromPath('$.detail')}`,
          ),
        }),
      ],
    });

    // One alarm for both workflows: which one, the dashboard and the execution say.
    const failed = new cloudwatch.MathExpression({
      label: 'Failed executions',
      expression: props.workflows.map((_, index) => `FILL(failed${index}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(
        props.workflows.map((machine, index) => [
          `failed${index}`,
          machine.metricFailed({ period: Duration.minutes(5) }),
        ]),
      ),
      period: Duration.minutes(5),
    });
    new cloudwatch.Alarm(this, 'failed-workflows', {
      alarmName: names.platformAlarm('failed-workflows'),
      alarmDescription: 'A run or a rollout ended without success. Runbook: docs/runbook.md#failed-workflows',
      metric: failed,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));

    this.dashboard(context, failed);
  }

  private dashboard(
    { names, failedInvocations, undeliveredEvents }: PlatformContext,
    failed: cloudwatch.IMetric,
  ): void {
    const search = (metric: string) =>
      new cloudwatch.MathExpression({
        label: '',
        expression: `SEARCH('{${METRIC_NAMESPACE},Stage,Project} MetricName="${metric}" Stage="${names.stage}"', 'Maximum', 3600)`,
        period: Duration.hours(1),
      });
    const graph = (title: string, ...left: cloudwatch.IMetric[]) =>
      new cloudwatch.GraphWidget({ title, left, width: 12, height: 6 });
    new cloudwatch.Dashboard(this, 'dashboard', {
      dashboardName: names.function('overview'),
      widgets: [
        [
          graph('Drift: features over their threshold', search(METRIC.driftedFeatures)),
          graph('Drift of the prediction (PSI)', search(METRIC.predictionPsi)),
        ],
        [
          graph('Realized model quality', search(METRIC.modelQuality)),
          graph('Share of predictions with a label', search(METRIC.labelCoverage)),
        ],
        [
          graph('Failed runs and rollouts', failed),
          graph(
            'Dead letters',
            failedInvocations.metricApproximateNumberOfMessagesVisible(),
            undeliveredEvents.metricApproximateNumberOfMessagesVisible(),
          ),
        ],
      ],
    });
  }
}
