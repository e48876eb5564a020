/** Parts of S3 versions: in memory, at their place in a sparse local file, or as they stream by. */
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../../shared/clients.ts';
import type { ListedObject } from '../contract.ts';

/** Bytes `from` to `to`, exclusive. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

type Version = Pick<ListedObject, 'key'> & { readonly versionId?: string };

/** The bytes as they arrive; none for an empty range, which S3 cannot be asked for. */
export async function* streamRange(
  bucket: string,
  { key, versionId }: Version,
  { from, to }: ByteRange,
): AsyncGenerator<Uint8Array> {
  if (to <= from) return;
  const { Body } = await s3.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      VersionId: versionId,
      Range: `bytes=${from}-${to - 1}`,
    }),
  );
  yield* Body as Readable;
}

export async function readRange(bucket: string, version: Version, range: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamRange(bucket, version, range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes the bytes to where they are in the object; what is not written takes no room on the disk. */
export async function downloadRange(
  bucket: string,
  version: Version,
  range: ByteRange,
  file: string,
): Promise<void> {
  const handle = await open(file, 'a').then(async (created) => {
    await created.close();
    return open(file, 'r+');
  });
  try {
    let at = range.from;
    for await (const chunk of streamRange(bucket, version, range)) {
      await handle.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
  } finally {
    await handle.close();
  }
}
