/** An upload is complete: freezes what it consists of, records it and starts its workflow. Repeating it changes nothing. */
import { createItem } from '../../shared/catalog.ts';
import { projectPk, SK, type UploadItem } from '../../shared/catalog-items.ts';
import { nowIso } from '../../shared/clock.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { versionsOfKey } from '../../shared/object-versions.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import type { Judgement } from '../../shared/verdict.ts';
import { freezeListing } from './freeze-listing.ts';
import { startIngest } from './ingest-execution.ts';
import { enterSource, lastThatTook, newerCommitted } from './source-store.ts';
import type { CommitRequest } from './upload-request.ts';
import { findUpload, uploadName } from './upload-store.ts';

/** Who put the object that commits the upload; unknown when a listing told of it and no event. */
export interface Origin {
  readonly requester?: string;
  readonly sourceIp?: string;
}

export interface ReceiveUploadOptions {
  readonly settings: ProjectSettings;
  readonly request: CommitRequest;
  readonly origin: Origin;
  readonly stateMachineArn: string;
}

export interface ReceiveUploadResult {
  /** Absent for an object that is no upload. */
  readonly upload?: string;
  readonly outcome: UploadItem['outcome'] | 'gone' | 'ignored';
  readonly reason: string;
}

export async function receiveUpload(options: ReceiveUploadOptions): Promise<ReceiveUploadResult> {
  const { settings, request, stateMachineArn } = options;
  const { project } = settings;
  const { upload } = request;
  const item = (await findUpload(project, upload)) ?? (await enterUpload(options));
  if (!item) {
    return { upload, outcome: 'gone', reason: 'The object was removed for good before it was looked at.' };
  }
  if (item.outcome === 'received') await startIngest(stateMachineArn, { project, upload }, item.attempt);
  return { upload, outcome: item.outcome, reason: item.reason };
}

/** @returns the item as it is now, made by this call or by another; undefined when the object is gone. */
async function enterUpload({
  settings,
  request,
  origin,
}: ReceiveUploadOptions): Promise<UploadItem | undefined> {
  const { project, dataBucket: bucket, dataset } = settings;
  const { upload, kind, key, versionId } = request;
  const versions = await versionsOfKey(bucket, key);
  const version = versions.find((candidate) => candidate.versionId === versionId);
  if (!version) return undefined;

  const source = await enterSource(project, request, versions);
  const before = kind === 'folder' ? await lastThatTook(project, source, upload) : undefined;
  const totals = await withTempDirectory((directory) =>
    freezeListing({ bucket, request, version, before: before?.upload, directory }),
  );

  const at = nowIso();
  const item: UploadItem = {
    upload,
    kind,
    key,
    versionId,
    ...origin,
    ...totals,
    receivedAt: at,
    attempt: 1,
    outcome: 'received',
    reason: 'It is being read.',
    at,
  };
  // one that is still read may come to nothing: which of the two is committed first, the commit will see
  const newer =
    dataset.uploads === 'snapshot' ? await newerCommitted(project, source, { upload }) : undefined;
  const ended = endedAtOnce(request, totals.files, before, newer);
  if (ended) {
    // recorded first: once the item is there, nobody comes this way again
    await recordDecision({
      project,
      kind: 'upload',
      subject: upload,
      by: 'receive-upload',
      judgement: ended.judgement,
    });
  }
  const first: UploadItem = ended
    ? { ...item, outcome: ended.outcome, reason: ended.judgement.reason, isTagged: true }
    : item;
  return (await createItem(projectPk(project), SK.upload(upload), first))
    ? first
    : await findUpload(project, upload);
}

/** The outcome of an upload that needs no reading; undefined for all others. */
function endedAtOnce(
  request: CommitRequest,
  files: number,
  before: UploadItem | undefined,
  newer: UploadItem | undefined,
): { readonly outcome: 'unchanged' | 'superseded'; readonly judgement: Judgement } | undefined {
  const name = uploadName(request);
  if (request.kind === 'folder' && files === 0 && before) {
    const reason = `Upload "${name}" holds nothing that an earlier commit did not take.`;
    const inputs = { before: before.upload };
    return { outcome: 'unchanged', judgement: { rule: 'nothing-new', verdict: 'PASS', reason, inputs } };
  }
  return newer && { outcome: 'superseded', judgement: supersededBy(name, newer) };
}

/** What is said of an upload whose key was uploaded to again before it was committed. */
export function supersededBy(name: string, newer: UploadItem): Judgement {
  const reason = `"${name}" was uploaded again and the newer content (upload ${newer.upload}) came first: the older one is not committed.`;
  return { rule: 'superseded', verdict: 'WARN', reason, inputs: { newer: newer.upload } };
}
