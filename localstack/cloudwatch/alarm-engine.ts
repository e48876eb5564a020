/** Keeps alarms in the state that their data gives them. Timers exist only while something can still change. */
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Timer } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { actionsOf, runAction } from './alarm-actions.ts';
import { stateChangeEvent } from './alarm-events.ts';
import type { AlarmHistory } from './alarm-history.ts';
import type { AlarmRecord, AlarmState, CompositeAlarmRecord, MetricAlarmRecord } from './alarm-record.ts';
import { longTime } from './alarm-texts.ts';
import { type CompositeRule, parseCompositeRule } from './composite-rule.ts';
import { alarmPeriodMs, evaluateAlarm, metricsOf, nextEvaluation } from './evaluate-alarm.ts';
import { type MetricId, type MetricStore, metricKey } from './metric-store.ts';

const MINUTE_MS = 60_000;

export interface AlarmEngine {
  /** Takes up an alarm that was put, and lets go of one that was deleted. */
  changed(alarmName: string): void;
  /** Looks again at the alarms on these metrics, at their next boundary. */
  dataArrived(metrics: readonly MetricId[]): void;
  /** Sets a state from outside; the next evaluation may set it back. */
  setState(alarm: AlarmRecord, state: Omit<AlarmState, 'atEpochMs'>): void;
  stop(): void;
}

export function createAlarmEngine(
  cloud: Cloud,
  store: MetricStore,
  alarms: Collection<AlarmRecord>,
  history: AlarmHistory,
): AlarmEngine {
  const watchers = new Map<string, Set<string>>();
  const timers = new Map<string, { readonly timer: Timer; readonly at: number }>();
  const rules = new Map<string, CompositeRule>();

  function watch(alarm: MetricAlarmRecord): void {
    for (const metric of metricsOf(alarm)) {
      const key = metricKey(metric);
      watchers.set(key, (watchers.get(key) ?? new Set()).add(alarm.name));
    }
  }

  function unwatch(alarmName: string): void {
    for (const names of watchers.values()) names.delete(alarmName);
    timers.get(alarmName)?.timer.cancel();
    timers.delete(alarmName);
  }

  /** Schedules an evaluation, unless an earlier one is due. */
  function schedule(alarmName: string, at: number): void {
    const pending = timers.get(alarmName);
    if (pending && pending.at <= at) return;
    pending?.timer.cancel();
    const timer = cloud.clock.at(at, `alarm ${alarmName}`, () => evaluate(alarmName, at));
    timers.set(alarmName, { timer, at });
  }

  function scheduleNext(alarm: MetricAlarmRecord): void {
    const step = Math.min(alarmPeriodMs(alarm), MINUTE_MS);
    schedule(alarm.name, (Math.floor(cloud.clock.now() / step) + 1) * step);
  }

  function evaluate(alarmName: string, boundary: number): void {
    timers.delete(alarmName);
    const alarm = alarms.get(alarmName);
    if (alarm?.kind !== 'metric') return;
    const { state, reason, reasonData } = evaluateAlarm(store, alarm, boundary, cloud.clock.now());
    if (state !== undefined && state !== alarm.state.value)
      setState(alarm, { value: state, reason, reasonData });
    const next = nextEvaluation(store, alarm, boundary);
    if (next !== undefined) schedule(alarmName, Math.max(next, cloud.clock.now()));
  }

  function setState(alarm: AlarmRecord, { value, reason, reasonData }: Omit<AlarmState, 'atEpochMs'>): void {
    const before = alarm.state;
    const now = cloud.clock.now();
    const state = { value, reason, ...(reasonData !== undefined && { reasonData }), atEpochMs: now };
    const changed: AlarmRecord = { ...alarm, state };
    alarms.put(alarm.name, changed);
    if (before.value === value) return;
    history.stateChanged(changed, before);
    cloud.emit(stateChangeEvent(changed, before));
    for (const arn of actionsOf(changed)) {
      cloud.background(`action of alarm ${alarm.name}`, () => act(arn, changed, before));
    }
    for (const parent of parentsOf(changed)) judgeComposite(parent, changed);
  }

  async function act(arn: string, alarm: AlarmRecord, before: AlarmState): Promise<void> {
    try {
      await runAction(cloud, arn, alarm, before);
      history.add(alarm, 'Action', `Successfully executed action ${arn}`, {
        actionState: 'Succeeded',
        notificationResource: arn,
      });
    } catch (error) {
      const { message } = error as Error;
      history.add(alarm, 'Action', `Failed to execute action ${arn}`, {
        actionState: 'Failed',
        notificationResource: arn,
        error: message,
      });
      console.error(`local cloud: alarm ${alarm.name} could not execute ${arn}: ${message}`);
    }
  }

  function ruleOf(alarm: CompositeAlarmRecord): CompositeRule {
    const text = alarm.settings.AlarmRule!;
    const rule = rules.get(text) ?? parseCompositeRule(text);
    rules.set(text, rule);
    return rule;
  }

  function parentsOf(alarm: AlarmRecord): CompositeAlarmRecord[] {
    return alarms
      .values()
      .filter((each) => each.kind === 'composite')
      .filter((each) => ruleOf(each).children.some((child) => child === alarm.name || child === alarm.arn));
  }

  /** @param cause the alarm whose change made this necessary; undefined when the composite alarm itself was put. */
  function judgeComposite(alarm: CompositeAlarmRecord, cause: AlarmRecord | undefined): void {
    const stateOf = (nameOrArn: string): StateValue | undefined =>
      alarms.get(nameOrArn.slice(nameOrArn.lastIndexOf(':') + 1))?.state.value;
    const value = ruleOf(alarm).holds(stateOf) ? 'ALARM' : 'OK';
    if (value === alarm.state.value) return;
    if (!cause) {
      setState(alarm, { value, reason: `${alarm.arn} was created and its alarm rule evaluates to ${value}` });
      return;
    }
    const { arn, state } = cause;
    const triggering = {
      arn,
      state: { value: state.value, timestamp: new Date(state.atEpochMs).toISOString().replace('Z', '+0000') },
    };
    setState(alarm, {
      value,
      reason: `${arn} transitioned to ${state.value} at ${longTime(state.atEpochMs)}`,
      reasonData: JSON.stringify({ triggeringAlarms: [triggering] }),
    });
  }

  return {
    changed(alarmName) {
      unwatch(alarmName);
      const alarm = alarms.get(alarmName);
      if (alarm?.kind === 'metric') {
        watch(alarm);
        scheduleNext(alarm);
      } else if (alarm) {
        judgeComposite(alarm, undefined);
      }
    },
    dataArrived(metrics) {
      for (const name of new Set(metrics.flatMap((metric) => [...(watchers.get(metricKey(metric)) ?? [])]))) {
        const alarm = alarms.get(name);
        if (alarm?.kind === 'metric') scheduleNext(alarm);
      }
    },
    setState(alarm, state) {
      setState(alarm, state);
      if (alarm.kind === 'metric') scheduleNext(alarm);
    },
    stop() {
      for (const { timer } of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
