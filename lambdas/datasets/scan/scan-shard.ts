/** One pass over one shard of an upload. What it finds is kept below the work prefix: a repetition writes the same. */

import { requireJson } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import type { EdgePlan } from '../profile/edge-plan.ts';
import { planOf } from '../profile/edge-plan.ts';
import {
  edgePlanKey,
  type MergedStage,
  mergedStageKey,
  type SettledScan,
  type ShardTask,
  settledKey,
} from './contract.ts';
import { lookAtShard } from './look-at-shard.ts';
import { countShard, sampleShard } from './profile-shard.ts';
import { readShard } from './read-shard.ts';
import { loadScanContext } from './scan-context.ts';
import { keepResult } from './shard-tables.ts';

export async function scanShard(settings: ProjectSettings, { pass, plan, shard }: ShardTask): Promise<void> {
  // bytes that are only hashed have no rows
  if (shard.kind === 'hash' && pass !== 'look') return;
  const { dataBucket: bucket } = settings;
  const { workPrefix } = plan;
  const context = await loadScanContext(settings, plan);
  const keep = (result: unknown) => keepResult({ bucket, workPrefix }, pass, shard.shard, result);
  if (pass === 'look') return keep(await lookAtShard(context, shard));

  const settled = await requireJson<SettledScan>(bucket, settledKey(workPrefix));
  if (pass === 'stage') return keep(await readShard(context, shard, settled));

  const merged = await requireJson<MergedStage>(bucket, mergedStageKey(workPrefix));
  const task = { context, shard, settled, merged };
  if (pass === 'sample') return keep(await sampleShard(task));
  const edges =
    merged.next === 'count'
      ? planOf(context.head!.profile.columns)
      : await requireJson<EdgePlan>(bucket, edgePlanKey(workPrefix));
  return keep(await countShard(task, edges));
}
