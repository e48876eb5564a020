/** Profiles a DuckDB table of typed columns: first on edges of its own, later on stored ones. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { DatasetSchema } from '../contract.ts';
import { assembleProfile } from './assemble-profile.ts';
import { chooseEdges } from './choose-edges.ts';
import { countDistinctValues } from './distinct-values.ts';
import { countMeasures } from './duckdb-engine.ts';
import { type EdgePlan, planOf } from './edge-plan.ts';
import { measuresOf } from './measures.ts';
import type { ColumnProfile, DatasetProfile } from './profile.ts';
import { sampleRows } from './sample-rows.ts';

/** A table's profile with edges and listed values of its own. */
export async function profileTable(
  database: DuckDb,
  table: string,
  schema: DatasetSchema,
): Promise<DatasetProfile> {
  return countOnPlan(database, table, await planTable(database, table, schema));
}

/** Where the bins of a table end and which values are listed: of its rows alone, whatever their order. */
export async function planTable(database: DuckDb, table: string, schema: DatasetSchema): Promise<EdgePlan> {
  const [sample, values] = ['profile_sample', 'profile_values'];
  await sampleRows(database, { table, schema, into: sample });
  await countDistinctValues(database, { table, schema, sample, into: values });
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
  const plan = await chooseEdges(database, { schema, sample, values, rows });
  await database.run(`DROP TABLE ${sample}; DROP TABLE ${values}`);
  return plan;
}

/** A table counted on the edges and listed values of `reference`, which is then comparable and mergeable with it. */
export async function countOnProfile(
  database: DuckDb,
  table: string,
  reference: readonly ColumnProfile[],
): Promise<DatasetProfile> {
  return countOnPlan(database, table, planOf(reference));
}

/** A table, or a shard of it, counted on a plan. */
export async function countOnPlan(database: DuckDb, table: string, plan: EdgePlan): Promise<DatasetProfile> {
  return assembleProfile(plan, await countMeasures(database, table, measuresOf(plan)));
}
