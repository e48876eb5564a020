/** How a file is cut for S3, and the checksums that S3 gives for it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const MIB = 1024 ** 2;
/** S3 takes parts of 5 MiB or more, the last excepted. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const SMALLEST_PART_BYTES = 5 * MIB;
const USUAL_PART_BYTES = 8 * MIB;
const MAXIMUM_PARTS = 10_000;
/** The largest object that S3 keeps. */
export const LARGEST_FILE_BYTES = 5 * 1024 ** 4;

/** One part of a file. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly size: number;
}

/** Bytes of each part but the last: the same for the same size, so that an interrupted upload is cut alike again. */
export function partBytes(fileSize: number): number {
  return Math.max(USUAL_PART_BYTES, Math.ceil(fileSize / MAXIMUM_PARTS / MIB) * MIB);
}

/** A file's parts in order. One for an empty file. */
export function partsOf(fileSize: number, bytes: number = partBytes(fileSize)): Part[] {
  const count = Math.max(1, Math.ceil(fileSize / bytes));
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * bytes,
    size: Math.min(bytes, fileSize - index * bytes),
  }));
}

/** SHA-256 in base64, as S3's headers have it. */
export const sha256Base64 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

/**
 * S3's checksum of a multipart object: the hash of the parts' hashes, and their number.
 * @param parts SHA-256 in base64, in order.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function compositeChecksum(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(Buffer.from(part, 'base64'));
  return `${hash.digest('base64')}-${parts.length}`;
}

/** The checksum that S3 keeps for a file which is uploaded as `partsOf` cuts it. */
export async function checksumOf(file: string, parts: readonly Part[]): Promise<string> {
  const sums: string[] = [];
  for (const { start, size } of parts) {
    const hash = createHash('sha256');
    if (size > 0) {
      for await (const chunk of createReadStream(file, { start, end: start + size - 1 })) hash.update(chunk);
    }
    sums.push(hash.digest('base64'));
  }
  return sums.length === 1 ? sums[0]! : compositeChecksum(sums);
}

/** The bytes of a part. @throws RangeError when the file has become shorter. */
export async function readPart(file: string, { start, size }: Part): Promise<Buffer> {
  const handle: FileHandle = await open(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, start + filled);
      if (bytesRead === 0) throw new RangeError(`${file} ends before byte ${start + size}`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
