/** First pass over a shard: content hashes, and what types its columns could have. */
import { createHash } from 'node:crypto';
import { HASH_LIMITS, type HashLimits } from '../../shared/content-hash.ts';
import { withDuckDb } from '../../shared/duckdb.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { inspectFiles } from '../files/inspect-files.ts';
import { isReadable } from '../files/inspected-file.ts';
import { manifestFiles } from '../versions/manifest.ts';
import type { LookedShard, Shard } from './contract.ts';
import { streamRange } from './ranges.ts';
import type { ScanContext } from './scan-context.ts';
import { type FetchedFile, fetchFiles, type ShardFile, shardFiles } from './shard-files.ts';
import { evidenceOf } from './stage-by-schema.ts';

/** @throws what `inspectFiles` throws; nothing for what is wrong with a file. */
export async function lookAtShard(
  context: ScanContext,
  shard: Shard,
  hashLimits: HashLimits = HASH_LIMITS,
): Promise<LookedShard> {
  const { dataBucket: bucket, dataset } = context.settings;
  const files = await shardFiles(bucket, context.plan.upload, shard);
  if (shard.kind === 'hash') {
    return { files: [], digests: await digestsOf(bucket, files[0]!, shard.hash!, hashLimits), present: [] };
  }
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const fetched = await fetchFiles(bucket, shard, files, { directory, hashLimits });
      const known = await knownHere(context, fetched);
      const local = fetched
        .filter(({ unread, index }) => !unread && !known.has(index))
        .map((file) => file.local);
      const inspected = await inspectFiles(database, dataset, local);
      const present = new Set(
        inspected.filter(isReadable).flatMap(({ columns }) => columns.map(({ name }) => name)),
      );
      const isDeclared = dataset.columns.length > 0;
      const evidence = isDeclared ? undefined : await evidenceOf({ database, settings: dataset }, inspected);
      return { files: fetched.map(looked), evidence, present: [...present] };
    }),
  );
}

/**
 * Files whose content the head has: they add nothing, so their types say nothing. A file that is cut is only known by
 * its hash when all of it was looked at, and its types count until then.
 */
async function knownHere(
  { adds, head, settings }: ScanContext,
  files: readonly FetchedFile[],
): Promise<ReadonlySet<number>> {
  const known = new Set<number>();
  if (!adds) return known;
  const byContent = new Map<string, number[]>();
  for (const { hash, size, index } of files) {
    if (hash)
      byContent.set(`${hash.sha256} ${size}`, [...(byContent.get(`${hash.sha256} ${size}`) ?? []), index]);
  }
  for await (const { sha256, size } of manifestFiles(settings.dataBucket, head!.version)) {
    for (const index of byContent.get(`${sha256} ${size}`) ?? []) known.add(index);
  }
  return known;
}

function looked({
  local: _local,
  unread: _unread,
  hash,
  ...file
}: FetchedFile): LookedShard['files'][number] {
  return { ...file, ...hash };
}

/** One digest of all bytes, or one of each chunk where the file has a tree hash. */
async function digestsOf(
  bucket: string,
  file: ShardFile,
  range: NonNullable<Shard['hash']>,
  { treeAbove, chunkSize }: HashLimits,
): Promise<string[]> {
  const step = file.size > treeAbove ? chunkSize : file.size;
  const digests: string[] = [];
  for (let from = range.from; from < range.to; from += step) {
    const hash = createHash('sha256');
    const to = Math.min(range.to, from + step);
    for await (const chunk of streamRange(bucket, file, { from, to })) hash.update(chunk);
    digests.push(hash.digest('hex'));
  }
  return digests;
}
