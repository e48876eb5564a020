/** Versions of S3's objects: listing them, verified copies of one of them, and tags that lifecycle rules look at. */
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectTaggingCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';
import type { ContentHash } from './content-hash.ts';
import { isAwsError, NonRetryableError } from './errors.ts';
import { STATE_TAG } from './keys.ts';
import { copySource } from './objects.ts';
import { compareUtf8 } from './utf8-order.ts';

/** One version of a key, or the mark of its deletion. */
export interface KeyVersion {
  readonly versionId: string;
  readonly size: number;
  /** As S3 gives it, with its quotation marks; empty for a mark. */
  readonly etag: string;
  /** ISO 8601; S3 counts in whole seconds. */
  readonly lastModified: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
}

/** A key with its versions, newest first. */
export interface KeyVersions {
  readonly key: string;
  readonly versions: readonly KeyVersion[];
}

/** Parts of a multipart copy under way at once: S3 moves each by itself. */
const PARALLEL_PARTS = 16;

/**
 * Every key below a prefix with all its versions, in order of UTF-8 bytes of the key, a page of the listing at a time.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export async function* listKeyVersions(bucket: string, prefix: string): AsyncIterable<KeyVersions> {
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  let open: { key: string; versions: KeyVersion[] } | undefined;
  while (from) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
    );
    for (const [key, version] of pageOf(page)) {
      if (open && open.key !== key) {
        yield newestFirst(open);
        open = undefined;
      }
      open ??= { key, versions: [] };
      open.versions.push(version);
    }
    from = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  if (open) yield newestFirst(open);
}

/** The versions of one key, newest first; none when there is no such key. */
export async function versionsOfKey(bucket: string, key: string): Promise<readonly KeyVersion[]> {
  // keys come in order, so the key itself is before all that only begin with it
  for await (const found of listKeyVersions(bucket, key)) return found.key === key ? found.versions : [];
  return [];
}

export interface CopyVersionOptions extends ContentHash {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  readonly targetKey: string;
}

/**
 * Copies one version inside S3 to a key that is named by content or by upload, and compares S3's own SHA-256 of the copy
 * with ours. A target that is there already is compared and left as it is. Contents with a tree hash are copied in parts
 * of that size, so that S3's composite checksum is that hash.
 * @returns whether this call made the copy.
 * @throws NonRetryableError (code `CopyDiffers`) when the bytes are others than those that were hashed.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export async function copyVersion(options: CopyVersionOptions): Promise<boolean> {
  try {
    const checksum = options.chunkSize === undefined ? await copyWhole(options) : await copyParts(options);
    verify(options, checksum);
    return true;
  } catch (error) {
    // 409: somebody else writes the same content at this moment
    if (!isAwsError(error, 'PreconditionFailed', 'ConditionalRequestConflict')) throw error;
    verify(options, await checksumOf(options.bucket, options.targetKey));
    return false;
  }
}

async function copyWhole({
  bucket,
  key,
  versionId,
  targetKey,
}: CopyVersionOptions): Promise<string | undefined> {
  const { CopyObjectResult } = await s3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: targetKey,
      CopySource: copySource(bucket, key, versionId),
      ChecksumAlgorithm: 'SHA256',
      IfNoneMatch: '*',
      // the copy has no tags: a rule may remove what was committed, never its copy
      TaggingDirective: 'REPLACE',
    }),
  );
  return CopyObjectResult?.ChecksumSHA256;
}

async function copyParts(options: CopyVersionOptions): Promise<string | undefined> {
  const { bucket, key, versionId, targetKey, size, chunkSize } = options;
  const target = { Bucket: bucket, Key: targetKey };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' }),
  );
  const count = Math.ceil(size / chunkSize!);
  const parts: CompletedPart[] = [];
  let next = 0;
  const copyNext = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const to = Math.min(size, (index + 1) * chunkSize!) - 1;
      const { CopyPartResult } = await s3.send(
        new UploadPartCopyCommand({
          ...target,
          UploadId,
          PartNumber: index + 1,
          CopySource: copySource(bucket, key, versionId),
          CopySourceRange: `bytes=${index * chunkSize!}-${to}`,
        }),
      );
      const { ETag, ChecksumSHA256 } = CopyPartResult!;
      parts[index] = { PartNumber: index + 1, ETag, ChecksumSHA256 };
    }
  };
  // parts of a copy that is given up are removed by the bucket's rule for unfinished uploads
  await Promise.all(Array.from({ length: Math.min(PARALLEL_PARTS, count) }, copyNext));
  const { ChecksumSHA256 } = await s3.send(
    new CompleteMultipartUploadCommand({
      ...target,
      UploadId,
      MultipartUpload: { Parts: parts },
      IfNoneMatch: '*',
    }),
  );
  return ChecksumSHA256;
}

async function checksumOf(bucket: string, key: string): Promise<string | undefined> {
  const { ChecksumSHA256 } = await s3.send(
    new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
  );
  return ChecksumSHA256;
}

/** S3 gives base64, and after a composite checksum the number of parts. */
function verify({ key, versionId, targetKey, sha256 }: CopyVersionOptions, checksum = ''): void {
  const is = Buffer.from(checksum.replace(/-\d+$/, ''), 'base64').toString('hex');
  if (is === sha256) return;
  throw new NonRetryableError(
    `the copy ${targetKey} of ${key} has SHA-256 ${is || '(none)'} by S3, but ${sha256} was read: nothing is committed`,
    { code: 'CopyDiffers', details: { key, versionId, targetKey } },
  );
}

