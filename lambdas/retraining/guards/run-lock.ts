/** One run at a time for each project. */
import { answer, type Guard } from './guard.ts';

const RULE = 'run-lock';

export const runLock: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ state: { lock } }) {
    return lock
      ? answer(RULE, 'FAIL', `run ${lock.run} is in progress since ${lock.since}`, { run: lock.run })
      : answer(RULE, 'PASS', 'no run is in progress');
  },
};
