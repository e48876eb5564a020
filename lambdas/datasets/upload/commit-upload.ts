/** Turns an upload into a dataset version, or says why not. */
import { join } from 'node:path';
import { getItem, putItem } from '../../shared/catalog.ts';
import { projectPk, SK, type UploadItem } from '../../shared/catalog-items.ts';
import { nowIso } from '../../shared/clock.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { withDuckDb } from '../../shared/duckdb.ts';
import { publish } from '../../shared/events.ts';
import { objectKey, rejectedPrefix, s3Uri } from '../../shared/keys.ts';
import { copyObject, downloadObject, type ObjectSummary, putJson } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { blockingReasons, checkUpload } from '../checks/check-upload.ts';
import type { ChecksDocument, ManifestFile } from '../contract.ts';
import { formatOfName } from '../files/file-format.ts';
import { inspectUpload, type LocalFile } from '../files/inspect-upload.ts';
import { profileTable } from '../profile/profile-table.ts';
import { makeManifest } from '../versions/manifest.ts';
import { appendVersionFiles } from '../versions/version-files.ts';
import { type Candidate, commitVersion, type Head } from '../versions/version-store.ts';
import { incomingObjects, removeIncoming } from './incoming-store.ts';
import type { UploadRequest } from './upload-request.ts';

export interface CommitUploadResult {
  /** Absent for an object that is no upload. */
  readonly upload?: string;
  readonly outcome: UploadItem['outcome'] | 'gone' | 'ignored';
  readonly reason: string;
  readonly version?: number;
}

interface Uploaded extends LocalFile {
  readonly source: ObjectSummary;
  readonly sha256: string;
}

interface Work {
  readonly settings: ProjectSettings;
  readonly request: Exclude<UploadRequest, { kind: 'ignored' }>;
  readonly directory: string;
  readonly uploaded: readonly Uploaded[];
  /** Everything to remove afterwards, the marker last. */
  readonly incoming: readonly ObjectSummary[];
}

/** Commits the upload that an object's creation asks for. Repeating it changes nothing. */
export async function commitUpload(
  settings: ProjectSettings,
  request: Work['request'],
): Promise<CommitUploadResult> {
  const { upload } = request;
  const { project, dataBucket } = settings;
  const before = await getItem<UploadItem>(projectPk(project), SK.upload(upload));
  if (before) {
    // an earlier delivery of this event came this far; what it may not have done is the removal
    await removeIncoming(dataBucket, before.item.incoming);
    return answer(before.item);
  }
  const incoming = await incomingObjects(dataBucket, request);
  if (!incoming) {
    return {
      upload,
      outcome: 'gone',
      reason: 'The object is gone or newer: another event takes care of it.',
    };
  }
  return withTempDirectory(async (directory) => {
    const uploaded = await download(dataBucket, request, incoming.files, directory);
    return commitOrReject({ settings, request, directory, uploaded, incoming: incoming.all });
  });
}

async function download(
  bucket: string,
  request: Work['request'],
  sources: readonly ObjectSummary[],
  directory: string,
): Promise<Uploaded[]> {
  const uploaded: Uploaded[] = [];
  for (const [index, source] of sources.entries()) {
    const path = request.kind === 'file' ? request.path : source.key.slice(request.prefix.length);
    const file = join(directory, `${index}${formatOfName(path)?.suffix ?? '.unknown'}`);
    const { size, sha256 } = await downloadObject(bucket, source.key, file, { ifMatch: source.etag });
    uploaded.push({ path, size, file, source, sha256 });
  }
  return uploaded;
}

async function commitOrReject(work: Work): Promise<CommitUploadResult> {
  const { settings, request } = work;
  const { project, dataBucket } = settings;
  const committed = await commitVersion<ChecksDocument>({
    project,
    bucket: dataBucket,
    commit: request.upload,
    build: (head) => buildCandidate(work, head),
  });
  if ('refusal' in committed) return reject(work, committed.refusal);

  const { outcome, version, digest, judgement } = committed;
  if (outcome === 'unchanged') {
    await recordDecision({
      project,
      kind: 'upload',
      subject: request.upload,
      by: 'commit-upload',
      judgement,
    });
    await publish('DatasetUnchanged', { project, version, digest, upload: request.upload });
  }
  return finish(work, { outcome, version, digest, reason: judgement.reason });
}

