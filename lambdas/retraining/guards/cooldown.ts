/** Alarms that keep firing do not make one run after the other. An upload or a person is not held back. */
import { answer, type Guard } from './guard.ts';

const RULE = 'cooldown';
const HOUR_MS = 3_600_000;

export const cooldown: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ request, state: { lastRun }, settings: { cooldownHours }, now }) {
    if (request.kind !== 'alarm') return answer(RULE, 'NOT_APPLICABLE', 'applies to alarms only');
    if (!lastRun) return answer(RULE, 'PASS', 'no run before');
    const endsAt = new Date(Date.parse(lastRun.startedAt) + cooldownHours * HOUR_MS);
    const inputs = { lastRun: lastRun.run, startedAt: lastRun.startedAt, cooldownHours };
    return now < endsAt
      ? answer(
          RULE,
          'FAIL',
          `the cooldown after run ${lastRun.run} lasts until ${endsAt.toISOString()}`,
          inputs,
        )
      : answer(
          RULE,
          'PASS',
          `the cooldown after run ${lastRun.run} ended at ${endsAt.toISOString()}`,
          inputs,
        );
  },
};
