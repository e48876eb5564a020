/** Alarms that keep firing do not make one run after the other. An upload or a person is not held back. */
import type { RetrainingSettings } from '../../shared/settings.ts';
import { answer, type Guard } from './guard.ts';

const RULE = 'cooldown';
const HOUR_MS = 3_600_000;
/** The longest cooldown in cooldowns, unless the settings say another. */
const LONGEST = 8;

/**
 * Hours to wait after the start of a run. They double with each run of an alarm in a row that brought no better model:
 * what training again does not cure should not cost a run a day.
 */
export function cooldownHoursAfter(losses: number, settings: RetrainingSettings): number {
  const { cooldownHours, maximumCooldownHours = LONGEST * cooldownHours } = settings;
  return Math.max(cooldownHours, Math.min(cooldownHours * 2 ** losses, maximumCooldownHours));
}

export const cooldown: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ request, state: { lastRun, losses }, settings, now }) {
    if (request.kind !== 'alarm') return answer(RULE, 'NOT_APPLICABLE', 'applies to alarms only');
    if (!lastRun) return answer(RULE, 'PASS', 'no run before');
    const lost = losses?.count ?? 0;
    const hours = cooldownHoursAfter(lost, settings);
    const lookAgainAt = new Date(Date.parse(lastRun.startedAt) + hours * HOUR_MS).toISOString();
    const inputs = { lastRun: lastRun.run, startedAt: lastRun.startedAt, cooldownHours: hours, losses: lost };
    const after = `the cooldown after run ${lastRun.run}`;
    const why = lost > 0 ? ` (${hours} hours: ${lost} runs for alarms in a row brought no better model)` : '';
    return now.toISOString() < lookAgainAt
      ? answer(RULE, 'FAIL', `${after} lasts until ${lookAgainAt}${why}`, { ...inputs, lookAgainAt })
      : answer(RULE, 'PASS', `${after} ended at ${lookAgainAt}`, inputs);
  },
};
