/** Reads objects as streams that outlive a broken connection. */

import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ManifestFile } from '../../../lambdas/datasets/contract.ts';
import { ContentHasher, type HashLimits } from '../../../lambdas/shared/content-hash.ts';
import type { Connection } from '../connect.ts';
import { mayPass } from '../retry.ts';

/** Breaks in a row without a byte in between. */
const ATTEMPTS = 6;
const PAUSE_MS = 300;

/**
 * The bytes of an object from an offset on. After a break it goes on where it stopped, in the same object or not at all.
 * @throws NoSuchKey when there is none; PreconditionFailed when it was replaced meanwhile.
 */
export async function* readObject(
  { s3, bucket }: Pick<Connection, 's3' | 'bucket'>,
  key: string,
  from = 0,
): AsyncGenerator<Uint8Array> {
  let offset = from;
  let etag: string | undefined;
  for (let failures = 0; ; ) {
    const before = offset;
    try {
      const { Body, ETag } = await s3.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          IfMatch: etag,
          Range: offset > 0 ? `bytes=${offset}-` : undefined,
        }),
      );
      etag = ETag;
      for await (const chunk of Body as Readable) {
        offset += (chunk as Uint8Array).length;
        yield chunk as Uint8Array;
      }
      return;
    } catch (error) {
      failures = offset > before ? 1 : failures + 1;
      if (failures >= ATTEMPTS || !mayPass(error)) throw error;
      await sleep(PAUSE_MS * 2 ** (failures - 1));
    }
  }
}

/** Hashes contents as the manifest says that they were hashed. */
export function hasherOf({ size, chunkSize }: Pick<ManifestFile, 'size' | 'chunkSize'>): ContentHasher {
  const limits: HashLimits =
    chunkSize === undefined ? { treeAbove: Infinity, chunkSize: 1 } : { treeAbove: -1, chunkSize };
  return new ContentHasher(size, limits);
}

/** Contents of a version: files with the same bytes are one object. */
export interface Content extends Pick<ManifestFile, 'sha256' | 'size' | 'chunkSize'> {
  /** Every path of the version that has it. */
  readonly paths: readonly string[];
}

/** The different contents of files, in the order of their first paths. */
export function contentsOf(files: readonly ManifestFile[]): Content[] {
  const contents = new Map<string, Content & { readonly paths: string[] }>();
  for (const { path, sha256, size, chunkSize } of files) {
    const known = contents.get(sha256);
    if (known) known.paths.push(path);
    else contents.set(sha256, { sha256, size, chunkSize, paths: [path] });
  }
  return [...contents.values()];
}
