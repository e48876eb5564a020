/** Rules with a schedule expression: one timer each, on the cloud's clock. */
import { randomUUID } from 'node:crypto';
import type { Timer } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { eventTime } from './bus-event.ts';
import type { Router } from './router.ts';
import { parseSchedule } from './schedule-expression.ts';
import type { EventStore, RuleRecord } from './store.ts';

export interface ScheduledRules {
  /** Sets the timer of a rule that was put, changed or deleted. */
  reschedule(ruleArn: string): void;
  stop(): void;
}

export function createScheduledRules(cloud: Cloud, store: EventStore, router: Router): ScheduledRules {
  const timers = new Map<string, Timer>();

  function fire(ruleArn: string, dueEpochMs: number): void {
    const rule = store.rules.get(ruleArn);
    if (rule?.state !== 'ENABLED') return;
    router.trigger(rule, {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: cloud.account,
      time: eventTime(new Date(dueEpochMs)),
      region: cloud.region,
      resources: [ruleArn],
      detail: {},
    });
    setTimer(rule, dueEpochMs);
  }

  function setTimer(rule: RuleRecord, afterEpochMs: number): void {
    const schedule = parseSchedule(rule.scheduleExpression ?? '', 'UTC');
    const dueEpochMs = schedule?.next(afterEpochMs, rule.scheduledFromEpochMs);
    if (dueEpochMs === undefined) return;
    timers.set(
      rule.arn,
      cloud.clock.at(dueEpochMs, `schedule of rule ${rule.name}`, () => fire(rule.arn, dueEpochMs)),
    );
  }

  return {
    reschedule(ruleArn) {
      timers.get(ruleArn)?.cancel();
      timers.delete(ruleArn);
      const rule = store.rules.get(ruleArn);
      if (rule?.state === 'ENABLED') setTimer(rule, cloud.clock.now());
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
