/** What a scan needs of the version that an upload follows or adds to. */
import { join } from 'node:path';
import { droppedKey, indexKey } from '../../shared/keys.ts';
import { downloadObject, uploadFile } from '../../shared/objects.ts';
import { mapLimited } from '../../shared/parallel.ts';
import type { DatasetSchema } from '../contract.ts';
import type { FindDuplicatesOptions } from '../versions/duplicates.ts';
import { manifestFiles } from '../versions/manifest.ts';
import { indexDigest, uniqueColumns, writeIndex, writeRowHashes } from '../versions/row-hashes.ts';
import { forEachVersionFile } from '../versions/version-files.ts';
import type { ScanContext, ScanHead, ScanPlace } from './scan-context.ts';
import { createHeadFiles, writeHeadFiles } from './version-tables.ts';

const PARQUET = 'application/vnd.apache.parquet';
const PARALLEL_DOWNLOADS = 8;

/** Creates the table `head_files`: empty before the first version. */
export async function prepareHead({ settings, head }: ScanContext, place: ScanPlace): Promise<void> {
  const { database, directory } = place;
  if (!head) return createHeadFiles(database);
  const file = join(directory, 'head-files.jsonl');
  await writeHeadFiles(file, manifestFiles(settings.dataBucket, head.version));
  await createHeadFiles(database, file);
}

/**
 * Index and dropped rows of the head on this machine's disk; undefined when rows cannot be told apart.
 * @param keys by `headIndexes`.
 */
export async function headDuplicates(
  { settings, head }: ScanContext,
  place: ScanPlace,
  keys: readonly string[] | undefined,
): Promise<FindDuplicatesOptions['head']> {
  if (!head || !keys) return undefined;
  const { dataBucket: bucket } = settings;
  const { directory } = place;
  const indexes = await mapLimited(keys, PARALLEL_DOWNLOADS, async (key, at) => {
    const file = join(directory, `head-index-${at}.parquet`);
    await downloadObject(bucket, key, file);
    return file;
  });
  if (head.header.droppedRows === 0) return { indexes };
  const dropped = join(directory, 'head-dropped.parquet');
  await downloadObject(bucket, droppedKey(head.version), dropped);
  return { indexes, dropped };
}

/**
 * Keys of the index objects that cover all rows of the head. Where it has none that can be compared with (a run made it,
 * the project declares another key by now, or unique values of rows that were forgotten since are in it) its files are
 * read once more, and the index is kept for the next time.
 * @returns undefined without a head, and without columns that an index is made of.
 */
export async function headIndexes(
  context: ScanContext,
  place: ScanPlace,
  schema: DatasetSchema,
): Promise<readonly string[] | undefined> {
  const { settings, head } = context;
  const made = indexDigest(settings.dataset, schema);
  if (!head || made === undefined) return undefined;
  const { indexes, tombstones } = head.header;
  const isAsMade = indexes?.every((key) => key.startsWith(indexKey(made, '').replace(/\.parquet$/, '')));
  const isForgotten =
    tombstones !== context.tombstones?.digest && uniqueColumns(settings.dataset, schema).length > 0;
  if (isAsMade && !isForgotten) return indexes!;
  return indexAgain(context, place, { head, schema, made });
}

async function indexAgain(
  { settings, tombstones }: ScanContext,
  { database, directory }: ScanPlace,
  { head, schema, made }: { readonly head: ScanHead; readonly schema: DatasetSchema; readonly made: string },
): Promise<readonly string[]> {
  const { dataBucket: bucket, dataset } = settings;
  const keys: string[] = [];
  // the upload's own rows are in the table that reading the head makes anew
  await database.run('ALTER TABLE data RENAME TO own_rows');
  await forEachVersionFile(
    {
      database,
      bucket,
      directory,
      settings: dataset,
      version: head.version,
      header: { ...head.header, schema },
      tombstones,
      withoutDropped: false,
    },
    async ({ files }) => {
      const hashes = join(directory, 'head-hashes.parquet');
      await writeRowHashes(database, dataset, schema, hashes);
      const to = join(directory, 'head-index.parquet');
      await writeIndex(database, { hashes: [hashes], files, to });
      const without = tombstones === undefined ? '' : `-without-${tombstones.digest.slice(0, 16)}`;
      const key = indexKey(made, `${head.header.digest}${without}-${keys.length}`);
      await uploadFile(bucket, key, to, PARQUET, { ifAbsent: true });
      keys.push(key);
    },
  );
  await database.run('DROP TABLE IF EXISTS data; ALTER TABLE own_rows RENAME TO data');
  return keys;
}
