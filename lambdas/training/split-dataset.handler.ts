/** Step "Split" of the training workflow. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { RunDataset, SplitResult, TrainingRunInput } from './contract.ts';
import { splitDataset } from './split-dataset.ts';

interface SplitDatasetInput {
  readonly run: TrainingRunInput;
  readonly dataset: RunDataset;
}

export const handler = makeHandler<SplitDatasetInput, SplitResult>({
  name: 'split-dataset',
  run: async ({ run, dataset }) => {
    const { dataBucket } = await loadProject(run.project);
    return splitDataset(await loadSettings(dataBucket, run.settingsDigest), dataset);
  },
});
