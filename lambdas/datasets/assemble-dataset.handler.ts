/** Step "Assemble labelled rows" of the training workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { RunDataset, TrainingRunInput } from '../training/contract.ts';
import { assembleDataset } from './labels/assemble-dataset.ts';

export const handler = makeHandler<TrainingRunInput, RunDataset>({
  name: 'assemble-dataset',
  run: async (run) => {
    const { dataBucket } = await loadProject(run.project);
    return assembleDataset(await loadSettings(dataBucket, run.settingsDigest), run);
  },
});
