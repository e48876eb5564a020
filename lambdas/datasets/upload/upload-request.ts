/** What an object below `incoming/` asks for, told from its key alone. */
import { sha256 } from '../../shared/digest.ts';
import { INCOMING_PREFIX, SUCCESS_MARKER } from '../../shared/keys.ts';

/** The object whose creation an event tells of. */
export interface Occurrence {
  readonly key: string;
  /** Without quotation marks, as events have it. */
  readonly etag: string;
  /** S3's order of events on one key: the same name uploaded again is another upload, a repeated event is not. */
  readonly sequencer: string;
}

export type UploadRequest =
  /** `incoming/<file>`: commits alone. */
  | (Occurrence & { readonly kind: 'file'; readonly upload: string; readonly path: string })
  /** `incoming/<upload>/_SUCCESS`: commits everything below `prefix` together. */
  | (Occurrence & { readonly kind: 'folder'; readonly upload: string; readonly prefix: string })
  /** Not (yet) an upload; `reason` for the log. */
  | { readonly kind: 'ignored'; readonly reason: string };

/** Reads an object's key. */
export function parseUpload(occurrence: Occurrence): UploadRequest {
  const { key } = occurrence;
  if (!key.startsWith(INCOMING_PREFIX)) return { kind: 'ignored', reason: 'not below incoming/' };
  const name = key.slice(INCOMING_PREFIX.length);
  if (name === '' || name.endsWith('/')) return { kind: 'ignored', reason: 'a folder marker' };
  const slash = name.lastIndexOf('/');
  if (slash < 0) {
    if (name === SUCCESS_MARKER) return { kind: 'ignored', reason: 'a marker outside an upload folder' };
    return { ...occurrence, kind: 'file', upload: uploadId(name, occurrence), path: name };
  }
  if (name !== `${name.slice(0, name.indexOf('/'))}/${SUCCESS_MARKER}`) {
    return { kind: 'ignored', reason: 'part of an upload folder, which commits with its _SUCCESS' };
  }
  const folder = name.slice(0, slash);
  return {
    ...occurrence,
    kind: 'folder',
    upload: uploadId(folder, occurrence),
    prefix: `${INCOMING_PREFIX}${folder}/`,
  };
}

/** A name that a person recognises, made unique by what happened. */
function uploadId(name: string, { key, etag, sequencer }: Occurrence): string {
  const readable = name.replaceAll(/[^A-Za-z0-9._-]/g, '-');
  return `${readable}-${sha256(`${key}\n${etag}\n${sequencer}`).slice(0, 8)}`;
}
