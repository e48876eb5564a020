/** Scans an upload's local files with DuckDB: facts for the rules, and the typed table `data` for the profile. */
import { type DuckDb, scan } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { FileFacts, UploadFacts } from '../checks/facts.ts';
import { inspectTable } from '../checks/inspect-table.ts';
import type { DatasetSchema } from '../contract.ts';
import { contradiction, formatOfName, KNOWN_SUFFIXES, readEnds } from './file-format.ts';

/** A file of an upload on this machine's disk, under a name that ends as `path` does. */
export interface LocalFile {
  readonly path: string;
  readonly size: number;
  readonly file: string;
}

export interface InspectOptions {
  readonly database: DuckDb;
  readonly settings: DatasetSettings;
  readonly headSchema: DatasetSchema | undefined;
  readonly files: readonly LocalFile[];
  /** Rows of earlier uploads that stay beside these. */
  readonly rowsKept: number;
}

/** Facts of an upload. Leaves a table `data` of typed columns in schema order when every file could be read. */
export async function inspectUpload(options: InspectOptions): Promise<UploadFacts> {
  const { database, settings, headSchema, rowsKept } = options;
  const files: FileFacts[] = [];
  for (const file of options.files) files.push(await inspectFile(database, settings, file));
  const readable = files.length > 0 && files.every(({ rows }) => rows !== undefined);
  if (!readable) return { settings, files };

  const source = scan(
    settings.format,
    options.files.map(({ file }) => file),
  );
  try {
    return {
      settings,
      files,
      table: await inspectTable({ database, settings, headSchema, rowsKept, source }),
    };
  } catch (error) {
    // each file parses alone, but not all of them as one table
    const problem = `cannot be read together with the others: ${firstLine(error)}`;
    return { settings, files: files.map((file) => ({ ...file, problem, rows: undefined })) };
  }
}

async function inspectFile(
  database: DuckDb,
  { format }: DatasetSettings,
  { path, size, file }: LocalFile,
): Promise<FileFacts> {
  if (size === 0) return { path, size };
  const named = formatOfName(path);
  if (!named) return { path, size, problem: `has none of the endings ${KNOWN_SUFFIXES.join(', ')}` };
  if (named.format !== format) {
    return { path, size, problem: `is ${named.format} by its name, but the project's format is ${format}` };
  }
  const problem = contradiction(named, await readEnds(file));
  if (problem) return { path, size, problem };
  try {
    const { rows } = await database.row<{ rows: number }>(
      `SELECT count(*) AS rows FROM ${scan(format, [file])}`,
    );
    return { path, size, rows };
  } catch (error) {
    return { path, size, problem: `does not parse as ${format}: ${firstLine(error)}` };
  }
}

/** DuckDB's messages go on with hints and a drawing of the query. */
function firstLine(error: unknown): string {
  return ((error as Error).message.split('\n')[0] ?? '').replaceAll(/\/[^\s"']*\//g, '').slice(0, 300);
}
