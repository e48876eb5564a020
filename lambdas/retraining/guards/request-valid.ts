/** A version or settings that a person asks for have to exist and to be allowed. */
import { answer, type Guard } from './guard.ts';

const RULE = 'request-valid';

export const requestValid: Guard = {
  rule: RULE,
  onFail: 'drop',
  judge({ request: { datasetVersion, overrides }, mistakes = [] }) {
    if (datasetVersion === undefined && overrides === undefined) {
      return answer(RULE, 'NOT_APPLICABLE', 'the head is trained on with the deployed settings');
    }
    const inputs = {
      ...(datasetVersion !== undefined && { datasetVersion }),
      ...(overrides !== undefined && { overrides }),
    };
    return mistakes.length === 0
      ? answer(RULE, 'PASS', 'what is asked for can be trained', inputs)
      : answer(RULE, 'FAIL', mistakes.join('; '), inputs);
  },
};
