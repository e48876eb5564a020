/** S3 objects that distributed Maps read and write, under the state machine's role. */
import { gunzipSync } from 'node:zlib';
import type { _Object, GetObjectCommandOutput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { NotImplementedByLocalCloud } from '../../../core/errors.ts';
import type { JsonObject } from '../../json.ts';
import { NOT_IMPLEMENTED, StateFailure } from '../failure.ts';
import type { Execution } from '../strand.ts';

/** An object, in its newest version unless it says another. */
export interface ObjectPlace {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
  readonly ExpectedBucketOwner?: string;
}

/** All objects that ListObjectsV2 lists, page by page. */
export async function listObjects(execution: Execution, place: JsonObject): Promise<_Object[]> {
  const found: _Object[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await call(execution, 'ListObjectsV2', {
      ...place,
      ...(ContinuationToken ? { ContinuationToken } : {}),
    });
    found.push(...(page.Contents ?? []));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return found;
}

/** The text of an object; `.gz` is unpacked. */
export async function readObject(execution: Execution, place: ObjectPlace): Promise<string> {
  if (/\.zstd?$/.test(place.Key)) {
    throw new StateFailure(
      NOT_IMPLEMENTED,
      new NotImplementedByLocalCloud('ItemReader of ZSTD files').message,
    );
  }
  const { Body } = await call<GetObjectCommandOutput>(execution, 'GetObject', place);
  const bytes = await bytesOf(Body);
  return (place.Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

/** Writes an object. */
export async function writeObject(
  execution: Execution,
  place: ObjectPlace,
  body: Buffer,
  contentType: string,
): Promise<void> {
  const { ExpectedBucketOwner, Bucket, Key } = place;
  await call(execution, 'PutObject', {
    Bucket,
    Key,
    ...(ExpectedBucketOwner ? { ExpectedBucketOwner } : {}),
    Body: body,
    ContentLength: body.length,
    ContentType: contentType,
  });
}

function call<Output>({ cloud, principal }: Execution, operation: string, input: object): Promise<Output> {
  return cloud.call<Output>('s3', operation, input, principal());
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || typeof body === 'string') return Buffer.from(body ?? '');
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
