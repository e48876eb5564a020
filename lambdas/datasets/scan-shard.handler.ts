/** Steps over each shard of the ingest workflow's distributed route. */
import { makeHandler } from '../shared/make-handler.ts';
import { loadProject, loadSettings } from '../shared/project-settings.ts';
import type { ShardTask } from './scan/contract.ts';
import { scanShard } from './scan/scan-shard.ts';

export const handler = makeHandler<ShardTask, void>({
  name: 'scan-shard',
  run: async (task) => {
    const { dataBucket } = await loadProject(task.plan.project);
    return scanShard(await loadSettings(dataBucket, task.plan.settingsDigest), task);
  },
});
