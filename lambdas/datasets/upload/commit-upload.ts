/** Turns a scanned upload into a dataset version, or keeps it aside with the reasons. Repeating it changes nothing. */
import { getItem } from '../../shared/catalog.ts';
import { projectPk, SK, type UploadItem } from '../../shared/catalog-items.ts';
import { type Decision, findDecision, recordDecision } from '../../shared/decisions.ts';
import { publish } from '../../shared/events.ts';
import { objectKey, rejectedPrefix } from '../../shared/keys.ts';
import { copyVersion } from '../../shared/object-versions.ts';
import { copyDocument, readJsonLines, requireJson } from '../../shared/objects.ts';
import { forEachParallel } from '../../shared/parallel.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { describeFindings } from '../checks/describe-checks.ts';
import type { ChecksDocument, ScannedCopy, ScannedFile, ScanResult } from '../contract.ts';
import { readManifestHeader } from '../versions/manifest.ts';
import { tombstonesDigest } from '../versions/tombstones.ts';
import { commitVersion, finishPendingCommit, type Head } from '../versions/version-store.ts';
import { supersededBy } from './receive-upload.ts';
import { loadSource, newerCommitted } from './source-store.ts';
import { endUpload, requireUpload, tagSources, type UploadEnd, uploadName } from './upload-store.ts';

export interface CommitUploadResult {
  readonly upload: string;
  /** `stale`: what the scan was planned with does not hold any more; plan again. */
  readonly outcome: UploadItem['outcome'] | 'stale';
  readonly reason: string;
  readonly version?: number;
}

