/**
 * S3 as the handlers use it: whole JSON documents, documents of lines, and streaming from and to temporary files.
 * Versions of objects and verified copies: `object-versions.ts`.
 */
import { createWriteStream, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type _Object,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';
import { ContentHasher, type HashLimits } from './content-hash.ts';
import { isAwsError, NonRetryableError } from './errors.ts';
import { splitLines } from './lines.ts';

/** One CopyObject moves at most 5 GiB; `copyVersion` moves more. */
const COPY_LIMIT_BYTES = 5 * 1024 ** 3;

/** An object of this size or less is written at once: a stream to the disk takes longer than a call that waits. */
const SMALL_BYTES = 256 * 1024;

export interface ObjectSummary {
  readonly key: string;
  readonly size: number;
  /** As S3 gives it, with its quotation marks. */
  readonly etag: string;
  /** ISO 8601. */
  readonly lastModified: string;
}

export interface Downloaded {
  readonly size: number;
  readonly sha256: string;
  /** Present iff `sha256` is a tree hash. */
  readonly chunkSize?: number;
  readonly etag: string;
}

export interface DownloadOptions {
  /** Fails with PreconditionFailed when the object is another one by now. */
  readonly ifMatch?: string;
  /** This version, whatever is current. */
  readonly versionId?: string;
  readonly hashLimits?: HashLimits;
}

/** The document, or undefined when there is no such object. */
export async function getJson<T>(bucket: string, key: string): Promise<T | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return JSON.parse(await Body!.transformToString('utf8')) as T;
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey', 'NotFound')) return undefined;
    throw error;
  }
}

/** The document. @throws NonRetryableError (code `ObjectMissing`) when there is no such object. */
export async function requireJson<T>(bucket: string, key: string): Promise<T> {
  const document = await getJson<T>(bucket, key);
  if (document !== undefined) return document;
  throw objectMissing(bucket, key);
}

/**
 * Writes a document.
 * @param ifAbsent leaves an object that is there untouched (`If-None-Match: *`).
 * @returns whether this call wrote it.
 */
export async function putJson(
  bucket: string,
  key: string,
  document: unknown,
  { ifAbsent = false }: { readonly ifAbsent?: boolean } = {},
): Promise<boolean> {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: JSON.stringify(document),
        ContentType: 'application/json',
        IfNoneMatch: ifAbsent ? '*' : undefined,
      }),
    );
    return true;
  } catch (error) {
    // 409 is a write of the same key under way: somebody else writes the same content.
    if (ifAbsent && isAwsError(error, 'PreconditionFailed', 'ConditionalRequestConflict')) return false;
    throw error;
  }
}

/** Writes a text under its content type, over whatever was there. */
export async function putText(bucket: string, key: string, text: string, contentType: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: contentType }));
}

/**
 * Size, ETag and time of an object, or undefined when there is none. By LIST: a HEAD of an absent key answers 403, not
 * 404, to a role whose `s3:ListBucket` is limited to prefixes, and could not be told from a missing permission.
 */
export async function findObject(bucket: string, key: string): Promise<ObjectSummary | undefined> {
  // keys come in order, so the key itself is before all that only begin with it
  const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  const found = page.Contents?.[0];
  return found?.Key === key ? summaryOf(found) : undefined;
}

/** Every object below a prefix, in order of key. */
export async function listObjects(bucket: string, prefix: string): Promise<ObjectSummary[]> {
  const found: ObjectSummary[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const object of page.Contents ?? []) found.push(summaryOf(object));
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token);
  return found;
}

/**
 * Copies inside S3 exactly the bytes that had `etag`; an object of the same size at the target is taken to be the copy,
 * so targets have to be named by content or by upload.
 * @throws NonRetryableError (code `ObjectTooLarge`) above 5 GiB; PreconditionFailed when the source has changed.
 */
export async function copyObject(
  bucket: string,
  source: ObjectSummary,
  targetKey: string,
): Promise<{ copied: boolean }> {
  if (source.size > COPY_LIMIT_BYTES) {
    throw new NonRetryableError(
      `${source.key} has ${source.size} bytes; files of this kind have at most ${COPY_LIMIT_BYTES} bytes: split the file`,
      { code: 'ObjectTooLarge', details: { key: source.key, size: source.size } },
    );
  }
  if ((await findObject(bucket, targetKey))?.size === source.size) return { copied: false };
  await s3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: targetKey,
      CopySource: copySource(bucket, source.key),
      CopySourceIfMatch: source.etag,
    }),
  );
  return { copied: true };
}

