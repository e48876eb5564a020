/**
 * Compares `incoming/` with the catalog and mends or reports the difference: events are best effort, and what arrives
 * late or is never committed makes none. Safe to run at any time, more than once.
 */
import { INCOMING_PREFIX, SUCCESS_MARKER } from '../../shared/keys.ts';
import { versionsOfKey } from '../../shared/object-versions.ts';
import { listFolder } from '../../shared/objects.ts';
import { finishPendingCommit } from '../versions/version-store.ts';
import { receiveUpload } from './receive-upload.ts';
import { GRACE_MS, type ResumeOptions, resumeUploads } from './resume-uploads.ts';
import { loadSource } from './source-store.ts';
import { sweepFolder } from './sweep-folder.ts';
import { parseUpload } from './upload-request.ts';
import { findUpload } from './upload-store.ts';

export interface SweepResult {
  /** Uploads whose event never came. */
  readonly received: number;
  /** Uploads whose workflow was started again or given up. */
  readonly resumed: number;
  /** Folders with files that belong to no version. */
  readonly late: number;
  readonly expired: number;
}

export async function sweepIncoming(options: ResumeOptions): Promise<SweepResult> {
  const { settings, now } = options;
  const { project, dataBucket: bucket } = settings;
  await finishPendingCommit(project, bucket);
  const resumed = await resumeUploads(options);
  let received = 0;
  let late = 0;
  let expired = 0;
  for await (const { objects, folders } of listFolder(bucket, INCOMING_PREFIX)) {
    for (const { key } of objects) received += await receiveUnheard(options, key);
    for (const prefix of folders) {
      const markerKey = `${prefix}${SUCCESS_MARKER}`;
      const unheard = await receiveUnheard(options, markerKey);
      received += unheard;
      if (unheard > 0) continue;
      const source = await loadSource(project, markerKey);
      // a marker that is too young to be called unheard of is no reason to let its files go
      const isUnknown = source.length === 0 && (await versionsOfKey(bucket, markerKey)).length > 0;
      const found = isUnknown ? undefined : await sweepFolder({ settings, prefix, markerKey, source, now });
      if (found === 'late') late += 1;
      if (found === 'expired') expired += 1;
    }
  }
  return { received, resumed, late, expired };
}

/** Receives the versions of a key whose event never came, oldest first. @returns how many. */
async function receiveUnheard(options: ResumeOptions, key: string): Promise<number> {
  const { settings, stateMachineArn, now } = options;
  let received = 0;
  for (const version of (await versionsOfKey(settings.dataBucket, key)).toReversed()) {
    const { versionId, isDeleteMarker, lastModified } = version;
    if (isDeleteMarker || now.getTime() - Date.parse(lastModified) <= GRACE_MS) continue;
    const request = parseUpload({ key, versionId });
    if (request.kind === 'ignored') continue;
    if (await findUpload(settings.project, request.upload)) continue;
    await receiveUpload({ settings, request, origin: {}, stateMachineArn });
    received += 1;
  }
  return received;
}
