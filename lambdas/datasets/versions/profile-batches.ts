/** Profiles rows that come batch by batch, read twice: once to choose the edges, once to count on them. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { DatasetSchema } from '../contract.ts';
import { chooseEdges } from '../profile/choose-edges.ts';
import {
  columnsWithAllValues,
  countDistinctValues,
  mergeDistinctValues,
} from '../profile/distinct-values.ts';
import type { EdgePlan } from '../profile/edge-plan.ts';
import { mergeProfiles } from '../profile/merge-profiles.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { countOnPlan } from '../profile/profile-table.ts';
import { mergeSamples, sampleRows } from '../profile/sample-rows.ts';

/**
 * Calls its argument with a table of each batch, one after the other and the same ones each time. At least one batch; it
 * may have no row.
 */
export type EachBatch = (work: (relation: string) => Promise<void>) => Promise<void>;

const SAMPLE = 'all_sample';
const BATCH_SAMPLE = 'batch_sample';
const VALUES = 'all_values';
const BATCH_VALUES = 'batch_values';

/** The same profile as of one table of all rows: edges and counts exactly, moments within 1e-12 relative. */
export async function profileBatches(
  database: DuckDb,
  schema: DatasetSchema,
  eachBatch: EachBatch,
): Promise<DatasetProfile> {
  const plan = await planBatches(database, schema, eachBatch);
  let profile: DatasetProfile | undefined;
  await eachBatch(async (relation) => {
    const counted = await countOnPlan(database, relation, plan);
    profile = profile ? mergeProfiles(profile, counted) : counted;
  });
  return profile!;
}

async function planBatches(database: DuckDb, schema: DatasetSchema, eachBatch: EachBatch): Promise<EdgePlan> {
  let rows = 0;
  let batches = 0;
  await eachBatch(async (table) => {
    rows += (await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)).rows;
    const isFirst = batches++ === 0;
    const [sample, values] = isFirst ? ([SAMPLE, VALUES] as const) : ([BATCH_SAMPLE, BATCH_VALUES] as const);
    await sampleRows(database, { table, schema, into: sample });
    await countDistinctValues(database, { table, schema, sample: sample, into: values });
    if (!isFirst) await mergeBatch(database, schema);
  });
  const plan = await chooseEdges(database, { schema, sample: SAMPLE, values: VALUES, rows });
  await database.run(`DROP TABLE ${SAMPLE}; DROP TABLE ${VALUES}`);
  return plan;
}

async function mergeBatch(database: DuckDb, schema: DatasetSchema): Promise<void> {
  const both = (all: string, batch: string) => `(SELECT * FROM ${all} UNION ALL SELECT * FROM ${batch})`;
  await mergeSamples(database, { samples: both(SAMPLE, BATCH_SAMPLE), schema, into: 'merged_sample' });
  await mergeDistinctValues(database, both(VALUES, BATCH_VALUES), 'merged_values');
  // what is too much already stays too much: its values would only pile up
  const complete = await columnsWithAllValues(database, schema, 'merged_values');
  for (const { name } of schema.columns) {
    if (complete.has(name)) continue;
    await database.run('DELETE FROM merged_values WHERE name = $1', [name]);
    await database.run('INSERT INTO merged_values VALUES ($1, NULL, NULL, NULL)', [name]);
  }
  await database.run(
    `DROP TABLE ${SAMPLE}; DROP TABLE ${VALUES}; DROP TABLE ${BATCH_SAMPLE}; DROP TABLE ${BATCH_VALUES};
     ALTER TABLE merged_sample RENAME TO ${SAMPLE}; ALTER TABLE merged_values RENAME TO ${VALUES}`,
  );
}