/** What is directly below a prefix that ends in `/`: objects, and folders by their prefixes, a page at a time. */
export async function* listFolder(
  bucket: string,
  prefix: string,
): AsyncIterable<{ readonly objects: readonly ObjectSummary[]; readonly folders: readonly string[] }> {
  let token: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: '/',
        ContinuationToken: token,
      }),
    );
    yield {
      objects: (page.Contents ?? []).map(summaryOf),
      folders: (page.CommonPrefixes ?? []).map((folder) => folder.Prefix!),
    };
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token);
}

/** Copies a document to a key that is written once, whole and unchanged; one that is there is left as it is. */
export async function copyDocument(bucket: string, sourceKey: string, targetKey: string): Promise<void> {
  try {
    await s3.send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: targetKey,
        CopySource: copySource(bucket, sourceKey),
        IfNoneMatch: '*',
        TaggingDirective: 'REPLACE',
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'PreconditionFailed', 'ConditionalRequestConflict')) throw error;
  }
}

/** Removes an object; one that is not there is no error. */
export async function deleteObject(bucket: string, key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

/** Streams an object into a file and hashes it on the way; memory does not grow with its size. */
export async function downloadObject(
  bucket: string,
  key: string,
  file: string,
  { ifMatch, versionId, hashLimits }: DownloadOptions = {},
): Promise<Downloaded> {
  const { Body, ETag, ContentLength } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: ifMatch, VersionId: versionId }),
  );
  const hasher = new ContentHasher(ContentLength ?? 0, hashLimits);
  if (ContentLength !== undefined && ContentLength <= SMALL_BYTES) {
    const pieces: Uint8Array[] = [];
    for await (const piece of Body as Readable) pieces.push(piece as Uint8Array);
    const whole = Buffer.concat(pieces);
    hasher.update(whole);
    writeFileSync(file, whole);
    return { size: hasher.size, ...hasher.digest(), etag: ETag ?? '' };
  }
  const meter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hasher.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Body as Readable, meter, createWriteStream(file));
  return { size: hasher.size, ...hasher.digest(), etag: ETag ?? '' };
}

/** The lines of a text object as they arrive (`splitLines`); undefined when there is no such object. */
export async function openLines(bucket: string, key: string): Promise<AsyncIterable<string> | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return splitLines(Body as Readable);
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey', 'NotFound')) return undefined;
    throw error;
  }
}

/** The values of a JSON Lines object as they arrive. @throws NonRetryableError (code `ObjectMissing`) */
export async function* readJsonLines<T>(bucket: string, key: string): AsyncIterable<T> {
  const lines = await openLines(bucket, key);
  if (!lines) throw objectMissing(bucket, key);
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as T;
}

/**
 * Streams a file into an object, in one request (at most 5 GiB).
 * @param ifAbsent leaves an object that is there untouched (`If-None-Match: *`).
 * @returns whether this call wrote it.
 */
export async function uploadFile(
  bucket: string,
  key: string,
  file: string,
  contentType = 'application/octet-stream',
  { ifAbsent = false }: { readonly ifAbsent?: boolean } = {},
): Promise<boolean> {
  // opened here: a stream that opens by itself may do so after a failed request, when the file is gone
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        // an empty stream makes some servers wait for a chunk that never comes
        Body: size === 0 ? '' : handle.createReadStream({ autoClose: false }),
        ContentLength: size,
        ContentType: contentType,
        IfNoneMatch: ifAbsent ? '*' : undefined,
      }),
    );
    return true;
  } catch (error) {
    if (ifAbsent && isAwsError(error, 'PreconditionFailed', 'ConditionalRequestConflict')) return false;
    throw error;
  } finally {
    await handle.close();
  }
}

/** Value of the header `x-amz-copy-source`: URL-encoded, the slashes plain. */
export function copySource(bucket: string, key: string, versionId?: string): string {
  const path = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

function objectMissing(bucket: string, key: string): NonRetryableError {
  return new NonRetryableError(`s3://${bucket}/${key} does not exist`, {
    code: 'ObjectMissing',
    details: { bucket, key },
  });
}

function summaryOf({ Key, Size, ETag, LastModified }: _Object): ObjectSummary {
  return {
    key: Key!,
    size: Size ?? 0,
    etag: ETag ?? '',
    lastModified: LastModified?.toISOString() ?? '',
  };
}
