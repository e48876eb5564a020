/** S3 as SageMaker uses it: listing, download and upload under an execution role. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type {
  GetObjectCommandInput,
  ListObjectsV2CommandOutput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { Cloud } from '../core/cloud.ts';
import type { Principal } from '../core/principal.ts';
import { validationError } from './constraints.ts';

export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** Bucket and key of `s3://bucket/key`, or of `https://s3.REGION.amazonaws.com/bucket/key`. @throws AwsError ValidationException */
export function parseS3Uri(uri: string): S3Location {
  const match =
    /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ??
    /^https:\/\/s3[.-][a-z0-9-]+\.amazonaws\.com\/([^/]+)\/?(.*)$/s.exec(uri);
  if (!match) throw validationError(`Invalid S3 URI "${uri}": expected s3://bucket/key.`);
  return { bucket: match[1]!, key: match[2]! };
}

/** `s3://bucket/prefix` with `rest` below it, whether or not the prefix ends in a slash. */
export function below(uri: string, rest: string): string {
  return `${uri.replace(/\/+$/, '')}/${rest}`;
}

/**
 * Path of an object below the prefix that it was found under: `train` and `train/` both give `a.csv` for `train/a.csv`;
 * a prefix that ends inside a name counts from its folder.
 */
export function relativeKey(prefix: string, key: string): string {
  if (key.startsWith(prefix) && key[prefix.length] === '/') return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf('/') + 1);
}

export interface RoleS3 {
  /** Keys with this raw prefix, in order, without folder markers. */
  list(location: S3Location): Promise<string[]>;
  read(location: S3Location): Promise<Buffer>;
  download(location: S3Location, file: string): Promise<void>;
  /** Downloads every object under a raw prefix into `directory` and returns the files' paths relative to it. */
  downloadPrefix(
    location: S3Location,
    directory: string,
    keep?: (index: number) => boolean,
  ): Promise<string[]>;
  write(
    location: S3Location,
    body: Buffer | { readonly file: string },
    options?: WriteOptions,
  ): Promise<void>;
  remove(location: S3Location): Promise<void>;
}

export interface WriteOptions {
  readonly kmsKeyId?: string | undefined;
  readonly contentType?: string;
}

/** S3 with every call made as `role`. */
export function s3AsRole(cloud: Cloud, role: Principal): RoleS3 {
  async function list({ bucket, key }: S3Location): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const input = { Bucket: bucket, Prefix: key, ...(token ? { ContinuationToken: token } : {}) };
      const page = await cloud.call<ListObjectsV2CommandOutput>('s3', 'ListObjectsV2', input, role);
      for (const { Key } of page.Contents ?? []) if (Key && !Key.endsWith('/')) keys.push(Key);
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token);
    return keys;
  }

  async function open({ bucket, key }: S3Location): Promise<Readable> {
    const input: GetObjectCommandInput = { Bucket: bucket, Key: key };
    const { Body } = await cloud.call<{ Body?: unknown }>('s3', 'GetObject', input, role);
    return Body instanceof Readable ? Body : Readable.from([toBuffer(Body)]);
  }

  async function download(location: S3Location, file: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true });
    await pipeline(await open(location), createWriteStream(file));
  }

  return {
    list,
    download,
    async read(location) {
      const chunks: Buffer[] = [];
      for await (const chunk of await open(location)) chunks.push(toBuffer(chunk));
      return Buffer.concat(chunks);
    },
    async downloadPrefix({ bucket, key }, directory, keep = () => true) {
      const files: string[] = [];
      const keys = (await list({ bucket, key })).filter((_, index) => keep(index));
      for (const each of keys) {
        const file = resolve(directory, relativeKey(key, each));
        if (relative(directory, file).startsWith('..')) throw validationError(`Invalid S3 key "${each}".`);
        await download({ bucket, key: each }, file);
        files.push(relative(directory, file));
      }
      return files;
    },
    async write({ bucket, key }, body, { kmsKeyId, contentType } = {}) {
      const input: PutObjectCommandInput = {
        Bucket: bucket,
        Key: key,
        // a stream in both cases, which is what S3 gets from the wire
        Body: Buffer.isBuffer(body) ? Readable.from([body]) : createReadStream(body.file),
        ContentLength: Buffer.isBuffer(body) ? body.length : (await stat(body.file)).size,
        ...(contentType ? { ContentType: contentType } : {}),
        ...(kmsKeyId ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId } : {}),
      };
      await cloud.call('s3', 'PutObject', input, role);
    },
    async remove({ bucket, key }) {
      await cloud.call('s3', 'DeleteObject', { Bucket: bucket, Key: key }, role);
    },
  };
}

function toBuffer(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (typeof body === 'string') return Buffer.from(body);
  if (body === undefined || body === null) return Buffer.alloc(0);
  throw new TypeError(`S3 answered a body of type ${typeof body}; expected a stream, bytes or text`);
}
