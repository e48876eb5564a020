/** S3 as the handlers use it: whole JSON documents, server-side copies, and streaming from and to temporary files. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type _Object,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { s3 } from './clients.ts';
import { isAwsError, NonRetryableError } from './errors.ts';

/** One CopyObject moves at most 5 GiB; above that a multipart copy is needed, which this version does not do. */
const COPY_LIMIT_BYTES = 5 * 1024 ** 3;

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
  readonly etag: string;
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
  throw new NonRetryableError(`s3://${bucket}/${key} does not exist`, {
    code: 'ObjectMissing',
    details: { bucket, key },
  });
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
      `${source.key} has ${source.size} bytes; this version copies files of at most ${COPY_LIMIT_BYTES} bytes: split the file`,
      { code: 'ObjectTooLarge', details: { key: source.key, size: source.size } },
    );
  }
  if ((await findObject(bucket, targetKey))?.size === source.size) return { copied: false };
  await s3.send(
    new CopyObjectCommand({
      Bucket: bucket,
      Key: targetKey,
      CopySource: `${bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`,
      CopySourceIfMatch: source.etag,
    }),
  );
  return { copied: true };
}

/** Removes an object; one that is not there is no error. */
export async function deleteObject(bucket: string, key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

/**
 * Streams an object into a file and hashes it on the way; memory does not grow with its size.
 * @param ifMatch fails with PreconditionFailed when the object is another one by now.
 */
export async function downloadObject(
  bucket: string,
  key: string,
  file: string,
  { ifMatch }: { readonly ifMatch?: string } = {},
): Promise<Downloaded> {
  const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: ifMatch }));
  const hash = createHash('sha256');
  let size = 0;
  const meter = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(Body as Readable, meter, createWriteStream(file));
  return { size, sha256: hash.digest('hex'), etag: ETag ?? '' };
}

/** Streams a file into an object, in one request (at most 5 GiB). */
export async function uploadFile(
  bucket: string,
  key: string,
  file: string,
  contentType = 'application/octet-stream',
): Promise<void> {
  const { size } = await stat(file);
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      // an empty stream makes some servers wait for a chunk that never comes
      Body: size === 0 ? '' : createReadStream(file),
      ContentLength: size,
      ContentType: contentType,
    }),
  );
}

function summaryOf({ Key, Size, ETag, LastModified }: _Object): ObjectSummary {
  return {
    key: Key!,
    size: Size ?? 0,
    etag: ETag ?? '',
    lastModified: LastModified?.toISOString() ?? '',
  };
}
