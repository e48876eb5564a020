/** A bound in US dollars, by the price that the project's settings state for a run. */
import { dayOf, nextDay } from './daily-budget.ts';
import { answer, type Guard } from './guard.ts';
import { monthOf, nextMonth } from './monthly-budget.ts';

const RULE = 'cost-budget';

export const costBudget: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ state: { runsToday, runsThisMonth }, settings: { cost }, now }) {
    if (!cost) return answer(RULE, 'NOT_APPLICABLE', 'retraining.cost is not set');
    const { usdPerRun, maximumUsdPerDay, maximumUsdPerMonth } = cost;
    const spans = [
      {
        name: dayOf(now),
        runs: runsToday?.day === dayOf(now) ? runsToday.count : 0,
        maximum: maximumUsdPerDay,
        lookAgainAt: nextDay(now),
      },
      {
        name: monthOf(now),
        runs: runsThisMonth?.month === monthOf(now) ? runsThisMonth.count : 0,
        maximum: maximumUsdPerMonth,
        lookAgainAt: nextMonth(now),
      },
    ];
    for (const { name, runs, maximum, lookAgainAt } of spans) {
      const spent = runs * usdPerRun;
      if (maximum === undefined || spent + usdPerRun <= maximum) continue;
      const reason = `another run at $${usdPerRun} would be over $${maximum} for ${name}: $${spent} are spent by estimate`;
      return answer(RULE, 'FAIL', reason, { usdPerRun, runs, maximum, lookAgainAt });
    }
    return answer(RULE, 'PASS', `a run at $${usdPerRun} is within the budget`, { ...cost });
  },
};
