/**
 * Which uploads one key below `incoming/` asked for, in the order in which S3 has its versions: events come in any
 * order, versions do not. The item is won by a conditional write.
 */
import { getItem, replaceItem } from '../../shared/catalog.ts';
import { projectPk, SK, type SourceItem, type UploadItem } from '../../shared/catalog-items.ts';
import { RetryableError } from '../../shared/errors.ts';
import type { KeyVersion } from '../../shared/object-versions.ts';
import type { CommitRequest } from './upload-request.ts';

const ATTEMPTS = 20;
/** Uploads of one key that are remembered: the older ones' objects are gone by then, and their outcomes stay. */
const REMEMBERED = 20;

const COMMITTED: readonly UploadItem['outcome'][] = ['versioned', 'unchanged', 'moved-back'];
/** Outcomes of uploads whose objects no later upload of the same folder takes again. */
const TOOK: readonly UploadItem['outcome'][] = ['received', ...COMMITTED];

export interface SourceEntry {
  readonly upload: string;
  readonly versionId: string;
}

/**
 * Enters an upload among those of its key.
 * @param versions of the key, newest first.
 * @returns all of them, oldest first.
 */
export async function enterSource(
  project: string,
  { key, upload, versionId }: CommitRequest,
  versions: readonly KeyVersion[],
): Promise<readonly SourceEntry[]> {
  // versions that are gone by now are older than all that are there
  const ageOf = (id: string) => {
    const index = versions.findIndex((version) => version.versionId === id);
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await getItem<SourceItem>(projectPk(project), SK.source(key));
    const before = found?.item.uploads ?? [];
    if (before.some((entry) => entry.upload === upload)) return before;
    const newer = before.findIndex((entry) => ageOf(entry.versionId) < ageOf(versionId));
    const at = newer < 0 ? before.length : newer;
    const uploads = before.toSpliced(at, 0, { upload, versionId }).slice(-REMEMBERED);
    const item: SourceItem = { uploads };
    if (await replaceItem(projectPk(project), SK.source(key), item, found?.revision)) return uploads;
  }
  throw new RetryableError(`the uploads of ${key} keep changing; try again`, { code: 'Contended' });
}

/** The uploads of a key, oldest first. */
export async function loadSource(project: string, key: string): Promise<readonly SourceEntry[]> {
  return (await getItem<SourceItem>(projectPk(project), SK.source(key)))?.item.uploads ?? [];
}

/** The newest of these uploads that took its objects, other than `upload`; undefined when none did. */
export async function lastThatTook(
  project: string,
  source: readonly SourceEntry[],
  upload?: string,
): Promise<UploadItem | undefined> {
  for (const entry of source.toReversed()) {
    if (entry.upload === upload) continue;
    const found = await getItem<UploadItem>(projectPk(project), SK.upload(entry.upload));
    if (found && TOOK.includes(found.item.outcome)) return found.item;
  }
  return undefined;
}

/**
 * The newest upload of the same key after this one, if its content was committed.
 * @param atHead the upload that the head was made of, whatever its item says by now.
 */
export async function newerCommitted(
  project: string,
  source: readonly SourceEntry[],
  { upload, atHead }: { readonly upload: string; readonly atHead?: string },
): Promise<UploadItem | undefined> {
  const own = source.findIndex((entry) => entry.upload === upload);
  for (const entry of source.slice(own + 1).toReversed()) {
    const found = await getItem<UploadItem>(projectPk(project), SK.upload(entry.upload));
    if (found && (COMMITTED.includes(found.item.outcome) || entry.upload === atHead)) return found.item;
  }
  return undefined;
}