/** Why an object below `incoming/` is not needed any more; rules of the bucket remove it a day later. */
export type IncomingState = 'committed' | 'rejected' | 'expired';
export { STATE_TAG };

/** Tags one version; one that is gone by now needs no tag. */
export async function tagVersion(
  bucket: string,
  { key, versionId }: { readonly key: string; readonly versionId: string },
  state: IncomingState,
): Promise<void> {
  try {
    await s3.send(
      new PutObjectTaggingCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId,
        Tagging: { TagSet: [{ Key: STATE_TAG, Value: state }] },
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed')) throw error;
  }
}

interface ListedEntry {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly Size?: number;
  readonly ETag?: string;
  readonly LastModified?: Date;
  readonly IsLatest?: boolean;
}

interface VersionsPage {
  readonly Versions?: readonly ListedEntry[];
  readonly DeleteMarkers?: readonly ListedEntry[];
}

/** The page's two lists, each in order of key, as one; of a key the marks come first. */
function* pageOf({ Versions = [], DeleteMarkers = [] }: VersionsPage): Iterable<[string, KeyVersion]> {
  let next = 0;
  function* markersUpTo(key: string | undefined): Iterable<[string, KeyVersion]> {
    for (; next < DeleteMarkers.length; next++) {
      const marker = DeleteMarkers[next]!;
      if (key !== undefined && compareUtf8(marker.Key!, key) > 0) return;
      yield [marker.Key!, versionOf(marker, true)];
    }
  }
  for (const version of Versions) {
    yield* markersUpTo(version.Key);
    yield [version.Key!, versionOf(version, false)];
  }
  yield* markersUpTo(undefined);
}

function versionOf(entry: ListedEntry, isDeleteMarker: boolean): KeyVersion {
  return {
    versionId: entry.VersionId ?? 'null',
    size: entry.Size ?? 0,
    etag: entry.ETag ?? '',
    lastModified: entry.LastModified?.toISOString() ?? '',
    isLatest: entry.IsLatest ?? false,
    isDeleteMarker,
  };
}

/**
 * S3's order of versions is kept; a mark goes where its time says, before versions of the same second. Nothing goes before
 * the latest, whose time may be that of the mark, or earlier when it came in parts: it has the time of their begin.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
function newestFirst({ key, versions }: { key: string; versions: KeyVersion[] }): KeyVersions {
  const markers = versions.filter(({ isDeleteMarker }) => isDeleteMarker);
  if (markers.length === 0) return { key, versions };
  const ordered = versions.filter(({ isDeleteMarker }) => !isDeleteMarker);
  for (const marker of markers) {
    const at = marker.isLatest
      ? 0
      : ordered.findIndex((version) => !version.isLatest && version.lastModified <= marker.lastModified);
    ordered.splice(at < 0 ? ordered.length : at, 0, marker);
  }
  return { key, versions: ordered };
}
