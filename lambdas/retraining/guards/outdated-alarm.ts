/** An alarm speaks of the model that was in production when it fired. */
import { answer, type Guard } from './guard.ts';

const RULE = 'outdated-alarm';

export const outdatedAlarm: Guard = {
  rule: RULE,
  onFail: 'drop',
  judge({ request, champion }) {
    if (request.kind !== 'alarm') return answer(RULE, 'NOT_APPLICABLE', 'no alarm asked');
    if (!champion) return answer(RULE, 'FAIL', 'no model is in production: there is nothing to replace');
    const { modelVersion, promotedAt } = champion;
    const inputs = { firedAt: request.requestedAt, promotedAt, modelVersion };
    return Date.parse(promotedAt) > Date.parse(request.requestedAt)
      ? answer(RULE, 'FAIL', `model version ${modelVersion} was promoted after the alarm fired`, inputs)
      : answer(RULE, 'PASS', `the alarm speaks of model version ${modelVersion}`, inputs);
  },
};
