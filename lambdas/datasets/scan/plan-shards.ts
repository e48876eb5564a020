/** Divides an upload into shards: whole files, and row groups of Parquet files that are larger than a shard. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../shared/clients.ts';
import { HASH_LIMITS, type HashLimits } from '../../shared/content-hash.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { listingKey } from '../../shared/keys.ts';
import { openLines } from '../../shared/objects.ts';
import type { ListedObject } from '../contract.ts';
import { type Shard, shardsKey } from './contract.ts';
import { footerLength, PARQUET_TAIL_BYTES, type RowGroup, rowGroups } from './parquet-footer.ts';
import { readRange } from './ranges.ts';

export interface ShardLimits {
  /** Bytes that a shard has about, as the files have them. */
  readonly bytes: number;
  readonly files: number;
  readonly hash: HashLimits;
  /** Bytes that one item hashes of a cut file; a multiple of the chunks of a tree hash. */
  readonly hashedBytes: number;
}

/**
 * 512 MB are read, typed and written in a minute or two by a function with 3 GB. The list of shards is read by an item
 * reader, and 10,000 small files take about as long to download.
 */
export const SHARD_LIMITS: ShardLimits = {
  bytes: 512 * 1024 ** 2,
  files: 10_000,
  hash: HASH_LIMITS,
  hashedBytes: 8 * 1024 ** 3,
};

/** A footer beyond this is not read before the file is: it would be a column chunk for each few rows. */
const LARGEST_FOOTER_BYTES = 64 * 1024 ** 2;

export interface PlanShardsOptions {
  readonly bucket: string;
  readonly upload: string;
  readonly workPrefix: string;
  readonly limits?: ShardLimits;
}

/**
 * Writes `shards.jsonl` below the work prefix. Every row of the upload is in one shard of kind `files` or `row-groups`,
 * and every byte of a cut file in one of kind `hash`; the bytes of other files are hashed as they are read.
 * @returns key of the list.
 */
export async function planShards(options: PlanShardsOptions): Promise<{ readonly shardsKey: string }> {
  const { bucket, upload, workPrefix, limits = SHARD_LIMITS } = options;
  const planner = new ShardPlanner(limits);
  const lines = await openLines(bucket, listingKey(upload));
  if (!lines) throw new NonRetryableError(`upload ${upload} has no listing`, { code: 'ObjectMissing' });
  for await (const line of lines) {
    const file = JSON.parse(line) as ListedObject;
    const isCut = isParquet(file.path) && file.size > limits.bytes;
    planner.add(file, Buffer.byteLength(line) + 1, isCut ? await groupsOf(bucket, file) : undefined);
  }
  const Key = shardsKey(workPrefix);
  const body = planner.finish().map((shard) => `${JSON.stringify(shard)}\n`);
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body.join('') }));
  return { shardsKey: Key };
}

interface CutFile {
  readonly groups: readonly RowGroup[];
  /** Bytes of the footer and what follows it. */
  readonly footer: number;
}

class ShardPlanner {
  private readonly limits: ShardLimits;
  private readonly shards: Shard[] = [];
  private open: { firstFile: number; files: number; bytes: number; from: number } | undefined;
  private file = 0;
  private offset = 0;

  constructor(limits: ShardLimits) {
    this.limits = limits;
  }

  /** The next file of the listing, whose line has so many bytes. */
  add({ size }: ListedObject, lineBytes: number, cut: CutFile | undefined): void {
    const from = this.offset;
    this.offset += lineBytes;
    const firstFile = this.file++;
    if (cut && cut.groups.length > 1) {
      this.close(from);
      this.cut({ firstFile, files: 1, lines: { from, to: this.offset } }, size, cut);
      return;
    }
    const { bytes, files } = this.limits;
    if (this.open && (this.open.bytes + size > bytes || this.open.files === files)) this.close(from);
    this.open ??= { firstFile, files: 0, bytes: 0, from };
    this.open.files += 1;
    this.open.bytes += size;
  }

  finish(): readonly Shard[] {
    this.close(this.offset);
    if (this.shards.length === 0) {
      // a list of items may not be empty
      this.push({ kind: 'files', firstFile: 0, files: 0, bytes: 0, lines: { from: 0, to: 0 } });
    }
    return this.shards;
  }

  private close(to: number): void {
    if (!this.open) return;
    const { firstFile, files, bytes, from } = this.open;
    this.push({ kind: 'files', firstFile, files, bytes, lines: { from, to } });
    this.open = undefined;
  }

  private cut(file: Pick<Shard, 'firstFile' | 'files' | 'lines'>, size: number, cut: CutFile): void {
    const { groups, footer } = cut;
    let rowsBefore = 0;
    for (let first = 0; first < groups.length; ) {
      const { start } = groups[first]!;
      let end = first + 1;
      while (end < groups.length && groups[end]!.end - start <= this.limits.bytes) end += 1;
      const part = groups.slice(first, end);
      const to = Math.max(...part.map((group) => group.end));
      const from = Math.min(...part.map((group) => group.start));
      const rowGroup = { first, end, rowsBefore, from, to, footer };
      this.push({ ...file, kind: 'row-groups', bytes: to - from + footer, rowGroups: rowGroup });
      rowsBefore += part.reduce((sum, { rows }) => sum + rows, 0);
      first = end;
    }
    const step = size > this.limits.hash.treeAbove ? this.limits.hashedBytes : size;
    for (let from = 0; from < size; from += step) {
      const to = Math.min(size, from + step);
      this.push({ ...file, kind: 'hash', bytes: to - from, hash: { from, to } });
    }
  }

  private push(shard: Omit<Shard, 'shard'>): void {
    this.shards.push({ shard: this.shards.length, ...shard });
  }
}

/** Where the row groups are, or undefined when the footer does not say it: reading the file then finds out why. */
async function groupsOf(bucket: string, file: ListedObject): Promise<CutFile | undefined> {
  try {
    const tail = await readRange(bucket, file, { from: file.size - PARQUET_TAIL_BYTES, to: file.size });
    const length = footerLength(tail);
    const footer = length + PARQUET_TAIL_BYTES;
    if (footer > Math.min(file.size, LARGEST_FOOTER_BYTES)) return undefined;
    const from = file.size - footer;
    const bytes = await readRange(bucket, file, { from, to: from + length });
    const groups = rowGroups(bytes);
    const isWithin = groups.every(({ start, end }) => start < end && end <= file.size - footer);
    return isWithin ? { groups, footer } : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const isParquet = (path: string) => path.toLowerCase().endsWith('.parquet');
