/** After the third pass: the edges that all shards are counted on, from the samples of all. */

import { rm } from 'node:fs/promises';
import type { DuckDb } from '../../shared/duckdb.ts';
import { putJson, requireJson } from '../../shared/objects.ts';
import type { DatasetSchema } from '../contract.ts';
import { chooseEdges } from '../profile/choose-edges.ts';
import { columnsWithAllValues, mergeDistinctValues } from '../profile/distinct-values.ts';
import { mergeSamples } from '../profile/sample-rows.ts';
import { parquet } from '../versions/row-hashes.ts';
import { edgePlanKey, type SampledShard, type SettledScan, settledKey } from './contract.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { fetchTable, profiledShards, shardResult } from './shard-tables.ts';

/** Samples that are on the disk at once: each has up to 100,000 rows. */
const AT_ONCE = 16;

export async function joinEdges(context: ScanContext, { database, directory }: ScanPlace): Promise<void> {
  const { settings, plan } = context;
  const { dataBucket: bucket } = settings;
  const { workPrefix } = plan;
  const { schema } = await requireJson<SettledScan>(bucket, settledKey(workPrefix));
  let rows = 0;
  let isFirst = true;
  let group: { samples: string[]; values: string[] } = { samples: [], values: [] };
  const join = async () => {
    if (group.samples.length === 0) return;
    await joinGroup(database, schema, group, isFirst);
    for (const file of [...group.samples, ...group.values]) await rm(file);
    group = { samples: [], values: [] };
    isFirst = false;
  };
  for await (const { shard } of profiledShards(bucket, workPrefix)) {
    rows += (await shardResult<SampledShard>({ bucket, workPrefix }, 'sample', shard)).rows;
    const place = { bucket, workPrefix, shard, directory };
    group.samples.push(await fetchTable('sample', place));
    group.values.push(await fetchTable('values', place));
    if (group.samples.length === AT_ONCE) await join();
  }
  await join();
  const edges = await chooseEdges(database, { schema, sample: 'all_sample', values: 'all_values', rows });
  await putJson(bucket, edgePlanKey(workPrefix), edges);
}

async function joinGroup(
  database: DuckDb,
  schema: DatasetSchema,
  { samples, values }: { readonly samples: readonly string[]; readonly values: readonly string[] },
  isFirst: boolean,
): Promise<void> {
  const withAll = (all: string, files: readonly string[]) =>
    isFirst ? parquet(files) : `(SELECT * FROM ${all} UNION ALL SELECT * FROM ${parquet(files)})`;
  await mergeSamples(database, { samples: withAll('all_sample', samples), schema, into: 'next_sample' });
  await mergeDistinctValues(database, withAll('all_values', values), 'next_values');
  // of a column with too many values the fact is enough
  const complete = await columnsWithAllValues(database, schema, 'next_values');
  for (const { name } of schema.columns) {
    if (complete.has(name)) continue;
    await database.run('DELETE FROM next_values WHERE name = $1', [name]);
    await database.run('INSERT INTO next_values VALUES ($1, NULL, NULL, NULL)', [name]);
  }
  await database.run(
    `DROP TABLE IF EXISTS all_sample; DROP TABLE IF EXISTS all_values;
     ALTER TABLE next_sample RENAME TO all_sample; ALTER TABLE next_values RENAME TO all_values`,
  );
}
