/** Brings the objects of an upload onto the function's disk, each once and as the version that was listed. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HashLimits } from '../../shared/content-hash.ts';
import { isAwsError, NonRetryableError, RetryableError } from '../../shared/errors.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import { downloadObject } from '../../shared/objects.ts';
import { mapLimited, PARALLEL_REQUESTS } from '../../shared/parallel.ts';
import type { ListedObject, ScannedFile } from '../contract.ts';
import { isIgnored } from '../files/file-names.ts';

/** Files that are downloaded before their lines are written: enough to keep all connections busy. */
const AT_ONCE = 1_000;

export interface DownloadUploadOptions {
  readonly bucket: string;
  readonly listing: AsyncIterable<ListedObject>;
  /** Local folder. */
  readonly directory: string;
  /** Position in the upload's listing of the first object. @default 0 */
  readonly firstIndex?: number;
  readonly hashLimits?: HashLimits;
}

/**
 * Downloads and hashes every object that may be data; hidden ones are none.
 * @returns local JSON Lines of `ScannedFile` in the order of the listing, without rows; `localFile` says where each is.
 */
export async function downloadUpload(options: DownloadUploadOptions): Promise<string> {
  const { listing, directory, firstIndex = 0 } = options;
  await mkdir(filesFolder(directory), { recursive: true });
  const file = join(directory, 'downloaded.jsonl');
  const lines = await LineWriter.open(file);
  try {
    let index = firstIndex;
    let batch: { index: number; object: ListedObject }[] = [];
    const flush = async () => {
      const done = await mapLimited(batch, PARALLEL_REQUESTS, (each) => downloadOne(options, each));
      for (const line of done) await lines.add(line);
      batch = [];
    };
    for await (const object of listing) {
      if (!isIgnored(object)) batch.push({ index, object });
      index += 1;
      if (batch.length === AT_ONCE) await flush();
    }
    await flush();
  } finally {
    await lines.close();
  }
  return file;
}

/** Where a downloaded file is: names of uploads are never names on this disk. */
export function localFile(directory: string, index: number): string {
  return join(filesFolder(directory), String(index));
}

const filesFolder = (directory: string) => join(directory, 'files');

async function downloadOne(
  { bucket, directory, hashLimits }: DownloadUploadOptions,
  { index, object }: { readonly index: number; readonly object: ListedObject },
): Promise<ScannedFile> {
  const { key, versionId, size } = object;
  try {
    const got = await downloadObject(bucket, key, localFile(directory, index), {
      versionId,
      hashLimits,
    });
    if (got.size !== size) {
      throw new RetryableError(`${key} has ${size} bytes, but ${got.size} arrived; try again`, {
        code: 'DownloadCutShort',
      });
    }
    const { sha256, chunkSize } = got;
    return { ...object, index, sha256, ...(chunkSize === undefined ? {} : { chunkSize }) };
  } catch (error) {
    if (!isAwsError(error, 'NoSuchKey', 'NoSuchVersion')) throw error;
    throw new NonRetryableError(
      `${key} (S3 version ${versionId}) was removed for good while it was being committed; upload it again`,
      { code: 'SourceGone', details: { key, versionId }, cause: error },
    );
  }
}
