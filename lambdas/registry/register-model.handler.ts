/** Step "Register the model" of the training workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { RegisterModelInput, RegisterModelResult } from '../training/contract.ts';
import { registerModel } from './register-model.ts';

export const handler = makeHandler<RegisterModelInput, RegisterModelResult>({
  name: 'register-model',
  run: async (input) => {
    const { dataBucket } = await loadProject(input.run.project);
    return registerModel(await loadSettings(dataBucket, input.run.settingsDigest), input);
  },
});
