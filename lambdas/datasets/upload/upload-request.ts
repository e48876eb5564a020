/** What an object below `incoming/` asks for, told from its key alone. */
import { sha256 } from '../../shared/digest.ts';
import { INCOMING_PREFIX, SUCCESS_MARKER } from '../../shared/keys.ts';

/** One version of an object, as an event or a listing tells of it. */
export interface Occurrence {
  readonly key: string;
  /** The same name uploaded again is another version and another upload; a repeated event is not. */
  readonly versionId: string;
}

export type UploadRequest =
  /** `incoming/<file>`: commits alone. */
  | (Occurrence & { readonly kind: 'file'; readonly upload: string; readonly path: string })
  /** `incoming/<upload>/_SUCCESS`: commits everything below `prefix` together. */
  | (Occurrence & { readonly kind: 'folder'; readonly upload: string; readonly prefix: string })
  /** Not (yet) an upload; `reason` for the log. */
  | { readonly kind: 'ignored'; readonly reason: string };

/** A request that is an upload. */
export type CommitRequest = Exclude<UploadRequest, { kind: 'ignored' }>;

/** With the hash at most 61 characters: short enough to name an execution (80) and its further attempts. */
const READABLE_CHARACTERS = 48;

/** Reads an object's key. */
export function parseUpload(occurrence: Occurrence): UploadRequest {
  const { key } = occurrence;
  if (!key.startsWith(INCOMING_PREFIX)) return { kind: 'ignored', reason: 'not below incoming/' };
  const name = key.slice(INCOMING_PREFIX.length);
  if (name === '' || name.endsWith('/')) return { kind: 'ignored', reason: 'a folder marker' };
  const slash = name.indexOf('/');
  if (slash < 0) {
    if (isHidden(name)) return { kind: 'ignored', reason: 'a hidden file outside an upload folder' };
    return { ...occurrence, kind: 'file', upload: uploadId(name, occurrence), path: name };
  }
  const folder = name.slice(0, slash);
  if (name !== `${folder}/${SUCCESS_MARKER}`) {
    return { kind: 'ignored', reason: 'part of an upload folder, which commits with its _SUCCESS' };
  }
  return {
    ...occurrence,
    kind: 'folder',
    upload: uploadId(folder, occurrence),
    prefix: `${INCOMING_PREFIX}${folder}/`,
  };
}

/**
 * A name that a person recognises, made unique by what happened: whoever has put the object knows key and version, so a
 * client can tell the upload's name, and the sweep finds the same one as the event.
 */
export function uploadId(name: string, { key, versionId }: Occurrence): string {
  const readable = name.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, READABLE_CHARACTERS);
  return `${readable}-${sha256(`${key}\n${versionId}`).slice(0, 12)}`;
}

/** Spark and Hive take names that begin with `_` or `.` for notes, not data. */
const isHidden = (name: string) => name.startsWith('_') || name.startsWith('.');
