/** Brings the files of a shard to this machine's disk: whole ones, or the row groups of one that the shard has. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentHash, ContentHasher, type HashLimits } from '../../shared/content-hash.ts';
import { listingKey } from '../../shared/keys.ts';
import { downloadObject } from '../../shared/objects.ts';
import { forEachParallel } from '../../shared/parallel.ts';
import type { ListedObject } from '../contract.ts';
import { isIgnored } from '../files/file-names.ts';
import type { InspectedFile, LocalFile } from '../files/inspected-file.ts';
import type { RowGroupShard, Shard } from './contract.ts';
import { footerOfGroups, PARQUET_HEAD_BYTES, PARQUET_TAIL_BYTES } from './parquet-footer.ts';
import { downloadRange, readRange, streamRange } from './ranges.ts';

/**
 * A file that is read whole has to lie on the function's disk (10 GiB) beside its unpacked text and DuckDB's spill.
 * Parquet files are cut by row groups, so only one with a single enormous row group is as large.
 */
const LARGEST_FILE_BYTES = 4 * 1024 ** 3;
/** S3 answers each request after some 20 ms, whatever its size. */
const PARALLEL_DOWNLOADS = 16;

export interface ShardFile extends ListedObject {
  /** Position in the listing. */
  readonly index: number;
}

/** A file of a shard on the disk, or what keeps it off. */
export interface FetchedFile extends ShardFile {
  readonly local: LocalFile;
  /** Absent when the shard has only some row groups. */
  readonly hash?: ContentHash;
  /** The answer for a file that is not looked at. */
  readonly unread?: InspectedFile;
}

/** The shard's files by its lines of the listing, without those that are no data by their names. */
export async function shardFiles(bucket: string, upload: string, shard: Shard): Promise<ShardFile[]> {
  const lines = (await readRange(bucket, { key: listingKey(upload) }, shard.lines)).toString('utf8');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line, place) => ({ ...(JSON.parse(line) as ListedObject), index: shard.firstFile + place }))
    .filter((file) => !isIgnored(file));
}

export interface FetchOptions {
  /** Local folder. */
  readonly directory: string;
  readonly hashLimits?: HashLimits;
}

/** Downloads what the shard has of these files, in their order. */
export async function fetchFiles(
  bucket: string,
  shard: Shard,
  files: readonly ShardFile[],
  { directory, hashLimits }: FetchOptions,
): Promise<FetchedFile[]> {
  const fetched: FetchedFile[] = [];
  await forEachParallel(
    files,
    async (file, place) => {
      fetched[place] = await fetchFile(bucket, shard, file, { directory, hashLimits });
    },
    PARALLEL_DOWNLOADS,
  );
  return fetched;
}

async function fetchFile(
  bucket: string,
  { rowGroups }: Shard,
  file: ShardFile,
  { directory, hashLimits }: FetchOptions,
): Promise<FetchedFile> {
  const { index, path, size, key, versionId } = file;
  const local = { index, path, size, file: join(directory, `file-${index}`) };
  if (rowGroups) {
    await fetchRowGroups(bucket, file, rowGroups, local.file);
    return { ...file, local };
  }
  if (size > LARGEST_FILE_BYTES) {
    const reason = `File "${path}" has ${size} bytes, and at most ${LARGEST_FILE_BYTES} can be read in one piece; split it, or write Parquet with row groups of some 100 MB.`;
    const unread = { ...local, problem: { check: 'files-readable', reason } };
    const hasher = new ContentHasher(size, hashLimits);
    for await (const chunk of streamRange(bucket, file, { from: 0, to: size })) hasher.update(chunk);
    const hash = hasher.digest();
    return { ...file, local, hash, unread };
  }
  const { sha256, chunkSize } = await downloadObject(bucket, key, local.file, { versionId, hashLimits });
  return { ...file, local, hash: chunkSize === undefined ? { sha256 } : { sha256, chunkSize } };
}

/** A sparse file: its first bytes, the bytes of the row groups at their places, and a footer that knows them alone. */
async function fetchRowGroups(
  bucket: string,
  file: ShardFile,
  { first, end, from, to, footer }: RowGroupShard,
  target: string,
): Promise<void> {
  await downloadRange(bucket, file, { from: 0, to: PARQUET_HEAD_BYTES }, target);
  await downloadRange(bucket, file, { from, to }, target);
  const start = file.size - footer;
  const whole = await readRange(bucket, file, { from: start, to: file.size - PARQUET_TAIL_BYTES });
  const handle = await open(target, 'r+');
  try {
    const tail = footerOfGroups(whole, first, end);
    await handle.write(tail, 0, tail.length, start);
  } finally {
    await handle.close();
  }
}
