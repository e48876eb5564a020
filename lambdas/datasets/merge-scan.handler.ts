/** Steps between the passes of the ingest workflow's distributed route. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { MergeTask } from './scan/contract.ts';
import { type MergeAnswer, mergeScan } from './scan/merge-scan.ts';

export const handler = makeHandler<MergeTask, MergeAnswer>({
  name: 'merge-scan',
  run: async (task) => {
    const { dataBucket } = await loadProject(task.plan.project);
    return mergeScan(await loadSettings(dataBucket, task.plan.settingsDigest), task);
  },
});
