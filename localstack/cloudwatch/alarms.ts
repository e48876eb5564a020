/** Operations on alarms. */
import { randomUUID } from 'node:crypto';
import type {
  DeleteAlarmsCommandInput,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommandInput,
  DisableAlarmActionsCommandInput,
  EnableAlarmActionsCommandInput,
  ListTagsForResourceCommandInput,
  PutCompositeAlarmCommandInput,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { requireConstraints } from '../events/constraints.ts';
import { recordToTags, tagsToRecord, withoutTags } from '../events/tags.ts';
import type { AlarmEngine } from './alarm-engine.ts';
import type { AlarmHistory } from './alarm-history.ts';
import type { AlarmRecord, AlarmState } from './alarm-record.ts';
import { describeCompositeAlarm, describeMetricAlarm } from './describe-alarms.ts';
import { validateCompositeAlarm, validateMetricAlarm } from './validate-alarm.ts';

export function alarmOperations(
  cloud: Cloud,
  alarms: Collection<AlarmRecord>,
  engine: AlarmEngine,
  history: AlarmHistory,
) {
  const arnOf = (name: string) => `arn:aws:cloudwatch:${cloud.region}:${cloud.account}:alarm:${name}`;

  /** What an alarm keeps when it is put again: its state, and the tags it was made with. */
  function commonOf(name: string, Tags: PutMetricAlarmCommandInput['Tags']) {
    const before = alarms.get(name);
    const now = cloud.clock.now();
    const initial: AlarmState = {
      value: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      atEpochMs: now,
    };
    return {
      name,
      arn: arnOf(name),
      state: before?.state ?? initial,
      configuredAtEpochMs: now,
      tags: before?.tags ?? tagsToRecord(Tags),
    };
  }

  function save(alarm: AlarmRecord): void {
    const isNew = !alarms.has(alarm.name);
    alarms.put(alarm.name, alarm);
    const summary = `Alarm "${alarm.name}" ${isNew ? 'created' : 'updated'}`;
    history.add(alarm, 'ConfigurationUpdate', summary, { version: '1.0', type: isNew ? 'Create' : 'Update' });
    engine.changed(alarm.name);
  }

  function requireAlarm(name: string | undefined): AlarmRecord {
    const alarm = alarms.get(name ?? '');
    if (!alarm) throw new AwsError('ResourceNotFound', '', { status: 404 });
    return alarm;
  }

  function enableActions(names: readonly string[] | undefined, ActionsEnabled: boolean) {
    requireNames(names);
    for (const name of names ?? []) {
      const alarm = alarms.get(name);
      if (!alarm) continue;
      const settings = { ...alarm.settings, ActionsEnabled };
      alarms.put(name, { ...alarm, settings } as AlarmRecord);
    }
    return {};
  }

  function changeTags(
    arn: string | undefined,
    change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
  ) {
    const alarm = alarms.values().find((each) => each.arn === arn);
    if (!alarm) {
      // in the words of API_TagResource
      throw new AwsError('ResourceNotFoundException', 'The named resource does not exist.', { status: 404 });
    }
    const tags = change(alarm.tags);
    alarms.put(alarm.name, { ...alarm, tags });
    return tags;
  }

  return {
    PutMetricAlarm({ Tags, ...settings }: PutMetricAlarmCommandInput) {
      validateMetricAlarm(settings);
      const name = settings.AlarmName!;
      const before = alarms.get(name);
      const metricId = before?.kind === 'metric' ? before.metricId : randomUUID();
      save({ kind: 'metric', ...commonOf(name, Tags), settings, metricId });
      return {};
    },

    PutCompositeAlarm({ Tags, ...settings }: PutCompositeAlarmCommandInput) {
      validateCompositeAlarm(settings, alarms);
      save({ kind: 'composite', ...commonOf(settings.AlarmName!, Tags), settings });
      return {};
    },

    DeleteAlarms({ AlarmNames = [] }: DeleteAlarmsCommandInput) {
      requireNames(AlarmNames);
      const unknown = AlarmNames.filter((name) => !alarms.has(name));
      if (unknown.length > 0) {
        throw new AwsError('ResourceNotFound', `Alarms ${unknown.join(', ')} do not exist.`, { status: 404 });
      }
      for (const name of AlarmNames) {
        alarms.delete(name);
        engine.changed(name);
      }
      return {};
    },

    DescribeAlarms(input: DescribeAlarmsCommandInput) {
      for (const name of ['ChildrenOfAlarmName', 'ParentsOfAlarmName'] as const) {
        if (input[name] !== undefined) {
          throw new NotImplementedByLocalCloud(`monitoring DescribeAlarms ${name}`);
        }
      }
      if (input.AlarmNames && input.AlarmNamePrefix !== undefined) {
        throw new AwsError(
          'InvalidParameterCombination',
          'AlarmNames and AlarmNamePrefix are mutually exclusive.',
        );
      }
      requireConstraints('ValidationError', [
        { path: 'maxRecords', value: input.MaxRecords, min: 1, max: 100 },
      ]);
      // without AlarmTypes only metric alarms are described, even where composite alarms exist
      const types = input.AlarmTypes ?? ['MetricAlarm'];
      const found = alarms
        .values()
        .filter(({ kind }) => types.includes(kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm'))
        .filter(({ name }) => !input.AlarmNames || input.AlarmNames.includes(name))
        .filter(({ name }) => name.startsWith(input.AlarmNamePrefix ?? ''))
        .filter(({ state }) => input.StateValue === undefined || state.value === input.StateValue)
        .filter(({ settings }) => hasAction(settings, input.ActionPrefix))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = pageOf(found, { size: input.MaxRecords ?? 50, token: input.NextToken });
      return {
        MetricAlarms: items.filter((alarm) => alarm.kind === 'metric').map(describeMetricAlarm),
        CompositeAlarms: items.filter((alarm) => alarm.kind === 'composite').map(describeCompositeAlarm),
        NextToken: nextToken,
      };
    },

    DescribeAlarmHistory(input: DescribeAlarmHistoryCommandInput) {
      if (input.AlarmContributorId !== undefined) {
        throw new NotImplementedByLocalCloud('monitoring DescribeAlarmHistory AlarmContributorId');
      }
      requireConstraints('ValidationError', [
        { path: 'maxRecords', value: input.MaxRecords, min: 1, max: 100 },
      ]);
      const found = history
        .list(input.AlarmName)
        .filter(({ AlarmType }) => !input.AlarmTypes || input.AlarmTypes.includes(AlarmType!))
        .filter(({ HistoryItemType }) => !input.HistoryItemType || HistoryItemType === input.HistoryItemType)
        .filter(({ Timestamp }) => !input.StartDate || Timestamp! >= input.StartDate)
        .filter(({ Timestamp }) => !input.EndDate || Timestamp! <= input.EndDate);
      if (input.ScanBy === 'TimestampAscending') found.reverse();
      const { items, nextToken } = pageOf(found, { size: input.MaxRecords ?? 100, token: input.NextToken });
      return { AlarmHistoryItems: items, NextToken: nextToken };
    },

    SetAlarmState({ AlarmName, StateValue, StateReason = '', StateReasonData }: SetAlarmStateCommandInput) {
      requireConstraints('ValidationError', [
        { path: 'alarmName', value: AlarmName, minLength: 1, maxLength: 255 },
        { path: 'stateValue', value: StateValue, oneOf: ['INSUFFICIENT_DATA', 'ALARM', 'OK'] },
        { path: 'stateReason', value: StateReason, maxLength: 1023 },
      ]);
      const alarm = requireAlarm(AlarmName);
      engine.setState(alarm, {
        value: StateValue!,
        reason: StateReason,
        ...(StateReasonData !== undefined && { reasonData: StateReasonData }),
      });
      return {};
    },

    EnableAlarmActions: ({ AlarmNames }: EnableAlarmActionsCommandInput) => enableActions(AlarmNames, true),
    DisableAlarmActions: ({ AlarmNames }: DisableAlarmActionsCommandInput) =>
      enableActions(AlarmNames, false),

    TagResource({ ResourceARN, Tags }: TagResourceCommandInput) {
      changeTags(ResourceARN, (tags) => ({ ...tags, ...tagsToRecord(Tags) }));
      return {};
    },
    UntagResource({ ResourceARN, TagKeys }: UntagResourceCommandInput) {
      changeTags(ResourceARN, (tags) => withoutTags(tags, TagKeys));
      return {};
    },
    ListTagsForResource({ ResourceARN }: ListTagsForResourceCommandInput) {
      requireConstraints('ValidationError', [
        { path: 'resourceARN', value: ResourceARN, minLength: 1, maxLength: 1024 },
      ]);
      // an alarm that is gone has no tags
      const alarm = alarms.values().find(({ arn }) => arn === ResourceARN);
      return { Tags: recordToTags(alarm?.tags ?? {}) };
    },
  };
}

function requireNames(names: readonly string[] | undefined): void {
  requireConstraints('ValidationError', [{ path: 'alarmNames', value: names, maxLength: 100 }]);
}

function hasAction(settings: AlarmRecord['settings'], prefix: string | undefined): boolean {
  if (prefix === undefined) return true;
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = settings;
  return [...AlarmActions, ...OKActions, ...InsufficientDataActions].some((arn) => arn.startsWith(prefix));
}
