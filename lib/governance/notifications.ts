/** What a person is told: loud domain events, and workflows that failed. One dashboard. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventField, type EventPattern, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRIC, METRIC_NAMESPACE } from '../../lambdas/shared/contract.ts';
import { domainEvents } from '../shared/event-rule.ts';
import type { PlatformContext } from '../shared/platform-context.ts';

const PERIOD = Duration.minutes(5);

export class Notifications extends Construct {
  constructor(
    scope: Construct,
    context: PlatformContext,
    props: {
      /** Every end without success of these is told. */
      readonly workflows: readonly StateMachine[];
      readonly ingest: { readonly workflow: StateMachine; readonly fail: IFunction };
    },
  ) {
    super(scope, 'notifications');
    const { names } = context;
    const where = `in stage ${names.stage}, project ${EventField.fromPath('$.detail.project')}`;
    const upload = EventField.fromPath('$.detail.upload');
    this.tell('people', context, {
      description: 'Domain events that a person should hear of',
      eventPattern: domainEvents(
        'RunFinished',
        'RunWaiting',
        'ModelRegistered',
        'ModelPromoted',
        'RolloutFailed',
        'DifferenceFound',
      ),
      text: `${EventField.fromPath('$.detail-type')} ${where}: ${EventField.fromPath('$.detail')}`,
    });
    this.tell('waiting', context, {
      description: 'Requests for a run that a guard holds back or turns down, and why',
      eventPattern: domainEvents('RunDeferred'),
      text: `No run ${where} by ${EventField.fromPath('$.detail.guard')}: ${EventField.fromPath('$.detail.reason')}. Asked for: ${EventField.fromPath('$.detail.asked')}. Look at it: driftless retraining`,
    });
    this.tell('outcomes', context, {
      description: 'What came of an alarm that asked for a better model',
      eventPattern: domainEvents('EpisodeClosed'),
      text: `Alarm ${EventField.fromPath('$.detail.alarmName')} ${where}, on since ${EventField.fromPath('$.detail.openedAt')}: ${EventField.fromPath('$.detail.outcome')}. ${EventField.fromPath('$.detail.reason')} Look at it: driftless retraining`,
    });
    // of an object a text gets what is left of its JSON without quotes; a reason that is one text comes as it is
    this.tell('uploads', context, {
      description: 'Uploads that became no version, and why',
      eventPattern: domainEvents('UploadRejected', 'UploadFailed', 'UploadExpired', 'LateFiles'),
      text: `${EventField.fromPath('$.detail-type')} ${where}, upload ${upload}: ${EventField.fromPath('$.detail.reason')} Look at it: driftless decisions --subject ${upload}`,
    });
    this.tell('approvals', context, {
      description: 'Model versions that a person has to approve',
      eventPattern: domainEvents('ApprovalRequested'),
      text: `Approval wanted ${where}: ${EventField.fromPath('$.detail.message')}`,
    });
    const model = EventField.fromPath('$.detail.modelVersion');
    this.tell('rejections', context, {
      description: 'Model versions that were rejected, by a person or because nobody answered in time',
      eventPattern: { ...domainEvents('ApprovalRecorded'), detail: { status: ['Rejected'] } },
      text: `Model version ${model} ${where} was rejected by ${EventField.fromPath('$.detail.by')}: ${EventField.fromPath('$.detail.reason')} Look at it: driftless models show ${model}`,
    });
    const version = EventField.fromPath('$.detail.version');
    this.tell('warnings', context, {
      description: 'Dataset versions that were accepted with warnings, and which',
      eventPattern: { ...domainEvents('DatasetVersioned'), detail: { warnings: Match.exists() } },
      text: `Dataset version ${version} ${where} was accepted with warnings: ${EventField.fromPath('$.detail.warnings')} Look at it: driftless datasets show ${version}`,
    });

    // One alarm for both workflows: which one, the dashboard and the execution say.
    const failed = sumOf('run', 'Runs and rollouts without success', props.workflows.flatMap(unsuccessful));
    this.alarm('failed-workflows', context, failed, 'A run or a rollout ended without success.');
    // A rejected upload fails its execution and is no fault of the platform: its notification says so. Every other
    // failure calls the handler that records it, and no other call of it is made.
    const { workflow, fail } = props.ingest;
    const failedUploads = sumOf('upload', 'Uploads that could not be read or committed', [
      fail.metricInvocations({ period: PERIOD }),
      workflow.metricTimedOut({ period: PERIOD }),
      workflow.metricAborted({ period: PERIOD }),
    ]);
    this.alarm('failed-uploads', context, failedUploads, 'An upload could not be read or committed.');
    this.dashboard(context, failed, failedUploads);
  }

  private tell(
    name: string,
    { names, bus, topic, undeliveredEvents }: PlatformContext,
    props: { readonly description: string; readonly eventPattern: EventPattern; readonly text: string },
  ): void {
    const { description, eventPattern, text } = props;
    const message = RuleTargetInput.fromText(text);
    new Rule(this, `tell-${name}`, {
      ruleName: names.function(`tell-${name}`),
      description,
      eventBus: bus,
      eventPattern,
      targets: [new SnsTopic(topic, { deadLetterQueue: undeliveredEvents, message })],
    });
  }

  private alarm(name: string, context: PlatformContext, metric: cloudwatch.IMetric, sentence: string): void {
    new cloudwatch.Alarm(this, name, {
      alarmName: context.names.platformAlarm(name),
      alarmDescription: `${sentence} Runbook: docs/runbook.md#${name}`,
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(context.topic));
  }

  private dashboard(
    { names, failedInvocations, undeliveredEvents }: PlatformContext,
    failed: cloudwatch.IMetric,
    failedUploads: cloudwatch.IMetric,
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
          graph('Drift: share of features over their threshold', search(METRIC.driftedShare)),
          graph('Drift of the prediction (PSI)', search(METRIC.predictionPsi)),
        ],
        [
          graph('Realized model quality', search(METRIC.modelQuality)),
          graph('Expected model quality, without labels', search(METRIC.estimatedQuality)),
        ],
        [graph('Share of predictions with a label', search(METRIC.labelCoverage))],
        [
          graph('Drift: index of the worst feature (PSI)', search(METRIC.worstPsi)),
          graph('Captured rows of a window', search(METRIC.rows)),
        ],
        [
          graph('Failed runs, rollouts and uploads', failed, failedUploads),
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

/** Failed by itself, by its timeout, or by a person: each is a metric of its own. */
function unsuccessful(machine: StateMachine): cloudwatch.IMetric[] {
  return [
    machine.metricFailed({ period: PERIOD }),
    machine.metricTimedOut({ period: PERIOD }),
    machine.metricAborted({ period: PERIOD }),
  ];
}

/** Sum of metrics, where one that nobody has published yet counts as 0. */
function sumOf(
  prefix: string,
  label: string,
  metrics: readonly cloudwatch.IMetric[],
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    label,
    expression: metrics.map((_, index) => `FILL(${prefix}${index}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`${prefix}${index}`, metric])),
    period: PERIOD,
  });
}
