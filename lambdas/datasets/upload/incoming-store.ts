/** Reads and clears a project's `incoming/`. */
import { deleteObject, findObject, listObjects, type ObjectSummary } from '../../shared/objects.ts';
import type { UploadRequest } from './upload-request.ts';

export interface Incoming {
  /** The upload's files, without its marker. */
  readonly files: readonly ObjectSummary[];
  /** Everything to remove afterwards, the marker last: while it is there, the upload can be asked for again. */
  readonly all: readonly ObjectSummary[];
}

/** What is there for a request; undefined when its object is gone or is another one by now. */
export async function incomingObjects(
  bucket: string,
  request: Exclude<UploadRequest, { kind: 'ignored' }>,
): Promise<Incoming | undefined> {
  const object = await findObject(bucket, request.key);
  if (!object) return undefined;
  if (request.etag !== '' && unquoted(object.etag) !== unquoted(request.etag)) return undefined;
  if (request.kind === 'file') return { files: [object], all: [object] };
  const below = await listObjects(bucket, request.prefix);
  const files = below.filter(({ key }) => key !== request.key && !key.endsWith('/'));
  return { files, all: [...files, object] };
}

/**
 * Removes objects whose outcome is recorded, each only if it is still the one that was read: the name may have been
 * uploaded to again. (A newer object that arrives between the look and the removal is a noncurrent version then.)
 */
export async function removeIncoming(
  bucket: string,
  objects: readonly Pick<ObjectSummary, 'key' | 'etag' | 'lastModified'>[],
): Promise<void> {
  for (const { key, etag, lastModified } of objects) {
    const current = await findObject(bucket, key);
    if (current?.etag === etag && current.lastModified === lastModified) await deleteObject(bucket, key);
  }
}

const unquoted = (etag: string) => etag.replaceAll('"', '');
