/**
 * Freezes what an upload consists of: the S3 versions that were current when its marker was put, whatever is written,
 * overwritten or deleted afterwards. Streams from the listing to a file, so memory does not grow with the number.
 */
import { join } from 'node:path';
import { listingKey, seenKey } from '../../shared/keys.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import { type KeyVersion, listKeyVersions } from '../../shared/object-versions.ts';
import { findObject, openLines, readJsonLines, uploadFile } from '../../shared/objects.ts';
import { compareUtf8 } from '../../shared/utf8-order.ts';
import type { ListedObject } from '../contract.ts';
import type { CommitRequest } from './upload-request.ts';

export interface ListingTotals {
  /** Objects, hidden ones too. */
  readonly files: number;
  readonly bytes: number;
}

export interface FreezeOptions {
  readonly bucket: string;
  readonly request: CommitRequest;
  /** The version of the key that asks for the upload. */
  readonly version: KeyVersion;
  /** An earlier upload of the same folder: what it took is left out. */
  readonly before?: string;
  /** Local folder for the list. */
  readonly directory: string;
}

const JSON_LINES = 'application/x-ndjson';

/**
 * Writes the listing once: whoever comes later, or at the same time, gets the one that was written first.
 * @returns the totals of the listing that counts.
 */
export async function freezeListing(options: FreezeOptions): Promise<ListingTotals> {
  const { bucket, request, directory } = options;
  const key = listingKey(request.upload);
  const existing = await totalsOf(bucket, key);
  if (existing) return existing;

  const listing = join(directory, 'listing.jsonl');
  const seen = join(directory, 'seen.jsonl');
  const fresh = await LineWriter.open(listing);
  const all = await LineWriter.open(seen);
  let files = 0;
  let bytes = 0;
  let leftOut = 0;
  try {
    for await (const { object, isTaken } of withTaken(listedObjects(options), bucket, options.before)) {
      await all.add(object);
      if (isTaken) {
        leftOut += 1;
        continue;
      }
      files += 1;
      bytes += object.size;
      await fresh.add(object);
    }
  } finally {
    await Promise.all([fresh.close(), all.close()]);
  }
  // before the listing, whose presence says that the upload is frozen
  if (leftOut > 0) await uploadFile(bucket, seenKey(request.upload), seen, JSON_LINES);
  if (await uploadFile(bucket, key, listing, JSON_LINES, { ifAbsent: true })) return { files, bytes };
  return (await totalsOf(bucket, key))!;
}

/** The objects of an upload as it was frozen, in order of key. */
export function readListing(bucket: string, upload: string): AsyncIterable<ListedObject> {
  return readJsonLines<ListedObject>(bucket, listingKey(upload));
}

/** Every object of the folder when the upload was frozen, those of earlier uploads too; none once that is long ago. */
export async function* readSeen(bucket: string, upload: string): AsyncIterable<ListedObject> {
  const lines =
    (await openIfThere(bucket, seenKey(upload))) ?? (await openIfThere(bucket, listingKey(upload)));
  for await (const line of lines ?? []) if (line !== '') yield JSON.parse(line) as ListedObject;
}

/** Asks by LIST: to a role that may not list the whole bucket, an object that is absent is one it may not read. */
async function openIfThere(bucket: string, key: string): Promise<AsyncIterable<string> | undefined> {
  return (await findObject(bucket, key)) && openLines(bucket, key);
}

async function totalsOf(bucket: string, key: string): Promise<ListingTotals | undefined> {
  const lines = await openIfThere(bucket, key);
  if (!lines) return undefined;
  let files = 0;
  let bytes = 0;
  for await (const line of lines) {
    files += 1;
    bytes += (JSON.parse(line) as ListedObject).size;
  }
  return { files, bytes };
}

async function* listedObjects({ bucket, request, version }: FreezeOptions): AsyncIterable<ListedObject> {
  if (request.kind === 'file') {
    yield listed(request.path, request.key, version);
    return;
  }
  for await (const { key, versions } of listKeyVersions(bucket, request.prefix)) {
    const path = key.slice(request.prefix.length);
    if (path === '' || key === request.key) continue;
    const then = versions.find(({ lastModified }) => lastModified <= version.lastModified);
    if (then && !then.isDeleteMarker) yield listed(path, key, then);
  }
}

function listed(path: string, key: string, version: KeyVersion): ListedObject {
  const { versionId, size, etag, lastModified } = version;
  return { path, key, versionId, size, etag, lastModified };
}

/** Says of each object whether an earlier upload took that very version; both streams are in order of key. */
async function* withTaken(
  objects: AsyncIterable<ListedObject>,
  bucket: string,
  before: string | undefined,
): AsyncIterable<{ readonly object: ListedObject; readonly isTaken: boolean }> {
  const earlier = before === undefined ? undefined : readSeen(bucket, before)[Symbol.asyncIterator]();
  let taken = await earlier?.next();
  for await (const object of objects) {
    while (taken && !taken.done && compareUtf8(taken.value.key, object.key) < 0)
      taken = await earlier!.next();
    const same = taken && !taken.done && taken.value.key === object.key ? taken.value : undefined;
    yield { object, isTaken: same?.versionId === object.versionId };
  }
  await earlier?.return?.();
}
