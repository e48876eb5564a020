/** What changed between the data of two models, in words. Pure. */
import type { DatasetSchema } from '../datasets/contract.ts';

export interface TrainedOn {
  readonly version: number;
  readonly rows: number;
  readonly schema: DatasetSchema;
}

const typed = ({ columns }: DatasetSchema) =>
  new Map(columns.map(({ name, type, role }) => [name, `${type}, ${role}`]));

/** Columns that came, went or changed type or role; undefined when none did. */
export function schemaChanges(before: DatasetSchema, after: DatasetSchema): string | undefined {
  const old = typed(before);
  const now = typed(after);
  const added = [...now].filter(([name]) => !old.has(name)).map(([name, kind]) => `${name} (${kind})`);
  const removed = [...old].filter(([name]) => !now.has(name)).map(([name, kind]) => `${name} (${kind})`);
  const changed = [...now]
    .filter(([name, kind]) => old.has(name) && old.get(name) !== kind)
    .map(([name, kind]) => `${name} from (${old.get(name)}) to (${kind})`);
  const parts = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
    ...(changed.length > 0 ? [`changed ${changed.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : undefined;
}

/** One sentence on the challenger's data against the champion's. */
export function datasetDifference(
  challenger: Omit<TrainedOn, 'schema'>,
  after: DatasetSchema,
  champion?: TrainedOn,
): string {
  const own = `dataset version ${challenger.version} with ${challenger.rows} rows`;
  if (!champion) return `${own}; there is no other data to compare it with`;
  if (champion.version === challenger.version) return `${own}, the champion's too`;
  const more = challenger.rows - champion.rows;
  const rows = more === 0 ? 'as many' : `${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'}`;
  const schema = schemaChanges(champion.schema, after);
  return `${own}, ${rows} than version ${champion.version} of the champion; ${
    schema === undefined ? 'the schema is unchanged' : `schema: ${schema}`
  }`.replace('as many than', 'as many as');
}
