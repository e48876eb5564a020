/** What became of an upload: its item, and the tags that let the bucket remove what it was made of. */
import { getItem, replaceItem } from '../../shared/catalog.ts';
import { projectPk, SK, type UploadItem } from '../../shared/catalog-items.ts';
import { nowIso } from '../../shared/clock.ts';
import { NonRetryableError, RetryableError } from '../../shared/errors.ts';
import { INCOMING_PREFIX, listingKey } from '../../shared/keys.ts';
import { type IncomingState, tagVersion } from '../../shared/object-versions.ts';
import { openLines } from '../../shared/objects.ts';
import { forEachParallel } from '../../shared/parallel.ts';
import type { ListedObject } from '../contract.ts';

const ATTEMPTS = 10;

export type UploadEnd = Pick<UploadItem, 'outcome' | 'reason' | 'version' | 'checksKey'>;

/** The item of an upload; undefined when there is no such upload. */
export async function findUpload(project: string, upload: string): Promise<UploadItem | undefined> {
  return (await getItem<UploadItem>(projectPk(project), SK.upload(upload)))?.item;
}

/** @throws NonRetryableError (code `UploadUnknown`) */
export async function requireUpload(project: string, upload: string): Promise<UploadItem> {
  const item = await findUpload(project, upload);
  if (item) return item;
  throw new NonRetryableError(`upload "${upload}" of "${project}" was never received`, {
    code: 'UploadUnknown',
    details: { project, upload },
  });
}

/** Records how an upload ended; the first record stays. @returns the item as it is now. */
export async function endUpload(project: string, upload: string, end: UploadEnd): Promise<UploadItem> {
  return changeUpload(project, upload, (item) => {
    return item.outcome === 'received' ? { ...item, ...end, at: nowIso() } : item;
  });
}

/** Changes an upload's item by a conditional write. @returns the item as it is now. */
export async function changeUpload(
  project: string,
  upload: string,
  change: (item: UploadItem) => UploadItem,
): Promise<UploadItem> {
  const pk = projectPk(project);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await getItem<UploadItem>(pk, SK.upload(upload));
    if (!found) break;
    const next = change(found.item);
    if (next === found.item || (await replaceItem(pk, SK.upload(upload), next, found.revision))) return next;
  }
  throw new RetryableError(`the item of upload "${upload}" keeps changing; try again`, { code: 'Contended' });
}

/** What the objects of an upload are tagged with; those of the other outcomes stay as they are. */
const STATE: Readonly<Partial<Record<UploadItem['outcome'], IncomingState>>> = {
  versioned: 'committed',
  unchanged: 'committed',
  'moved-back': 'committed',
  rejected: 'rejected',
};

/**
 * Tags the S3 versions that an upload was made of, its marker last, so that a rule of the bucket removes them. Only after
 * the outcome is recorded: until then they are the only copy. A call that was cut short is finished by the next.
 */
export async function tagSources(
  bucket: string,
  project: string,
  item: UploadItem,
  state: IncomingState | undefined = STATE[item.outcome],
): Promise<void> {
  if (item.isTagged || state === undefined) return;
  await forEachParallel(whatIsListed(bucket, item.upload), (object) => tagVersion(bucket, object, state));
  // a file is its own marker, and was in the list
  if (item.kind === 'folder') await tagVersion(bucket, item, state);
  await changeUpload(project, item.upload, (now) => (now.isTagged ? now : { ...now, isTagged: true }));
}

/** Nothing once the listing is gone: so are the objects that it named, as versions that are not current. */
async function* whatIsListed(bucket: string, upload: string): AsyncIterable<ListedObject> {
  const lines = await openLines(bucket, listingKey(upload));
  for await (const line of lines ?? []) if (line !== '') yield JSON.parse(line) as ListedObject;
}

/** The name that a person gave: of the file, or of the folder. */
export function uploadName({ key }: { readonly key: string }): string {
  return key.slice(INCOMING_PREFIX.length).split('/')[0]!;
}
