/** What a run's rows are grouped by: sensitive and slicing columns, beside side and label, in one Parquet file. */
import { join } from 'node:path';
import type { ManifestHeader } from '../datasets/contract.ts';
import { type DuckDb, identifier, literal } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { uploadFile } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';

export const SEGMENTS_FILE = 'segments.parquet';
/** Columns of the file that are not the project's. */
const OWN = ['side', 'row', 'label'];

/** Columns that gates group by, and declared columns of role `sensitive`; in alphabetical order, each once. */
export function segmentColumns({ dataset, gates }: Pick<ProjectSettings, 'dataset' | 'gates'>): string[] {
  const { slices, fairness } = gates;
  const named = [
    ...dataset.columns.filter(({ role }) => role === 'sensitive').map(({ name }) => name),
    ...(slices?.columns ?? []),
    ...(fairness?.facets.map(({ column }) => column) ?? []),
    ...(fairness?.group === undefined ? [] : [fairness.group]),
  ];
  return [...new Set(named)].sort();
}

/**
 * The same with the columns that the version's schema calls sensitive; none for settings without a problem.
 * @throws NonRetryableError (code `SplitSettings`) for a column that the schema does not have, or that is called like one
 *   of the file's own.
 */
export function segmentColumnsOf(
  settings: Pick<ProjectSettings, 'dataset' | 'gates' | 'problem'>,
  { schema }: Pick<ManifestHeader, 'schema'>,
): string[] {
  if (settings.problem === undefined) return [];
  const sensitive = schema.columns.filter(({ role }) => role === 'sensitive').map(({ name }) => name);
  const columns = [...new Set([...segmentColumns(settings), ...sensitive])].sort();
  const known = schema.columns.map(({ name }) => name);
  for (const column of columns) {
    if (!known.includes(column)) {
      throw new NonRetryableError(
        `gates group rows by column "${column}", which the schema does not have; its columns are: ${known.join(', ')}`,
        { code: 'SplitSettings' },
      );
    }
    if (OWN.includes(column.toLowerCase())) {
      throw new NonRetryableError(
        `gates group rows by column "${column}", a name that the file of segments needs itself (${OWN.join(', ')}); rename the column`,
        { code: 'SplitSettings' },
      );
    }
  }
  return columns;
}

/** Collects batches as Parquet files on disk and joins them at the end. */
export class SplitSegments {
  private readonly database: DuckDb;
  private readonly directory: string;
  private batches = 0;

  constructor(database: DuckDb, directory: string) {
    this.database = database;
    this.directory = directory;
  }

  /** @param select SQL for the batch's rows, with the file's columns. */
  async add(select: string): Promise<void> {
    const file = join(this.directory, `segments-${String(this.batches).padStart(6, '0')}.parquet`);
    this.batches += 1;
    await this.database.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet)`);
  }

  /** Writes the object `<prefix>segments.parquet`. @returns its key; undefined when no batch came. */
  async finish(bucket: string, prefix: string): Promise<string | undefined> {
    if (this.batches === 0) return undefined;
    const file = join(this.directory, SEGMENTS_FILE);
    // DuckDB reads the files of a pattern in the order of their names
    const batches = literal(join(this.directory, 'segments-*.parquet'));
    await this.database.run(
      `COPY (SELECT * FROM read_parquet(${batches})) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    const key = `${prefix}segments/${SEGMENTS_FILE}`;
    await uploadFile(bucket, key, file, 'application/vnd.apache.parquet');
    return key;
  }
}

/** SQL for the columns of a batch, each under a name that no feature has. */
export const segmentFields = (columns: readonly string[]): string[] =>
  columns.map((column, index) => `${identifier(column)} AS ${identifier(`s${index}`)}`);
