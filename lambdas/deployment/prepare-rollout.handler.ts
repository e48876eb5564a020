/** Step "Prepare the rollout" of the rollout workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { RolloutInput, RolloutPlan } from './contract.ts';
import { prepareRollout } from './prepare-rollout.ts';

export const handler = makeHandler<RolloutInput, RolloutPlan>({
  name: 'prepare-rollout',
  run: async (rollout) => {
    const { dataBucket, settingsDigest } = await loadProject(rollout.project);
    return prepareRollout(await loadSettings(dataBucket, settingsDigest), rollout);
  },
});
