/** Looks at one folder below `incoming/`: was its marker heard of, does anything lie there that nobody commits? */
import { createHash } from 'node:crypto';
import { createItem, getItem } from '../../shared/catalog.ts';
import { projectPk, SK, type UploadItem } from '../../shared/catalog-items.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { publish } from '../../shared/events.ts';
import { INCOMING_PREFIX } from '../../shared/keys.ts';
import { type KeyVersion, listKeyVersions, tagVersion } from '../../shared/object-versions.ts';
import { forEachParallel } from '../../shared/parallel.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { compareUtf8 } from '../../shared/utf8-order.ts';
import { readSeen } from './freeze-listing.ts';
import { DAY_MS, expireAfterDays, GRACE_MS } from './resume-uploads.ts';
import type { SourceEntry } from './source-store.ts';
import { uploadId } from './upload-request.ts';
import { findUpload } from './upload-store.ts';

const EXAMPLES = 10;

export interface SweepFolderOptions {
  readonly settings: ProjectSettings;
  /** `incoming/<folder>/`. */
  readonly prefix: string;
  /** Key of its marker. */
  readonly markerKey: string;
  /** Uploads that the marker asked for, oldest first. */
  readonly source: readonly SourceEntry[];
  readonly now: Date;
}

export type FolderFinding = 'late' | 'expired' | undefined;

/** Reports what belongs to no version, once, and lets it go when it is old. */
export async function sweepFolder(options: SweepFolderOptions): Promise<FolderFinding> {
  const { settings, source, now } = options;
  const uploads = await Promise.all(source.map(({ upload }) => findUpload(settings.project, upload)));
  // what is under way will take what it takes
  if (uploads.some((item) => item?.outcome === 'received')) return undefined;
  const last = uploads.findLast((item) => item !== undefined);
  const left = await summarize(uncommitted(options, last));
  if (left.files === 0) return undefined;

  const age = now.getTime() - Date.parse(left.newest);
  const days = expireAfterDays(settings);
  if (age > days * DAY_MS) return expire(options, last, left, days);
  // somebody may be about to write the marker again
  return last && age > GRACE_MS ? reportLate(options, last, left) : undefined;
}

interface Left {
  readonly files: number;
  readonly bytes: number;
  /** ISO 8601. */
  readonly newest: string;
  readonly examples: readonly string[];
  /** Of keys and versions. */
  readonly digest: string;
}

interface CurrentObject extends KeyVersion {
  readonly key: string;
}

/** Current objects of the folder that no commit took, in order of key. */
async function* uncommitted(
  { settings, prefix, markerKey }: SweepFolderOptions,
  last: UploadItem | undefined,
): AsyncIterable<CurrentObject> {
  const { dataBucket: bucket } = settings;
  const seen = last && readSeen(bucket, last.upload)[Symbol.asyncIterator]();
  let taken = await seen?.next();
  const isForgotten = last !== undefined && taken?.done === true && last.files > 0;
  for await (const { key, versions } of listKeyVersions(bucket, prefix)) {
    const [current] = versions;
    if (!current || current.isDeleteMarker || key === markerKey || key.endsWith('/')) continue;
    while (taken && !taken.done && compareUtf8(taken.value.key, key) < 0) taken = await seen!.next();
    const same = taken && !taken.done && taken.value.key === key ? taken.value : undefined;
    if (same?.versionId === current.versionId) continue;
    // the listing is gone by now, and so should be what it named
    if (isForgotten && current.lastModified <= last.receivedAt) continue;
    yield { ...current, key };
  }
  await seen?.return?.();
}

async function summarize(objects: AsyncIterable<CurrentObject>): Promise<Left> {
  const hash = createHash('sha256');
  const examples: string[] = [];
  let files = 0;
  let bytes = 0;
  let newest = '';
  for await (const { key, versionId, size, lastModified } of objects) {
    hash.update(`${key}\n${versionId}\n`);
    files += 1;
    bytes += size;
    if (lastModified > newest) newest = lastModified;
    if (examples.length < EXAMPLES) examples.push(key);
  }
  return { files, bytes, newest, examples, digest: hash.digest('hex') };
}

async function reportLate(
  { settings, prefix }: SweepFolderOptions,
  { upload }: UploadItem,
  { files, examples, digest }: Left,
): Promise<FolderFinding> {
  const { project } = settings;
  const pk = projectPk(project);
  const known = SK.lateFiles(digest);
  if (await getItem(pk, known)) return undefined;
  const folder = folderName(prefix);
  const names = examples.map((key) => key.slice(prefix.length));
  const reason =
    files === 1
      ? `1 file arrived in "${folder}" after its _SUCCESS and belongs to no version: "${names[0]}"; write _SUCCESS again to commit it.`
      : `${files} files arrived in "${folder}" after its _SUCCESS and belong to no version; write _SUCCESS again to commit them.`;
  await recordDecision({
    project,
    kind: 'upload',
    subject: upload,
    by: 'sweep-incoming',
    judgement: { rule: 'late-files', verdict: 'WARN', reason, inputs: { files, digest } },
    occasion: digest,
  });
  await publish('LateFiles', { project, upload, folder, files, examples: names, reason });
  // last: a sweep that was cut short tells it again rather than never
  await createItem(pk, known, { upload, files });
  return 'late';
}

async function expire(
  options: SweepFolderOptions,
  last: UploadItem | undefined,
  left: Left,
  days: number,
): Promise<FolderFinding> {
  const { settings, prefix, now } = options;
  const { project, dataBucket: bucket } = settings;
  const folder = folderName(prefix);
  const upload = uploadId(folder, { key: prefix, versionId: left.digest });
  if (await findUpload(project, upload)) return undefined;
  const { files, bytes } = left;
  const size = `${files} ${files === 1 ? 'file' : 'files'}, ${inMegabytes(bytes)} MB`;
  const since = last ? 'has had no further _SUCCESS' : 'has had no _SUCCESS';
  const reason = `Upload "${folder}" ${since} for ${days} days (${size}): it has expired. Write ${prefix}_SUCCESS after the last file.`;
  await recordDecision({
    project,
    kind: 'upload',
    subject: upload,
    by: 'sweep-incoming',
    judgement: { rule: 'expired', verdict: 'WARN', reason, inputs: { files, bytes, newest: left.newest } },
  });
  await publish('UploadExpired', { project, upload, folder, files, reason });
  await forEachParallel(uncommitted(options, last), (object) => tagVersion(bucket, object, 'expired'));
  const at = now.toISOString();
  const item: UploadItem = {
    upload,
    kind: 'folder',
    key: prefix,
    versionId: '',
    receivedAt: at,
    files,
    bytes,
    attempt: 0,
    outcome: 'expired',
    reason,
    at,
    isTagged: true,
  };
  await createItem(projectPk(project), SK.upload(upload), item);
  return 'expired';
}

const folderName = (prefix: string) => prefix.slice(INCOMING_PREFIX.length, -1);

/** Whole from 10 MB on, else with a digit that is not 0. */
function inMegabytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  return megabytes >= 10 ? megabytes.toFixed(0) : String(Number(megabytes.toPrecision(2)));
}
