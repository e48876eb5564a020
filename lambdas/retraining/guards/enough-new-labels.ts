/** Retraining must be able to help: without rows that the champion has not seen it would be a refit of the same data. */
import { answer, type Guard } from './guard.ts';

const RULE = 'enough-new-labels';

export const enoughNewLabels: Guard = {
  rule: RULE,
  onFail: 'wait',
  async judge({ request, champion, settings: { minimumNewLabels }, countNewLabels }) {
    if (request.kind !== 'alarm') return answer(RULE, 'NOT_APPLICABLE', 'applies to alarms only');
    const newLabels = await countNewLabels();
    const inputs = { newLabels, minimumNewLabels, championVersion: champion?.datasetVersion };
    const since = champion ? ` since version ${champion.datasetVersion}` : '';
    return newLabels < minimumNewLabels
      ? answer(RULE, 'FAIL', `${newLabels} new labelled rows${since}; ${minimumNewLabels} are needed`, inputs)
      : answer(
          RULE,
          'PASS',
          `${newLabels} new labelled rows${since}; ${minimumNewLabels} were needed`,
          inputs,
        );
  },
};
