/** Files of this machine as a typed table, read by the code that an upload meets. */
import { symlink } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { DatasetSchema } from '../../../lambdas/datasets/contract.ts';
import { inspectFiles } from '../../../lambdas/datasets/files/inspect-files.ts';
import {
  type InspectedFile,
  isReadable,
  type LocalFile,
} from '../../../lambdas/datasets/files/inspected-file.ts';
import { type StagedFile, stageRows } from '../../../lambdas/datasets/files/stage-rows.ts';
import { evolveSchema } from '../../../lambdas/datasets/schema/evolution.ts';
import { stageInferred } from '../../../lambdas/datasets/schema/stage-inferred.ts';
import type { DuckDb } from '../../../lambdas/shared/duckdb.ts';
import type { DatasetSettings } from '../../../lambdas/shared/settings.ts';
import { withTempDirectory } from '../../../lambdas/shared/temp-directory.ts';
import { UsageError } from '../connect.ts';
import { withLocalDuckDb } from '../local-duckdb.ts';
import { type FoundFile, findFiles } from '../upload/find-files.ts';

/** Settings of a dataset that nothing is known of. */
export const UNKNOWN: DatasetSettings = { target: '', columns: [], uploads: 'snapshot', minimumRows: 1 };

/** Reading leaves clean copies beside a file, so it gets links below a folder of its own. */
export async function linked(found: readonly FoundFile[], directory: string): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  for (const [index, { file, path, size }] of found.entries()) {
    const link = join(directory, `${index}${extname(path)}`);
    await symlink(resolve(file), link);
    files.push({ index, path, size, file: link });
  }
  return files;
}

/** Makes the table `data`: of declared columns when the settings have some, else of inferred types. */
export async function stageFiles(
  database: DuckDb,
  inspected: readonly InspectedFile[],
  settings: DatasetSettings,
): Promise<{ schema: DatasetSchema; staged: readonly StagedFile[] }> {
  if (settings.columns.length === 0) return stageInferred(database, inspected, settings);
  const { schema } = evolveSchema({ settings, present: columnsOf(inspected) });
  return {
    schema,
    staged: await stageRows(database, inspected, schema, { nullValues: settings.nullValues }),
  };
}

/** Names of the columns of all readable files. */
export const columnsOf = (inspected: readonly InspectedFile[]) => [
  ...new Set(inspected.filter(isReadable).flatMap(({ columns }) => columns.map(({ name }) => name))),
];

/**
 * Reads files together into the table `data` and works with it. Here a number is computed from the rows, so a file that
 * cannot be read ends the work.
 * @param work gets the columns that the files have, which may be others than those that are asked for.
 * @param columns types that are asked for. @default - they are inferred
 * @throws UsageError that says which file cannot be read, and why.
 */
export async function withTable<Answer>(
  paths: readonly string[],
  work: (database: DuckDb, schema: DatasetSchema, present: readonly string[]) => Promise<Answer>,
  columns: DatasetSettings['columns'] = [],
): Promise<Answer> {
  const { files: found } = await findFiles(paths);
  const settings = { ...UNKNOWN, columns };
  return withTempDirectory(async (directory) => {
    const files = await linked(found, directory);
    return withLocalDuckDb(directory, async (database) => {
      const inspected = await inspectFiles(database, settings, files);
      for (const file of inspected)
        if (!isReadable(file) && file.problem) throw new UsageError(file.problem.reason);
      if (!inspected.some(isReadable))
        throw new UsageError(
          `${paths.join(' ')}: got nothing to read; allowed: CSV, JSON Lines or Parquet with rows`,
        );
      const { schema, staged } = await stageFiles(database, inspected, settings);
      const broken = staged.find(({ problem }) => problem !== undefined);
      if (broken) throw new UsageError(broken.problem!.reason);
      return work(database, schema, columnsOf(inspected));
    });
  });
}

/** The column of a table. @throws UsageError that names those that there are. */
export function requireColumn(schema: DatasetSchema, option: string, name: string) {
  const found = schema.columns.find((column) => column.name === name);
  if (found) return found;
  const known = schema.columns.map((column) => column.name).join(', ');
  throw new UsageError(`${option}: got "${name}"; allowed: ${known}`);
}
