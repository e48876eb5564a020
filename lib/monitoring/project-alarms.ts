/** The six alarms of a project: two ask for retraining, two roll a deployment back, two tell a person. */
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRIC, METRIC_NAMESPACE } from '../../lambdas/shared/contract.ts';
import type { Names, ProjectAlarm } from '../../lambdas/shared/names.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';

export interface ProjectAlarmsProps {
  readonly project: string;
  readonly names: Names;
  readonly settings: ProjectSettings;
  readonly maximumLatencyMs: number;
}

/**
 * A window's verdict stands until the next window is judged: between two judgements there is no data, and silence
 * neither raises an alarm nor ends one.
 */
const UNTIL_JUDGED = cloudwatch.TreatMissingData.IGNORE;

/** SageMaker reports model latency in microseconds. */
const MICROSECONDS_PER_MS = 1000;

export function projectAlarms(
  scope: Construct,
  { project, names, settings, maximumLatencyMs }: ProjectAlarmsProps,
): void {
  const topic = new SnsAction(Topic.fromTopicArn(scope, 'Notifications', names.arn('sns', names.topic())));
  const alarm = (
    name: ProjectAlarm,
    metric: cloudwatch.IMetric,
    threshold: number,
    description: string,
    // no judgement, no breach: what should have spoken is found by the sweep
    treatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
  ) =>
    new cloudwatch.Alarm(scope, `${name}-alarm`, {
      alarmName: names.alarm(project, name),
      alarmDescription: `${description} Runbook: docs/runbook.md#${name}`,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData,
    }).addAlarmAction(topic);

  const judged = (metricName: string, period: Duration) =>
    new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { Stage: names.stage, Project: project },
      statistic: 'Maximum',
      period,
    });
  const served = (metricName: string, statistic: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/SageMaker',
      metricName,
      dimensionsMap: {
        EndpointName: settings.serving.endpointName,
        VariantName: settings.serving.variantName,
      },
      statistic,
      period: Duration.minutes(1),
    });

  alarm(
    'drift',
    judged(METRIC.driftAlert, Duration.minutes(5)),
    1,
    'A window drifted from what the model was trained on.',
    UNTIL_JUDGED,
  );
  alarm(
    'quality',
    judged(METRIC.qualityAlert, Duration.minutes(5)),
    1,
    'Realized quality fell below the holdout by more than the margin.',
    UNTIL_JUDGED,
  );
  alarm(
    'data-quality',
    judged(METRIC.dataQualityAlert, Duration.minutes(5)),
    1,
    'Inputs are broken: values are missing or of another type, or rows have another form.',
    UNTIL_JUDGED,
  );
  alarm(
    'smoke-test',
    judged(METRIC.smokeTestFailure, Duration.minutes(1)),
    1,
    'Live answers in the bake differ from evaluated scores.',
  );
  alarm('5xx', served('Invocation5XXErrors', 'Sum'), 1, 'The endpoint answered with a server error.');
  alarm(
    'latency',
    served('ModelLatency', 'p90'),
    maximumLatencyMs * MICROSECONDS_PER_MS,
    'The model answers slowly.',
  );
}
