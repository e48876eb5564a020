/** Sends one file to S3 in parts, and goes on with what an interrupted upload has left there. */
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { UsageError } from '../connect.ts';
import { type ByteBudget, mapLimited } from '../map-limited.ts';
import { withRetries } from '../retry.ts';
import type { FoundFile } from './find-files.ts';
import { compositeChecksum, type Part, partsOf, readPart, sha256Base64 } from './parts.ts';

/** Requests of one file at once; how many bytes all files together hold is the budget's matter. */
const PARTS_AT_ONCE = 8;
/** How finely progress is told. */
const SLICE_BYTES = 64 * 1024;

export interface Sender {
  readonly s3: S3Client;
  readonly bucket: string;
  /** Shared by all files that are sent at the same time. */
  readonly budget: ByteBudget;
  /** Bytes that went over the wire; negative for an attempt that has to be repeated. */
  readonly onSent: (bytes: number) => void;
  /** Bytes that were there already. */
  readonly onKept: (bytes: number) => void;
  /** Bytes of a part. @default - by the file's size */
  readonly partBytes?: number;
}

/** The object that a file has become. */
export interface SentObject {
  readonly key: string;
  /** Absent in a bucket without versions. */
  readonly versionId?: string;
}

/**
 * Sends a file. Every part carries its SHA-256, which S3 checks; parts of `unfinished` that have the file's own checksum
 * are not sent again.
 * @param unfinished id of a multipart upload of this key; one without SHA-256 checksums is another tool's and left alone.
 * @throws UsageError when the file changes meanwhile.
 */
export async function sendFile(
  sender: Sender,
  key: string,
  file: FoundFile,
  unfinished?: string,
): Promise<SentObject> {
  const parts = partsOf(file.size, sender.partBytes);
  if (parts.length === 1) return sendWhole(sender, key, file, parts[0]!);

  const { s3, bucket } = sender;
  const object = { Bucket: bucket, Key: key };
  const there = unfinished === undefined ? undefined : await listParts(sender, key, unfinished);
  const UploadId = there
    ? unfinished
    : (await s3.send(new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256' }))).UploadId;
  const done = await mapLimited(parts, PARTS_AT_ONCE, (part) =>
    sender.budget.hold(part.size, async () => {
      const bytes = await bytesOf(file, part);
      const ChecksumSHA256 = sha256Base64(bytes);
      const listed = there?.get(part.number);
      if (listed?.size === part.size && listed.checksum === ChecksumSHA256) {
        sender.onKept(part.size);
        return { PartNumber: part.number, ETag: listed.etag, ChecksumSHA256 };
      }
      const { ETag } = await sendBytes(sender, bytes, (Body) =>
        s3.send(
          new UploadPartCommand({
            ...object,
            UploadId,
            PartNumber: part.number,
            Body,
            ContentLength: part.size,
            ChecksumSHA256,
          }),
        ),
      );
      return { PartNumber: part.number, ETag, ChecksumSHA256 };
    }),
  );
  await assertUnchanged(file);
  const { VersionId } = await s3.send(
    new CompleteMultipartUploadCommand({
      ...object,
      UploadId,
      MultipartUpload: { Parts: done },
      ChecksumSHA256: compositeChecksum(done.map((part) => part.ChecksumSHA256)),
    }),
  );
  return { key, versionId: VersionId };
}

async function sendWhole(sender: Sender, key: string, file: FoundFile, part: Part): Promise<SentObject> {
  return sender.budget.hold(part.size, async () => {
    const bytes = await bytesOf(file, part);
    // a file below incoming/ may be committed the moment it is there: too late to see that it had changed
    await assertUnchanged(file);
    const { VersionId } = await sendBytes(sender, bytes, (Body) =>
      sender.s3.send(
        new PutObjectCommand({
          Bucket: sender.bucket,
          Key: key,
          Body,
          ContentLength: part.size,
          ChecksumSHA256: sha256Base64(bytes),
        }),
      ),
    );
    return { key, versionId: VersionId };
  });
}

/** Sends bytes as a stream, so that progress can be told; such requests are not repeated by the SDK, but here. */
function sendBytes<Answer>(
  sender: Sender,
  bytes: Buffer,
  send: (body: Readable | Uint8Array) => Promise<Answer>,
): Promise<Answer> {
  // an empty stream makes some servers wait for a chunk that never comes
  if (bytes.length === 0) return send(new Uint8Array());
  return withRetries(async () => {
    let sent = 0;
    function* slices() {
      for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
        const slice = bytes.subarray(start, start + SLICE_BYTES);
        yield slice;
        sent += slice.length;
        sender.onSent(slice.length);
      }
    }
    try {
      return await send(Readable.from(slices(), { objectMode: false }));
    } catch (error) {
      sender.onSent(-sent);
      throw error;
    }
  });
}

interface ListedPart {
  readonly size: number;
  readonly etag: string;
  readonly checksum?: string;
}

/** @returns undefined for an upload that was begun without SHA-256 checksums: nothing to verify its parts by. */
async function listParts(
  { s3, bucket }: Sender,
  key: string,
  uploadId: string,
): Promise<Map<number, ListedPart> | undefined> {
  const parts = new Map<number, ListedPart>();
  let marker: string | undefined;
  do {
    const page = await s3.send(
      new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker }),
    );
    if (page.ChecksumAlgorithm !== 'SHA256') return undefined;
    for (const { PartNumber, Size, ETag, ChecksumSHA256 } of page.Parts ?? []) {
      parts.set(PartNumber!, { size: Size!, etag: ETag!, checksum: ChecksumSHA256 });
    }
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (marker);
  return parts;
}

async function bytesOf(file: FoundFile, part: Part): Promise<Buffer> {
  try {
    return await readPart(file.file, part);
  } catch (error) {
    if (error instanceof RangeError) throw changed(file);
    throw error;
  }
}

async function assertUnchanged(file: FoundFile): Promise<void> {
  const { size, mtimeMs } = await stat(file.file);
  if (size !== file.size || mtimeMs !== file.modifiedMs) throw changed(file);
}

const changed = ({ file }: FoundFile) =>
  new UsageError(`${file} changed while it was being sent; run the same command again once it is at rest`);
