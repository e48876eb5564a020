/**
 * Leaves label records of forgotten keys out, and tells which captured rows they name.
 *
 * A captured request holds only what the model was sent, which is no key: that it was about a forgotten key is known only
 * when some label record of its row says so. A captured row that no record names stays.
 */
import type { DuckDb } from '../../shared/duckdb.ts';
import { canonicalKey, createForgotten, isForgotten } from '../versions/forgotten-rows.ts';
import { loadTombstones, type Tombstones } from '../versions/tombstones.ts';

/**
 * Takes the records of forgotten keys out of the table `label_lines`, with all other records of the same captured rows:
 * an earlier record, perhaps without key, must not stand in for them. Leaves the table `forgotten_rows`
 * (`inference_id`, `row`), which is empty when nothing is to be forgotten.
 * @returns how many captured rows the removed records name.
 */
export async function forgetLabelledRows(
  database: DuckDb,
  project: string,
  bucket: string,
): Promise<{ readonly forgotten: number; readonly tombstones: Tombstones | undefined }> {
  const tombstones = await loadTombstones(project, bucket);
  await createForgotten(database, tombstones);
  await database.run(
    `CREATE OR REPLACE TABLE forgotten_rows AS SELECT DISTINCT inference_id, row FROM label_lines
     WHERE problem IS NULL AND ${isForgotten(tombstones, canonicalKey('key', tombstones?.keyType ?? 'string'))}`,
  );
  await database.run(
    `DELETE FROM label_lines USING forgotten_rows AS f
     WHERE label_lines.inference_id = f.inference_id AND label_lines.row = f.row`,
  );
  const { forgotten } = await database.row<{ forgotten: number }>(
    'SELECT count(*) AS forgotten FROM forgotten_rows',
  );
  return { forgotten, tombstones };
}

/**
 * Takes the rows that `forgotten_rows` names out of the table `captured`.
 * @returns how many.
 */
export async function forgetCapturedRows(database: DuckDb): Promise<number> {
  const [deleted] = await database.rows<{ Count: number }>(
    `DELETE FROM captured USING forgotten_rows AS f
     WHERE captured.__inference_id = f.inference_id AND captured.__row = f.row`,
  );
  return deleted?.Count ?? 0;
}
