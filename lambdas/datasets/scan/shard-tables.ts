/** Tables of shards between the passes: written as Parquet files below the work prefix, read back by the next pass. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../shared/clients.ts';
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { downloadObject, putJson, readJsonLines, requireJson, uploadFile } from '../../shared/objects.ts';
import { mapLimited } from '../../shared/parallel.ts';
import type { ScanPlan } from '../contract.ts';
import {
  profiledShardsKey,
  type Shard,
  type ShardPass,
  type ShardTable,
  shardKey,
  shardTableKey,
} from './contract.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';

const PARALLEL_DOWNLOADS = 8;
const PARQUET = 'application/vnd.apache.parquet';

/** Where one shard's tables and documents are. */
export interface ShardPlace {
  readonly bucket: string;
  readonly workPrefix: string;
  readonly shard: number;
  /** Local folder. */
  readonly directory: string;
}

/** Keeps a relation (a table or a query in brackets) as the shard's table. */
export async function keepTable(
  database: DuckDb,
  relation: string,
  name: ShardTable,
  place: ShardPlace,
): Promise<void> {
  const file = join(place.directory, `${name}.parquet`);
  await database.run(`COPY (FROM ${relation}) TO ${literal(file)} (FORMAT parquet)`);
  await keepFile(file, name, place);
}

/** Keeps a local Parquet file as the shard's table, and removes it here. */
export async function keepFile(file: string, name: ShardTable, place: ShardPlace): Promise<void> {
  const { bucket, workPrefix, shard } = place;
  await uploadFile(bucket, shardTableKey(workPrefix, name, shard), file, PARQUET);
  await rm(file);
}

/** Downloads a table that an earlier pass kept. @returns the local file. */
export async function fetchTable(name: ShardTable, place: ShardPlace): Promise<string> {
  const { bucket, workPrefix, shard, directory } = place;
  const file = join(directory, `${name}-${shard}.parquet`);
  await downloadObject(bucket, shardTableKey(workPrefix, name, shard), file);
  return file;
}

type Documents = Pick<ShardPlace, 'bucket' | 'workPrefix'>;

export async function keepResult(
  { bucket, workPrefix }: Documents,
  pass: ShardPass,
  shard: number,
  result: unknown,
): Promise<void> {
  await putJson(bucket, shardKey(workPrefix, pass, shard), result);
}

/** What a pass found in a shard. @throws NonRetryableError (code `ObjectMissing`) */
export function shardResult<Result>(
  { bucket, workPrefix }: Documents,
  pass: ShardPass,
  shard: number,
): Promise<Result> {
  return requireJson<Result>(bucket, shardKey(workPrefix, pass, shard));
}

/** The shards that the plan divides the upload into, in their order: that of the listing. */
export async function* plannedShards(
  bucket: string,
  { shardsKey: planned }: Pick<ScanPlan, 'shardsKey'>,
): AsyncIterable<Shard> {
  if (planned === undefined)
    throw new NonRetryableError('the plan of this scan has no shards', { code: 'NoShards' });
  yield* readJsonLines<Shard>(bucket, planned);
}

/** The shards that are sampled and counted, in their order: those of the upload first. */
export function profiledShards(bucket: string, workPrefix: string): AsyncIterable<Shard> {
  return readJsonLines<Shard>(bucket, profiledShardsKey(workPrefix));
}

/** Downloads the hashes of all rows of the upload. */
export async function fetchHashes(
  { settings, plan }: ScanContext,
  { directory }: ScanPlace,
  shards: readonly Shard[],
): Promise<string[]> {
  const { workPrefix } = plan;
  return mapLimited(shards, PARALLEL_DOWNLOADS, ({ shard }) =>
    fetchTable('hashes', { bucket: settings.dataBucket, workPrefix, shard, directory }),
  );
}

/** Writes a small text. */
export async function putText(bucket: string, key: string, text: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
}
