/** One timer per enabled schedule, on the cloud's clock. */
import { createHash } from 'node:crypto';
import type { Timer } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { parseSchedule } from '../events/schedule-expression.ts';
import { invokeTarget } from './invoke-target.ts';
import type { ScheduleRecord, ScheduleStore } from './store.ts';

const MINUTE_MS = 60_000;

export interface ScheduleTimers {
  /** Sets the timer of a schedule that was put or deleted. */
  reschedule(arn: string): void;
  stop(): void;
}

export function createScheduleTimers(cloud: Cloud, store: ScheduleStore): ScheduleTimers {
  const timers = new Map<string, Timer>();

  /** Sets the timer for the first due time after `afterEpochMs`; completes the schedule if there is none. */
  function setTimer(schedule: ScheduleRecord, afterEpochMs: number): void {
    const dueEpochMs = nextDue(schedule, afterEpochMs);
    if (dueEpochMs === undefined) {
      complete(schedule);
      return;
    }
    const at = dueEpochMs + delayMs(schedule, dueEpochMs);
    timers.set(
      schedule.arn,
      cloud.clock.at(at, `schedule ${schedule.name}`, () => fire(schedule.arn, dueEpochMs)),
    );
  }

  async function fire(arn: string, dueEpochMs: number): Promise<void> {
    const schedule = store.schedules.get(arn);
    if (schedule?.state !== 'ENABLED') return;
    const fired = { ...schedule, lastDueEpochMs: dueEpochMs };
    store.schedules.put(arn, fired);
    const invocation = invokeTarget(cloud, fired, dueEpochMs);
    if (nextDue(fired, dueEpochMs) === undefined) {
      // a one-time schedule with DELETE goes once its target has been invoked
      await invocation;
      complete(store.schedules.get(arn));
      return;
    }
    setTimer(fired, dueEpochMs);
    await invocation;
  }

  function complete(schedule: ScheduleRecord | undefined): void {
    if (schedule?.actionAfterCompletion === 'DELETE' && schedule.lastDueEpochMs !== undefined) {
      store.schedules.delete(schedule.arn);
    }
  }

  return {
    reschedule(arn) {
      timers.get(arn)?.cancel();
      timers.delete(arn);
      const schedule = store.schedules.get(arn);
      if (schedule?.state === 'ENABLED') setTimer(schedule, lookFrom(schedule, cloud.clock.now()));
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}

/**
 * A rate begins at once: its first time is when it was made, which lies some milliseconds back by now. What has been
 * due before is not made up for.
 */
function lookFrom({ lastDueEpochMs = 0, modifiedAtEpochMs }: ScheduleRecord, nowEpochMs: number): number {
  const isNew = lastDueEpochMs < modifiedAtEpochMs && nowEpochMs - modifiedAtEpochMs < MINUTE_MS;
  return isNew ? modifiedAtEpochMs - 1 : Math.max(nowEpochMs - 1, lastDueEpochMs);
}

/** The first time after `afterEpochMs` within the schedule's dates. */
function nextDue(schedule: ScheduleRecord, afterEpochMs: number): number | undefined {
  const { expression, timeZone, startEpochMs, endEpochMs, modifiedAtEpochMs } = schedule;
  const isOneTime = expression.startsWith('at(');
  // dates bound what recurs; a one-time schedule ignores them
  const start = isOneTime ? undefined : startEpochMs;
  const after = start === undefined ? afterEpochMs : Math.max(afterEpochMs, start - 1);
  const due = parseSchedule(expression, timeZone)?.next(after, start ?? modifiedAtEpochMs);
  return due !== undefined && !isOneTime && endEpochMs !== undefined && due >= endEpochMs ? undefined : due;
}

/** Where in its flexible window an invocation falls: spread evenly, but the same in every run. */
function delayMs({ arn, flexibleMinutes }: ScheduleRecord, dueEpochMs: number): number {
  if (flexibleMinutes === 0) return 0;
  const fraction = createHash('sha256').update(`${arn} ${dueEpochMs}`).digest().readUInt32BE(0) / 2 ** 32;
  return Math.floor(fraction * flexibleMinutes * MINUTE_MS);
}
