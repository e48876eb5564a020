/** What a broken upstream sends is no world to learn: training on it would make the break permanent. */
import { answer, type Guard } from './guard.ts';

const RULE = 'inputs-intact';

export const inputsIntact: Guard = {
  rule: RULE,
  onFail: 'wait',
  judge({ request: { kind }, failing }) {
    if (kind !== 'alarm') return answer(RULE, 'NOT_APPLICABLE', 'applies to alarms only');
    if (failing?.dataQualityVerdict !== 'FAIL') {
      return answer(RULE, 'PASS', 'the inputs of the last window are whole');
    }
    const { window, reportKey, failed = [] } = failing;
    const reason = `the inputs of window ${window} are broken (${failed.join(', ')}): mend what sends them; the next whole window frees this`;
    return answer(RULE, 'FAIL', reason, { window, reportKey, failed });
  },
};
