/** After the last pass: stages the version to be, or answers what is staged already. */
import { join } from 'node:path';
import { downloadObject, requireJson } from '../../shared/objects.ts';
import type { ScanResult } from '../contract.ts';
import { mergeProfiles } from '../profile/merge-profiles.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { indexDigest } from '../versions/row-hashes.ts';
import {
  droppedRowsKey,
  type MergedStage,
  mergedStageKey,
  readFilesKey,
  type SettledScan,
  type Shard,
  settledKey,
} from './contract.ts';
import { finishVersion } from './finish-version.ts';
import { prepareHead } from './head-rows.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { fetchHashes, profiledShards, shardResult } from './shard-tables.ts';
import { createOwnFiles } from './version-tables.ts';

export async function finishShards(context: ScanContext, place: ScanPlace): Promise<ScanResult> {
  const { settings, plan, head, adds } = context;
  const { dataBucket: bucket, dataset } = settings;
  const { database, directory } = place;
  const { workPrefix } = plan;
  const merged = await requireJson<MergedStage>(bucket, mergedStageKey(workPrefix));
  if (merged.result) return merged.result;

  const settled = await requireJson<SettledScan>(bucket, settledKey(workPrefix));
  const files = join(directory, 'files.jsonl');
  await downloadObject(bucket, readFilesKey(workPrefix), files);
  await prepareHead(context, place);
  await createOwnFiles(database, files, adds);
  let profile = merged.next === 'count' ? head!.profile : undefined;
  const own: Shard[] = [];
  for await (const shard of profiledShards(bucket, workPrefix)) {
    if (shard.kind !== 'head') own.push(shard);
    const counted = await shardResult<DatasetProfile>({ bucket, workPrefix }, 'count', shard.shard);
    profile = profile ? mergeProfiles(profile, counted) : counted;
  }
  const { checks, duplicates, headIndexes, note } = merged.accepted!;
  let dropped: string | undefined;
  if (merged.droppedRows > 0) {
    dropped = join(directory, 'dropped.parquet');
    await downloadObject(bucket, droppedRowsKey(workPrefix), dropped);
  }
  return finishVersion(context, place, {
    checks,
    duplicates: duplicates && { ...duplicates, dropped },
    headIndexes,
    evolved: settled,
    profile: profile!,
    note,
    // only the index of keys is made of them
    hashes: indexDigest(dataset, settled.schema) === undefined ? [] : await fetchHashes(context, place, own),
  });
}
