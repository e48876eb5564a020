/** Decides how an upload is read, from its listing alone. */
import { getItem } from '../../shared/catalog.ts';
import { type HeadItem, projectPk, SK } from '../../shared/catalog-items.ts';
import { digestOf } from '../../shared/digest.ts';
import { workPrefix } from '../../shared/keys.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import type { ScanBasis, ScanPlan, ScanRoute } from '../contract.ts';
import { readListing } from '../upload/freeze-listing.ts';
import { requireUpload } from '../upload/upload-store.ts';
import { tombstonesDigest } from '../versions/tombstones.ts';
import { finishPendingCommit } from '../versions/version-store.ts';
import { planShards } from './plan-shards.ts';

/** What one function reads from its ephemeral storage within its 15 minutes. */
export const ONE_FUNCTION_BYTES = 2_000_000_000;
/** Each costs a request of some 20 ms, 40 at a time, and its share of the parsing. */
export const ONE_FUNCTION_FILES = 200_000;
/** Text is about so many times as large unpacked: it is the unpacked text that has to be stored and read. */
const UNPACKED_TIMES = 5;

/**
 * Plans one scan. The same upload on the same basis has the same work prefix, so a repeated scan writes the same
 * documents to the same place, and never into those of another.
 */
export async function planScan(settings: ProjectSettings, upload: string): Promise<ScanPlan> {
  const { project, dataBucket: bucket, dataset } = settings;
  const item = await requireUpload(project, upload);
  const commits = await finishPendingCommit(project, bucket);
  const head = await getItem<HeadItem>(projectPk(project), SK.head);
  const basis: ScanBasis = {
    settingsDigest: digestOf(settings),
    headVersion: head?.item.version,
    tombstones: await tombstonesDigest(project),
    lastSchemaVersion: commits?.item.lastSchemaVersion ?? 0,
  };
  const { files, bytes } = item;
  const attempt = `on-${basis.headVersion ?? 0}-${digestOf([basis, head?.item.digest]).slice(0, 8)}`;
  const plan = { project, upload, files, bytes, ...basis, workPrefix: workPrefix(upload, attempt) };
  const choice = await chooseRoute(bucket, upload, files, dataset.scan?.route ?? 'auto');
  if (choice.route === 'one-function') return { ...plan, ...choice };
  return { ...plan, ...choice, ...(await planShards({ bucket, upload, workPrefix: plan.workPrefix })) };
}

async function chooseRoute(
  bucket: string,
  upload: string,
  files: number,
  asked: ScanRoute | 'auto',
): Promise<{ readonly route: ScanRoute; readonly reason: string }> {
  if (asked !== 'auto') return { route: asked, reason: `The project asks for it (dataset.scan.route).` };
  let unpacked = 0;
  for await (const { path, size } of readListing(bucket, upload)) {
    unpacked += /\.(gz|zst)$/i.test(path) ? size * UNPACKED_TIMES : size;
  }
  const has = `${files} file(s) of about ${inMegabytes(unpacked)} MB unpacked`;
  const limits = `${ONE_FUNCTION_FILES} files and ${inMegabytes(ONE_FUNCTION_BYTES)} MB`;
  return unpacked <= ONE_FUNCTION_BYTES && files <= ONE_FUNCTION_FILES
    ? { route: 'one-function', reason: `${has}: one function reads up to ${limits}.` }
    : { route: 'distributed', reason: `${has}: more than the ${limits} that one function reads.` };
}

/** Rounded up to a tenth. */
const inMegabytes = (bytes: number) => Math.ceil(bytes / 100_000) / 10;
