/** Step "Evaluate and judge" of the training workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { EvaluateRunInput, EvaluateRunResult } from '../training/contract.ts';
import { evaluateRun } from './evaluate-run.ts';

export const handler = makeHandler<EvaluateRunInput, EvaluateRunResult>({
  name: 'evaluate-run',
  run: async (input) => {
    const { dataBucket } = await loadProject(input.run.project);
    return evaluateRun(await loadSettings(dataBucket, input.run.settingsDigest), input);
  },
});
