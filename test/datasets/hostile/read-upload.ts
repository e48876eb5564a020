/** Reads a hostile upload as far as typed rows: what the reader says of it, and what becomes of its values. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetSchema } from '../../../lambdas/datasets/contract.ts';
import { headerClashes } from '../../../lambdas/datasets/files/header-names.ts';
import { inspectFiles, type LocalFile } from '../../../lambdas/datasets/files/inspect-files.ts';
import { isReadable } from '../../../lambdas/datasets/files/inspected-file.ts';
import { stageRows } from '../../../lambdas/datasets/files/stage-rows.ts';
import { inferenceFacts } from '../../../lambdas/datasets/schema/inference-facts.ts';
import { inferenceFindings } from '../../../lambdas/datasets/schema/inference-findings.ts';
import { declaredSchema } from '../../../lambdas/datasets/schema/schema.ts';
import { stageInferred } from '../../../lambdas/datasets/schema/stage-inferred.ts';
import { type DuckDb, identifier, literal, withDuckDb } from '../../../lambdas/shared/duckdb.ts';
import type { ColumnSettings, DatasetSettings } from '../../../lambdas/shared/settings.ts';
import type { Files, Reading, Says } from './hostile-upload.ts';

export interface ReadUpload {
  /** Findings of the reader: files that cannot be read, and what is odd about the others. */
  readonly says: Says[];
  readonly schema: DatasetSchema;
  /** Typed values as DuckDB prints them. */
  readonly values: Record<string, (string | null)[]>;
  readonly bad: Record<string, string[]>;
  readonly rows: number;
  /** Names of files that are empty. */
  readonly empty: string[];
}

/** Tells one reading of an upload from another. */
export function titleOf({ declared, verdict }: Reading): string {
  const types = Object.entries(declared ?? {}).map(([name, type]) => `${name} declared ${type}`);
  return `${types.join(', ') || 'undeclared'}: ${verdict}`;
}

/** Settings of a project that has this upload. */
export function settingsOf({ declared, settings }: Reading): DatasetSettings {
  const features: ColumnSettings[] = Object.entries(declared ?? {}).map(([name, type]) => ({
    name,
    type,
    role: 'feature',
  }));
  const target: ColumnSettings = { name: 'y', type: 'integer', role: 'target' };
  return {
    target: 'y',
    columns: declared ? [...features, target] : [],
    uploads: 'snapshot',
    minimumRows: 1,
    ...settings,
  };
}

/** In a directory whose name looks like a pattern. */
export async function readUpload(files: Files, settings: DatasetSettings): Promise<ReadUpload> {
  const directory = await mkdtemp(join(tmpdir(), 'driftless [a-z]*-'));
  try {
    const local = await writeFiles(directory, files);
    return await withDuckDb(directory, (database) => read(database, local, settings));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** In the order of a listing, under local names of our own. */
async function writeFiles(directory: string, files: Files): Promise<LocalFile[]> {
  const paths = Object.keys(files).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Promise.all(
    paths.map(async (path, index) => {
      const content = Buffer.from(files[path] as string);
      const file = join(directory, String(index));
      await writeFile(file, content);
      return { index, path, size: content.length, file };
    }),
  );
}

async function read(
  database: DuckDb,
  local: readonly LocalFile[],
  settings: DatasetSettings,
): Promise<ReadUpload> {
  const inspected = await inspectFiles(database, settings, local);
  const { nullValues } = settings;
  const { schema, staged } =
    settings.columns.length > 0
      ? {
          schema: declaredSchema(settings),
          staged: await stageRows(database, inspected, declaredSchema(settings), { nullValues }),
        }
      : await stageInferred(database, inspected, settings);
  const isInferred = settings.columns.length === 0;
  const inferred = isInferred
    ? inferenceFindings(
        await inferenceFacts(database, {
          schema,
          files: () => inspected,
          pathOf: (file) => local[file]?.path,
        }),
      )
    : [];
  const problems = [...inspected, ...staged]
    .toSorted((a, b) => a.index - b.index)
    .flatMap((file) => ('problem' in file && file.problem ? [file.problem] : []));
  const headers = inspected.filter(isReadable).map(({ path, columns }) => {
    return { path, columns: columns.map(({ name }) => name) };
  });
  const clashes = headerClashes(headers).map((reason) => ({ check: 'files-readable', reason }));
  const says = [...problems, ...clashes, ...staged.flatMap(({ findings }) => findings), ...inferred];
  const { rows } = await database.row<{ rows: number }>('SELECT count(*) AS rows FROM data');
  return {
    says: says.map(({ check, reason }): Says => [check, reason]),
    schema,
    values: await valuesOf(database, schema),
    bad: await badOf(database, schema),
    rows,
    empty: inspected.flatMap((file) => ('empty' in file && file.empty ? [file.path] : [])),
  };
}

/** Columns that are looked at: more would take more time than reading them. */
const LOOKED_AT = 20;

async function valuesOf(database: DuckDb, { columns }: DatasetSchema): Promise<ReadUpload['values']> {
  const values: ReadUpload['values'] = {};
  for (const { name } of [...columns.slice(0, LOOKED_AT), ...columns.slice(LOOKED_AT).slice(-2)]) {
    const rows = await database.rows<{ v: string | null }>(
      `SELECT left(CAST(${identifier(name)} AS VARCHAR), 100) AS v FROM data ORDER BY __file, __row LIMIT 10`,
    );
    values[name] = rows.map(({ v }) => v);
  }
  return values;
}

async function badOf(database: DuckDb, { columns }: DatasetSchema): Promise<ReadUpload['bad']> {
  const bad: ReadUpload['bad'] = {};
  for (const { name } of columns.slice(0, LOOKED_AT)) {
    const key = `map_extract(__bad, ${literal(name)})`;
    const rows = await database.rows<{ v: string }>(
      `SELECT ${key}[1] AS v FROM data WHERE len(${key}) > 0 ORDER BY __file, __row LIMIT 10`,
    );
    bad[name] = rows.map(({ v }) => v);
  }
  return bad;
}
