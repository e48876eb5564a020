/** Reads the files of dataset versions into DuckDB. */
import { join } from 'node:path';
import { type DuckDb, type FileFormat, identifier, scan } from '../../shared/duckdb.ts';
import { objectKey } from '../../shared/keys.ts';
import { downloadObject } from '../../shared/objects.ts';
import { createTypedTable, sourceColumns } from '../checks/inspect-table.ts';
import type { DatasetSchema, ManifestFile } from '../contract.ts';
import { formatOfName } from '../files/file-format.ts';
import { typedExpression } from '../schema/typed-columns.ts';

export interface ReadFilesOptions {
  readonly database: DuckDb;
  readonly bucket: string;
  readonly directory: string;
  readonly schema: DatasetSchema;
}

/** Creates the table `data` from a version's files: the schema's columns in order, typed, rows in order of path and line. */
export async function loadVersionFiles(
  options: ReadFilesOptions,
  format: FileFormat,
  files: readonly ManifestFile[],
): Promise<void> {
  const source = scan(format, await downloadFiles(options, files));
  await createTypedTable(
    options.database,
    source,
    await sourceColumns(options.database, source),
    options.schema,
  );
}

/** Adds the rows of a version's files to the table `data`. */
export async function appendVersionFiles(
  options: ReadFilesOptions,
  format: FileFormat,
  files: readonly ManifestFile[],
): Promise<void> {
  const { database, schema } = options;
  const source = scan(format, await downloadFiles(options, files));
  const sources = await sourceColumns(database, source);
  const expressions = schema.columns.map(({ name, type }) => {
    const column = sources.find((candidate) => candidate.name === name);
    return `${column ? typedExpression(column, type) : 'NULL'} AS ${identifier(name)}`;
  });
  await database.run(`INSERT INTO data SELECT ${expressions.join(', ')} FROM ${source}`);
}

async function downloadFiles(
  { bucket, directory }: ReadFilesOptions,
  files: readonly ManifestFile[],
): Promise<string[]> {
  const local: string[] = [];
  for (const { path, sha256 } of files) {
    const file = join(directory, `${sha256}${formatOfName(path)?.suffix ?? ''}`);
    await downloadObject(bucket, objectKey(sha256), file);
    local.push(file);
  }
  return local;
}
