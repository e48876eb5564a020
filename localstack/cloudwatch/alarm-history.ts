/** History of alarms: the newest entries of each. */
import type { AlarmHistoryItem } from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import type { AlarmRecord, AlarmState } from './alarm-record.ts';

/** CloudWatch keeps 30 days; this many entries an alarm are kept here. */
const MOST_ITEMS = 200;
const KEPT_MS = 30 * 86_400_000;

export interface AlarmHistory {
  add(
    alarm: AlarmRecord,
    type: 'StateUpdate' | 'ConfigurationUpdate' | 'Action',
    summary: string,
    data: object,
  ): void;
  stateChanged(alarm: AlarmRecord, before: AlarmState): void;
  /** Newest first. */
  list(alarmName: string | undefined): AlarmHistoryItem[];
}

interface Item extends Omit<AlarmHistoryItem, 'Timestamp'> {
  readonly atEpochMs: number;
}

export function createAlarmHistory(cloud: Cloud): AlarmHistory {
  const items: Collection<readonly Item[]> = cloud.collection('monitoring', 'alarm-history');

  const add: AlarmHistory['add'] = (alarm, HistoryItemType, HistorySummary, data) => {
    const item: Item = {
      AlarmName: alarm.name,
      AlarmType: alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm',
      atEpochMs: cloud.clock.now(),
      HistoryItemType,
      HistorySummary,
      HistoryData: JSON.stringify(data),
    };
    items.put(alarm.name, [item, ...(items.get(alarm.name) ?? [])].slice(0, MOST_ITEMS));
  };

  return {
    add,
    stateChanged(alarm, before) {
      add(alarm, 'StateUpdate', `Alarm updated from ${before.value} to ${alarm.state.value}`, {
        version: '1.0',
        oldState: historyState(before),
        newState: historyState(alarm.state),
      });
    },
    list(alarmName) {
      const oldest = cloud.clock.now() - KEPT_MS;
      const lists = alarmName === undefined ? items.values() : [items.get(alarmName) ?? []];
      return lists
        .flat()
        .filter(({ atEpochMs }) => atEpochMs >= oldest)
        .sort((a, b) => b.atEpochMs - a.atEpochMs)
        .map(({ atEpochMs, ...item }) => ({ ...item, Timestamp: new Date(atEpochMs) }));
    },
  };
}

function historyState({ value, reason, reasonData }: AlarmState): object {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: JSON.parse(reasonData) as object }),
  };
}