/** Why the upload has to be planned again. */
interface Stale {
  readonly stale: string;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY_BYTES = 1024;

export async function commitUpload(settings: ProjectSettings, scan: ScanResult): Promise<CommitUploadResult> {
  const { project, dataBucket: bucket } = settings;
  const { upload } = scan;
  const before = await requireUpload(project, upload);
  const end = before.outcome === 'received' ? await decide(settings, scan, before) : before;
  if ('stale' in end) return { upload, outcome: 'stale', reason: end.stale };
  const item = await endUpload(project, upload, end);
  await tagSources(bucket, project, item);
  return { upload, outcome: item.outcome, reason: item.reason, version: item.version };
}

/**
 * How an earlier call for this upload decided, when one came as far as its decision: its commit went through then,
 * though nobody wrote down what became of the upload. Others may have committed since, so it must not be made again.
 */
export async function findEnd(
  project: string,
  bucket: string,
  upload: string,
): Promise<UploadEnd | undefined> {
  await finishPendingCommit(project, bucket);
  const decision = await findDecision({ ...subjectOf(project, upload), rule: 'commit' });
  if (!decision) return undefined;
  const { reason, inputs } = decision.judgement;
  return {
    outcome: inputs.outcome as UploadItem['outcome'],
    version: inputs.version as number,
    reason,
  };
}

async function decide(
  settings: ProjectSettings,
  scan: ScanResult,
  item: UploadItem,
): Promise<UploadEnd | Stale> {
  const { project, dataBucket: bucket } = settings;
  const { upload } = scan;
  const earlier = await findEnd(project, bucket, upload);
  if (earlier) return earlier;
  if (scan.verdict === 'FAIL') return reject(settings, scan);

  const header = await readManifestHeader(bucket, `${scan.stagedPrefix}manifest.json`);
  const isKnown = (await getItem(projectPk(project), SK.versionDigest(header.digest))) !== undefined;
  // what a version has is under objects/, and versions are never taken back
  if (!isKnown) await copyContents(bucket, scan);
  const warnings = scan.verdict === 'WARN' ? await warningsOf(bucket, scan) : undefined;
  const committed = await commitVersion<Stale | { readonly newer: UploadItem }>({
    project,
    bucket,
    commit: upload,
    build: async (head, lastSchemaVersion) => {
      const stale = await whyStale(scan, head?.version, lastSchemaVersion);
      if (stale !== undefined) return { refusal: { stale } };
      const newer = await newerContent(settings, item, head);
      if (newer) return { refusal: { newer } };
      const source = { kind: 'upload', upload } as const;
      const labelFiles = settings.dataset.uploads === 'append' ? (head?.item.labelFiles ?? []) : [];
      const verdict = scan.verdict === 'WARN' ? 'WARN' : 'PASS';
      const { stagedPrefix, note } = scan;
      return { stagedPrefix, header, verdict, source, labelFiles, note, warnings };
    },
  });
  if ('refusal' in committed) {
    if ('stale' in committed.refusal) return committed.refusal;
    const judgement = supersededBy(uploadName(item), committed.refusal.newer);
    await recordDecision({ ...subjectOf(project, upload), by: 'commit-upload', judgement });
    return { outcome: 'superseded', reason: judgement.reason };
  }
  const { outcome, version, digest, judgement } = committed;
  if (outcome !== 'unchanged') return { outcome, version, reason: judgement.reason };

  const reason = `Upload "${uploadName(item)}" has the content of version ${version}: nothing changed.`;
  const inputs = { ...judgement.inputs, outcome };
  await recordDecision({
    ...subjectOf(project, upload),
    by: 'commit-upload',
    judgement: { ...judgement, reason, inputs },
  });
  await publish('DatasetUnchanged', { project, version, digest, upload });
  return { outcome, version, reason };
}

async function warningsOf(bucket: string, { stagedPrefix }: ScanResult): Promise<string> {
  const checks = await requireJson<ChecksDocument>(bucket, `${stagedPrefix}checks.json`);
  return describeFindings(checks, 'WARN', "the version's checks.json").join(' ');
}

/** Compares what the scan was planned with to what holds now. */
async function whyStale(
  scan: ScanResult,
  headVersion: number | undefined,
  lastSchemaVersion: number,
): Promise<string | undefined> {
  if (headVersion !== scan.headVersion) {
    return `Another commit moved the head on from version ${scan.headVersion ?? 0} meanwhile.`;
  }
  // the head may have moved on and back
  if (lastSchemaVersion !== scan.lastSchemaVersion) {
    return `Another commit numbered a schema after ${scan.lastSchemaVersion} meanwhile.`;
  }
  // whoever adds keys renews all commits then, so one that saw the older list is announced before that or not at all
  if ((await tombstonesDigest(scan.project)) !== scan.tombstones) return 'Keys were forgotten meanwhile.';
  return undefined;
}

/** In a snapshot the newest content of a key counts: one that came first is not undone by an older one. */
async function newerContent(
  { project, dataset }: ProjectSettings,
  { upload, key }: UploadItem,
  head: Head | undefined,
): Promise<UploadItem | undefined> {
  if (dataset.uploads !== 'snapshot') return undefined;
  // its own outcome may not be written down yet
  const atHead = head?.item.source.kind === 'upload' ? head.item.source.upload : undefined;
  return newerCommitted(project, await loadSource(project, key), { upload, atHead });
}

/** Copies what the head does not have to `objects/`, each content once, and verifies every copy. */
async function copyContents(bucket: string, { stagedPrefix }: ScanResult): Promise<void> {
  const copies = readJsonLines<ScannedCopy>(bucket, `${stagedPrefix}copies.jsonl`);
  await forEachParallel(copies, async (copy) => {
    await copyVersion({ ...copy, bucket, targetKey: objectKey(copy.sha256) });
  });
}

/** Keeps the bytes and the findings below `rejected/`, and says why. */
async function reject(settings: ProjectSettings, scan: ScanResult): Promise<UploadEnd> {
  const { project, dataBucket: bucket } = settings;
  const { upload, stagedPrefix } = scan;
  const prefix = rejectedPrefix(upload);
  const files = readJsonLines<ScannedFile>(bucket, `${stagedPrefix}files.jsonl`);
  await forEachParallel(files, async (file) => {
    await copyVersion({ ...file, bucket, targetKey: rejectedKey(prefix, file) });
  });
  const checksKey = `${prefix}checks.json`;
  await copyDocument(bucket, `${stagedPrefix}checks.json`, checksKey);
  const checks = await requireJson<ChecksDocument>(bucket, checksKey);
  const reasons = describeFindings(checks, 'FAIL', checksKey);
  const reason = reasons.join(' ');
  await recordDecision({
    ...subjectOf(project, upload),
    by: 'commit-upload',
    judgement: { rule: 'checks', verdict: 'FAIL', reason, inputs: { checksKey } },
  });
  await publish('UploadRejected', { project, upload, reasons, reason, checksKey });
  return { outcome: 'rejected', reason, checksKey };
}

/** The file's own name, or its hash where that would be no good key: too long, or with segments that clients resolve. */
function rejectedKey(prefix: string, { path, sha256 }: ScannedFile): string {
  const key = `${prefix}files/${path}`;
  const isGood =
    Buffer.byteLength(key) <= LONGEST_KEY_BYTES &&
    path.split('/').every((segment) => segment !== '.' && segment !== '..');
  return isGood ? key : `${prefix}files/${sha256}`;
}

function subjectOf(project: string, upload: string): Pick<Decision, 'project' | 'kind' | 'subject'> {
  return { project, kind: 'upload', subject: upload };
}
