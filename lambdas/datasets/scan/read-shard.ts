/** Second pass over a shard: its rows as typed columns, what the checks look at, and hashes that tell rows apart. */
import { join } from 'node:path';
import { type DuckDb, withDuckDb } from '../../shared/duckdb.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { collectFacts } from '../checks/facts.ts';
import { inspectFiles } from '../files/inspect-files.ts';
import { stageRows } from '../files/stage-rows.ts';
import { inferenceFacts } from '../schema/inference-facts.ts';
import { eraseRows } from '../versions/forgotten-rows.ts';
import { writeRowHashes } from '../versions/row-hashes.ts';
import type { SettledScan, Shard, StagedShard } from './contract.ts';
import type { ScanContext } from './scan-context.ts';
import { fetchFiles, shardFiles } from './shard-files.ts';
import { keepFile, keepTable, type ShardPlace } from './shard-tables.ts';
import { fileFacts } from './stage-upload.ts';

export async function readShard(
  context: ScanContext,
  shard: Shard,
  settled: SettledScan,
): Promise<StagedShard> {
  const { plan, head, salt, tombstones } = context;
  const { dataBucket: bucket, dataset } = context.settings;
  const kept = new Set(settled.kept);
  const files = (await shardFiles(bucket, plan.upload, shard)).filter(({ index }) => !kept.has(index));
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const fetched = await fetchFiles(bucket, shard, files, { directory });
      const local = fetched.filter(({ unread }) => !unread).map((file) => file.local);
      const looked = await inspectFiles(database, dataset, local);
      const inspected = [...looked, ...fetched.flatMap(({ unread }) => unread ?? [])];
      const { schema } = settled;
      const staged = await stageRows(database, inspected, schema, { nullValues: dataset.nullValues });
      await shiftRows(database, shard);
      await eraseRows(database, dataset, schema, tombstones);
      const place: ShardPlace = { bucket, workPrefix: plan.workPrefix, shard: shard.shard, directory };
      const paths = new Map(files.map(({ index, path }) => [index, path]));
      const facts = await collectFacts(database, {
        settings: dataset,
        schema,
        present: settled.present,
        head,
        pathOf: (file) => paths.get(file),
        salt,
      });
      const hashes = join(directory, 'hashes.parquet');
      await writeRowHashes(database, dataset, schema, hashes);
      await keepFile(hashes, 'hashes', place);
      await keepTable(database, 'data', 'rows', place);
      const byIndex = new Map(staged.map((file) => [file.index, file]));
      const described = inspected.toSorted((a, b) => a.index - b.index);
      const isInferred = !head && dataset.columns.length === 0;
      const inference = isInferred
        ? await inferenceFacts(database, {
            schema,
            files: () => described,
            pathOf: (file) => paths.get(file),
            isPart: true,
          })
        : undefined;
      return {
        files: described.map((file) => fileFacts(file, byIndex.get(file.index))),
        facts,
        ...(inference && { inference }),
      };
    }),
  );
}

/** Rows of a cut file are numbered as in the whole file. */
async function shiftRows(database: DuckDb, { rowGroups }: Shard): Promise<void> {
  if (!rowGroups || rowGroups.rowsBefore === 0) return;
  await database.run(`UPDATE data SET __row = __row + ${rowGroups.rowsBefore}`);
}
