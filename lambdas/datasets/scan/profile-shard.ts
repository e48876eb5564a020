/** Third and fourth pass over a shard: a sample of its rows for the edges, then counts of all of them on the edges. */
import { join } from 'node:path';
import { type DuckDb, literal, withDuckDb } from '../../shared/duckdb.ts';
import { downloadObject } from '../../shared/objects.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { countDistinctValues, mergeDistinctValues } from '../profile/distinct-values.ts';
import type { EdgePlan } from '../profile/edge-plan.ts';
import { mergeProfiles } from '../profile/merge-profiles.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { countOnPlan } from '../profile/profile-table.ts';
import { mergeSamples, sampleRows } from '../profile/sample-rows.ts';
import { deleteDroppedRows } from '../versions/duplicates.ts';
import { parquet } from '../versions/row-hashes.ts';
import { forEachVersionFile } from '../versions/version-files.ts';
import {
  droppedRowsKey,
  type MergedStage,
  ownDroppedKey,
  type SampledShard,
  type SettledScan,
  type Shard,
} from './contract.ts';
import type { ScanContext } from './scan-context.ts';
import { fetchTable, keepTable, type ShardPlace } from './shard-tables.ts';

/** What the passes need to know beside the shard. */
export interface ProfileTask {
  readonly context: ScanContext;
  readonly shard: Shard;
  readonly settled: SettledScan;
  readonly merged: MergedStage;
}

/** Keeps the tables `sample` and `values` of the shard's logical rows. @returns their number. */
export async function sampleShard(task: ProfileTask): Promise<SampledShard> {
  const { schema } = task.settled;
  return inDatabase(task, async (database, place) => {
    let rows = 0;
    const [samples, values]: [string[], string[]] = [[], []];
    await eachTable(task, database, place, async (table) => {
      rows += (await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)).rows;
      await sampleRows(database, { table, schema, into: 'part' });
      await countDistinctValues(database, { table, schema, sample: 'part', into: 'part_values' });
      samples.push(await writePart(database, 'part', place, samples.length));
      values.push(await writePart(database, 'part_values', place, values.length));
    });
    await mergeSamples(database, { samples: parquet(samples), schema, into: 'merged' });
    await mergeDistinctValues(database, parquet(values), 'merged_values');
    await keepTable(database, 'merged', 'sample', place);
    await keepTable(database, 'merged_values', 'values', place);
    return { rows };
  });
}

/** Counts the shard's logical rows. */
export async function countShard(task: ProfileTask, plan: EdgePlan): Promise<DatasetProfile> {
  return inDatabase(task, async (database, place) => {
    let profile: DatasetProfile | undefined;
    await eachTable(task, database, place, async (table) => {
      const counted = await countOnPlan(database, table, plan);
      profile = profile ? mergeProfiles(profile, counted) : counted;
    });
    return profile!;
  });
}

function inDatabase<T>(
  { context: { plan, settings }, shard }: ProfileTask,
  work: (database: DuckDb, place: ShardPlace) => Promise<T>,
): Promise<T> {
  return withTempDirectory((directory) =>
    withDuckDb(directory, (database) => {
      const { workPrefix } = plan;
      return work(database, { bucket: settings.dataBucket, workPrefix, shard: shard.shard, directory });
    }),
  );
}

/** Calls `work` with tables of the shard's rows, without what is dropped or forgotten; at least once. */
async function eachTable(
  task: ProfileTask,
  database: DuckDb,
  place: ShardPlace,
  work: (table: string) => Promise<void>,
): Promise<void> {
  if (task.shard.kind === 'head') return eachHeadTable(task, database, place, work);
  const rows = await fetchTable('rows', place);
  await database.run(`CREATE OR REPLACE TABLE data AS FROM read_parquet(${literal(rows)})`);
  if (task.merged.ownDroppedRows > 0) {
    const dropped = join(place.directory, 'own-dropped.parquet');
    await downloadObject(place.bucket, ownDroppedKey(place.workPrefix), dropped);
    await database.run(
      `DELETE FROM data USING read_parquet(${literal(dropped)}) AS d WHERE data.__file = d.file AND data.__row = d.row`,
    );
  }
  await work('data');
}

/** Rows of the head that the version to be has, too, as columns of its schema; a batch of files at a time. */
async function eachHeadTable(
  { context, shard, settled, merged }: ProfileTask,
  database: DuckDb,
  { bucket, workPrefix, directory }: ShardPlace,
  work: (table: string) => Promise<void>,
): Promise<void> {
  const { head, settings, tombstones } = context;
  const { firstFile, files } = shard;
  let dropped: string | undefined;
  if (merged.droppedRows > 0) {
    // the head's are among them
    dropped = join(directory, 'dropped.parquet');
    await downloadObject(bucket, droppedRowsKey(workPrefix), dropped);
  }
  let place = 0;
  const read = {
    database,
    bucket,
    directory,
    settings: settings.dataset,
    version: head!.version,
    header: { ...head!.header, schema: settled.schema },
    tombstones,
    withoutDropped: false,
    only: () => {
      const at = place++;
      return at >= firstFile && at < firstFile + files;
    },
  };
  await forEachVersionFile(read, async ({ relation, files: batch }) => {
    if (dropped !== undefined) await deleteDroppedRows(database, dropped, batch);
    await work(relation);
  });
}

async function writePart(database: DuckDb, table: string, { directory }: ShardPlace, part: number) {
  const file = join(directory, `${table}-${part}.parquet`);
  await database.run(`COPY ${table} TO ${literal(file)} (FORMAT parquet)`);
  return file;
}
