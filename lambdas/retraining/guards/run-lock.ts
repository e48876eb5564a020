/** One run at a time for each project. */
import { answer, type Guard } from './guard.ts';

const RULE = 'run-lock';

export const runLock: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ state: { lock }, now }) {
    if (!lock) return answer(RULE, 'PASS', 'no run is in progress');
    const { run, since, leaseUntil } = lock;
    if (leaseUntil !== undefined && leaseUntil < now.toISOString()) {
      const reason = `run ${run} never ended, and its lease is over since ${leaseUntil}: the lock is taken over`;
      return answer(RULE, 'PASS', reason, { run, leaseUntil });
    }
    return answer(RULE, 'FAIL', `run ${run} is in progress since ${since}`, { run });
  },
};
