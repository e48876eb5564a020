/** The same data with the same code and settings gives the same model: such a run is not worth its cost. */
import { combination } from '../controller-state.ts';
import { answer, type Guard } from './guard.ts';

const RULE = 'unchanged';

export const unchanged: Guard = {
  rule: RULE,
  onFail: 'drop',
  judge({ request: { kind }, state, head, trainingDigest, hasUnusedLabels }) {
    if (kind === 'manual') return answer(RULE, 'NOT_APPLICABLE', 'a person asked');
    if ((kind === 'schedule' || kind === 'event') && hasUnusedLabels) {
      return answer(RULE, 'PASS', 'there are label files that the head does not hold');
    }
    if (kind === 'alarm') return answer(RULE, 'NOT_APPLICABLE', 'an alarm asks for new labelled rows');
    if (!head) return answer(RULE, 'NOT_APPLICABLE', 'there is no dataset version yet');
    const inputs = { version: head.version, datasetDigest: head.digest, trainingDigest };
    return state.trained.includes(combination(head.digest, trainingDigest))
      ? answer(
          RULE,
          'FAIL',
          `version ${head.version} was already trained with this code and settings`,
          inputs,
        )
      : answer(
          RULE,
          'PASS',
          `version ${head.version} was not trained with this code and settings yet`,
          inputs,
        );
  },
};
