/** A bound on what one day may cost; days are UTC. */
import { answer, type Guard } from './guard.ts';

const RULE = 'daily-budget';

/** The day that a run counts for. */
export const dayOf = (time: Date) => time.toISOString().slice(0, 10);

/** Begin of the day after. */
export const nextDay = (time: Date) =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate() + 1)).toISOString();

export const dailyBudget: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ state: { runsToday }, settings: { maximumRunsPerDay }, now }) {
    const day = dayOf(now);
    const count = runsToday?.day === day ? runsToday.count : 0;
    const inputs = { day, count, maximumRunsPerDay };
    return count >= maximumRunsPerDay
      ? answer(RULE, 'FAIL', `${count} of ${maximumRunsPerDay} runs of ${day} are used up`, {
          ...inputs,
          lookAgainAt: nextDay(now),
        })
      : answer(RULE, 'PASS', `${count} of ${maximumRunsPerDay} runs of ${day} are used`, inputs);
  },
};
