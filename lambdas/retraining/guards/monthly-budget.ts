/** A bound on what one month may cost; months are UTC. */
import { answer, type Guard } from './guard.ts';

const RULE = 'monthly-budget';

/** The month that a run counts for. */
export const monthOf = (time: Date) => time.toISOString().slice(0, 7);

/** Begin of the month after. */
export const nextMonth = (time: Date) =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1)).toISOString();

export const monthlyBudget: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ state: { runsThisMonth }, settings: { maximumRunsPerMonth }, now }) {
    if (maximumRunsPerMonth === undefined) return answer(RULE, 'NOT_APPLICABLE', 'no bound is set');
    const month = monthOf(now);
    const count = runsThisMonth?.month === month ? runsThisMonth.count : 0;
    const inputs = { month, count, maximumRunsPerMonth };
    const sentence = `${count} of ${maximumRunsPerMonth} runs of ${month} are used`;
    return count >= maximumRunsPerMonth
      ? answer(RULE, 'FAIL', `${sentence} up`, { ...inputs, lookAgainAt: nextMonth(now) })
      : answer(RULE, 'PASS', sentence, inputs);
  },
};
