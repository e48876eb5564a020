/** Joins what the shards of a pass found. */
import { withDuckDb } from '../../shared/duckdb.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import type { ScanResult } from '../contract.ts';
import type { MergedStage, MergeTask } from './contract.ts';
import { finishShards } from './finish-shards.ts';
import { joinEdges } from './join-edges.ts';
import { joinShards } from './join-shards.ts';
import { loadScanContext, type ScanContext, type ScanPlace } from './scan-context.ts';
import { settleSchema } from './settle-schema.ts';

/** What the workflow needs of a `MergedStage`. */
export type NextPass = Pick<MergedStage, 'next' | 'shardsKey'>;
/** After `stage`: what comes next. After `count`: what the scan comes to. */
export type MergeAnswer = NextPass | ScanResult | Record<string, never>;

export async function mergeScan(settings: ProjectSettings, { pass, plan }: MergeTask): Promise<MergeAnswer> {
  const context = await loadScanContext(settings, plan);
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      // the rows are in the shards; reading the head makes tables of this name and puts this one back
      await database.run('CREATE TABLE data (nothing INTEGER)');
      return join(pass, context, { database, directory });
    }),
  );
}

async function join(pass: MergeTask['pass'], context: ScanContext, place: ScanPlace): Promise<MergeAnswer> {
  switch (pass) {
    case 'look':
      await settleSchema(context, place);
      return {};
    case 'stage': {
      const { next, shardsKey } = await joinShards(context, place);
      return { next, shardsKey };
    }
    case 'sample':
      await joinEdges(context, place);
      return {};
    case 'count':
      return finishShards(context, place);
  }
}
