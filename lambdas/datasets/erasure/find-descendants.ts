/** What else holds or was made from rows of keys: label files, and models trained on versions with them. */
import { queryItems } from '../../shared/catalog.ts';
import { type ModelItem, projectPk, SK_PREFIX } from '../../shared/catalog-items.ts';
import type { DuckDb } from '../../shared/duckdb.ts';
import { downloadLabelFiles, listLabelFiles, readLabelLines } from '../../shared/label-records.ts';
import type { ColumnType } from '../../shared/settings.ts';
import type { ForgetKeysResult } from '../contract.ts';
import { canonicalKey } from '../versions/forgotten-rows.ts';

/** Model versions that were trained on one of these dataset versions, in order. */
export async function findModels(
  project: string,
  versions: readonly number[],
): Promise<ForgetKeysResult['models']> {
  const items = await queryItems<ModelItem>(projectPk(project), SK_PREFIX.model);
  return items.flatMap(({ item: { modelVersion, datasetVersion, run, modelPackageArn } }) =>
    versions.includes(datasetVersion) ? [{ modelVersion, datasetVersion, run, modelPackageArn }] : [],
  );
}

export interface FindLabelFilesOptions {
  /** With the table `wanted_keys` (`key`). */
  readonly database: DuckDb;
  readonly directory: string;
  readonly project: string;
  readonly bucket: string;
  readonly keyType: ColumnType;
}

/** Received label files with records of the keys, by content. Each is read on its own: only counts are kept. */
export async function findLabelFiles({
  database,
  directory,
  project,
  bucket,
  keyType,
}: FindLabelFilesOptions): Promise<ForgetKeysResult['labelFiles']> {
  const found: { sha256: string; key: string; rows: number }[] = [];
  for (const item of await listLabelFiles(project)) {
    await readLabelLines(database, await downloadLabelFiles(bucket, [item], directory));
    const { rows } = await database.row<{ rows: number }>(
      `SELECT count(*) AS rows FROM label_lines WHERE ${canonicalKey('key', keyType)} IN (SELECT key FROM wanted_keys)`,
    );
    if (rows > 0) found.push({ sha256: item.sha256, key: item.key, rows });
  }
  return found;
}