async function buildCandidate(
  { settings, request, directory, uploaded }: Work,
  head: Head | undefined,
): Promise<Candidate | { refusal: ChecksDocument }> {
  const { upload } = request;
  const { dataBucket, dataset } = settings;
  const added = new Map(uploaded.map((file) => [file.path, file]));
  const kept = dataset.uploads === 'append' ? (head?.manifest.files ?? []) : [];
  const keptElsewhere = kept.filter(({ path }) => !added.has(path));

  return withDuckDb(directory, async (database) => {
    const headSchema = head?.manifest.schema;
    const rowsKept = keptElsewhere.reduce((sum, { rows }) => sum + rows, 0);
    const facts = await inspectUpload({
      database,
      settings: dataset,
      headSchema,
      files: uploaded,
      rowsKept,
    });
    const checks = checkUpload(upload, facts);
    if (checks.verdict === 'FAIL') return { refusal: checks };

    const schema = facts.table!.schema;
    const files: ManifestFile[] = uploaded.map(({ path, size, sha256 }, index) => {
      return { path, size, sha256, rows: facts.files[index]!.rows! };
    });
    for (const { source, sha256 } of uploaded) await copyObject(dataBucket, source, objectKey(sha256));
    if (keptElsewhere.length > 0) {
      await appendVersionFiles(
        { database, bucket: dataBucket, directory, schema },
        dataset.format,
        keptElsewhere,
      );
    }
    return {
      manifest: makeManifest([...keptElsewhere, ...files], schema),
      profile: await profileTable(database, 'data', schema),
      checks,
      provenance: {
        format: 1,
        upload,
        base: keptElsewhere.length > 0 ? head!.version : undefined,
        files: uploaded.map(({ path, source }) => {
          return { path, readFrom: s3Uri(dataBucket, source.key), etag: source.etag };
        }),
      },
      source: { kind: 'upload', upload },
      labelFiles: keptElsewhere.length > 0 ? head!.item.labelFiles : [],
    };
  });
}

async function reject(work: Work, checks: ChecksDocument): Promise<CommitUploadResult> {
  const { settings, request, uploaded } = work;
  const { project, dataBucket } = settings;
  const prefix = rejectedPrefix(request.upload);
  for (const { source, path } of uploaded) await copyObject(dataBucket, source, `${prefix}files/${path}`);
  const checksKey = `${prefix}checks.json`;
  await putJson(dataBucket, checksKey, checks);

  const reasons = blockingReasons(checks);
  const reason = reasons.join(' ');
  await recordDecision({
    project,
    kind: 'upload',
    subject: request.upload,
    by: 'commit-upload',
    judgement: { rule: 'checks', verdict: 'FAIL', reason, inputs: { checksKey } },
  });
  await publish('UploadRejected', { project, upload: request.upload, reasons, checksKey });
  return finish(work, { outcome: 'rejected', reason, checksKey });
}

async function finish(
  { settings, request, incoming }: Work,
  outcome: Omit<UploadItem, 'upload' | 'incoming' | 'at'>,
): Promise<CommitUploadResult> {
  const item: UploadItem = {
    ...outcome,
    upload: request.upload,
    incoming: incoming.map(({ key, etag, lastModified }) => ({ key, etag, lastModified })),
    at: nowIso(),
  };
  await putItem(projectPk(settings.project), SK.upload(request.upload), item);
  await removeIncoming(settings.dataBucket, item.incoming);
  return answer(item);
}

function answer({ upload, outcome, reason, version }: UploadItem): CommitUploadResult {
  return { upload, outcome, reason, version };
}
