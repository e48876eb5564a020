/** Alarms as DescribeAlarms gives them. */
import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { AlarmRecord, CompositeAlarmRecord, MetricAlarmRecord } from './alarm-record.ts';

/** A metric alarm. */
export function describeMetricAlarm(alarm: MetricAlarmRecord): MetricAlarm {
  const { Tags: _, Metrics, ...settings } = alarm.settings;
  const single = Metrics ? { Metrics } : { Dimensions: settings.Dimensions ?? [] };
  return { ...settings, ...single, ...describeCommon(alarm) };
}

/** A composite alarm. */
export function describeCompositeAlarm(alarm: CompositeAlarmRecord): CompositeAlarm {
  const { Tags: _, ...settings } = alarm.settings;
  return { ...settings, ...describeCommon(alarm) };
}

function describeCommon({ arn, name, settings, state, configuredAtEpochMs }: AlarmRecord) {
  return {
    AlarmName: name,
    AlarmArn: arn,
    ActionsEnabled: settings.ActionsEnabled ?? true,
    AlarmActions: settings.AlarmActions ?? [],
    OKActions: settings.OKActions ?? [],
    InsufficientDataActions: settings.InsufficientDataActions ?? [],
    AlarmConfigurationUpdatedTimestamp: new Date(configuredAtEpochMs),
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.atEpochMs),
    StateTransitionedTimestamp: new Date(state.atEpochMs),
  };
}
