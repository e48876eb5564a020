/** A person may stop runs that nobody asked for in person. */
import { answer, type Guard } from './guard.ts';

const RULE = 'paused';

export const paused: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ request: { kind }, state: { paused: pause } }) {
    if (kind === 'manual') return answer(RULE, 'NOT_APPLICABLE', 'a person asked');
    return pause
      ? answer(RULE, 'FAIL', `${pause.by} paused retraining at ${pause.at}: ${pause.reason}`, { ...pause })
      : answer(RULE, 'PASS', 'retraining is not paused');
  },
};
