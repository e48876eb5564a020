/** There has to be something to train on. */
import { answer, type Guard } from './guard.ts';

const RULE = 'dataset-present';

export const datasetPresent: Guard = {
  rule: RULE,
  onFail: 'drop',
  judge({ head }) {
    return head
      ? answer(RULE, 'PASS', `version ${head.version} is at the head`, { version: head.version })
      : answer(RULE, 'FAIL', 'there is no dataset version yet: the first upload starts the first run');
  },
};
