/** What CloudWatch tells others about a change of state: event, function payload, notification. */
import type { Dimension, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { AwsEvent, Cloud } from '../core/cloud.ts';
import type { AlarmRecord, AlarmState, MetricAlarmRecord } from './alarm-record.ts';
import { alarmTime } from './alarm-texts.ts';

const REGION_NAMES: Readonly<Record<string, string>> = { 'us-east-1': 'US East (N. Virginia)' };

/** `CloudWatch Alarm State Change` on the default bus. */
export function stateChangeEvent(alarm: AlarmRecord, before: AlarmState): AwsEvent {
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: alarmData(alarm, before),
  };
}

/** What a function gets that is an alarm's action. */
export function functionPayload(cloud: Cloud, alarm: AlarmRecord, before: AlarmState): object {
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: cloud.account,
    time: alarmTime(alarm.state.atEpochMs),
    region: cloud.region,
    alarmData: alarmData(alarm, before),
  };
}

function alarmData(alarm: AlarmRecord, before: AlarmState): object {
  return {
    alarmName: alarm.name,
    state: stateData(alarm.state),
    previousState: stateData(before),
    configuration: configuration(alarm),
  };
}

function stateData(state: AlarmState): object {
  return {
    value: state.value,
    reason: state.reason,
    ...(state.reasonData !== undefined && { reasonData: state.reasonData }),
    timestamp: alarmTime(state.atEpochMs),
  };
}

function configuration(alarm: AlarmRecord): object {
  const { AlarmDescription: description } = alarm.settings;
  const described = description === undefined ? {} : { description };
  if (alarm.kind === 'composite') return { alarmRule: alarm.settings.AlarmRule, ...described };
  const metrics = alarm.settings.Metrics?.map(metricQuery) ?? [singleMetric(alarm)];
  return { ...described, metrics };
}

function singleMetric({ settings, metricId }: MetricAlarmRecord): object {
  return {
    id: metricId,
    metricStat: {
      metric: {
        namespace: settings.Namespace,
        name: settings.MetricName,
        dimensions: dimensionsObject(settings.Dimensions),
      },
      period: settings.Period,
      stat: settings.Statistic ?? settings.ExtendedStatistic,
      ...(settings.Unit && { unit: settings.Unit }),
    },
    returnData: true,
  };
}

function metricQuery({ Id, MetricStat, Expression, Label, ReturnData, Period }: MetricDataQuery): object {
  return {
    id: Id,
    ...(Expression !== undefined && { expression: Expression }),
    ...(Period !== undefined && { period: Period }),
    ...(MetricStat && {
      metricStat: {
        metric: {
          namespace: MetricStat.Metric?.Namespace,
          name: MetricStat.Metric?.MetricName,
          dimensions: dimensionsObject(MetricStat.Metric?.Dimensions),
        },
        period: MetricStat.Period,
        stat: MetricStat.Stat,
        ...(MetricStat.Unit && { unit: MetricStat.Unit }),
      },
    }),
    ...(Label !== undefined && { label: Label }),
    returnData: ReturnData ?? true,
  };
}

function dimensionsObject(dimensions: readonly Dimension[] | undefined): Record<string, string> {
  return Object.fromEntries((dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']));
}

/** Subject and message of an SNS notification. */
export function notificationOf(
  cloud: Cloud,
  alarm: AlarmRecord,
  before: AlarmState,
): { Subject: string; Message: string } {
  const region = REGION_NAMES[cloud.region] ?? cloud.region;
  const { settings, state } = alarm;
  const message = {
    AlarmName: alarm.name,
    AlarmDescription: settings.AlarmDescription ?? null,
    ...(alarm.kind === 'composite' && { AlarmRule: alarm.settings.AlarmRule }),
    AWSAccountId: cloud.account,
    AlarmConfigurationUpdatedTimestamp: alarmTime(alarm.configuredAtEpochMs),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: alarmTime(state.atEpochMs),
    ActionExecutedAfterMuteWindow: false,
    Region: region,
    AlarmArn: alarm.arn,
    OldStateValue: before.value,
    OKActions: settings.OKActions ?? [],
    AlarmActions: settings.AlarmActions ?? [],
    InsufficientDataActions: settings.InsufficientDataActions ?? [],
    ...(alarm.kind === 'metric' && { Trigger: trigger(alarm) }),
  };
  // a subject has at most 100 characters
  const Subject = `${state.value}: "${alarm.name}" in ${region}`.slice(0, 100);
  return { Subject, Message: JSON.stringify(message) };
}

function trigger({ settings }: MetricAlarmRecord): object {
  const common = {
    Period: settings.Period ?? settings.Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period,
    EvaluationPeriods: settings.EvaluationPeriods,
    ...(settings.DatapointsToAlarm !== undefined && { DatapointsToAlarm: settings.DatapointsToAlarm }),
    ComparisonOperator: settings.ComparisonOperator,
    Threshold: settings.Threshold,
    TreatMissingData: settings.TreatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: settings.EvaluateLowSampleCountPercentile ?? '',
  };
  if (settings.Metrics) return { ...common, Metrics: settings.Metrics };
  const statistic = settings.ExtendedStatistic
    ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic: settings.ExtendedStatistic }
    : { StatisticType: 'Statistic', Statistic: settings.Statistic?.toUpperCase() };
  return {
    MetricName: settings.MetricName,
    Namespace: settings.Namespace,
    ...statistic,
    Unit: settings.Unit ?? null,
    Dimensions: (settings.Dimensions ?? []).map(({ Name, Value }) => ({ value: Value, name: Name })),
    ...common,
  };
}
