/** Records that an upload came to nothing by an error: its objects stay below `incoming/`. */
import { recordDecision } from '../../shared/decisions.ts';
import { publish } from '../../shared/events.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import type { IngestInput } from '../contract.ts';
import { findEnd } from './commit-upload.ts';
import { findFailedShard, type WorkflowError } from './find-failed-shard.ts';
import { endUpload, requireUpload, tagSources } from './upload-store.ts';

export interface FailUploadInput extends IngestInput {
  /** That was caught. */
  readonly error?: WorkflowError;
  /** ARN of the workflow's execution that caught it. */
  readonly execution?: string;
}

/** @returns how the upload ended, which may be well: the error may have come after its commit. */
export async function failUpload(
  settings: ProjectSettings,
  { project, upload, error, execution }: FailUploadInput,
): Promise<{ readonly reason: string }> {
  const { dataBucket: bucket } = settings;
  const before = await requireUpload(project, upload);
  if (before.outcome !== 'received') return { reason: before.reason };
  const end = await findEnd(project, bucket, upload);
  if (end) {
    const item = await endUpload(project, upload, end);
    await tagSources(bucket, project, item);
    return { reason: item.reason };
  }
  const shard = error && execution !== undefined ? await findFailedShard(error, execution) : undefined;
  const reason = `${describe(shard?.error ?? error, shard?.what)} The files are still below incoming/: upload them again, or write the marker again, once the cause is mended.`;
  await recordDecision({
    project,
    kind: 'upload',
    subject: upload,
    by: 'fail-upload',
    judgement: { rule: 'failed', verdict: 'FAIL', reason, inputs: { error: (shard?.error ?? error)?.Error } },
  });
  await publish('UploadFailed', { project, upload, reason });
  return { reason: (await endUpload(project, upload, { outcome: 'failed', reason })).reason };
}

/** The message that a handler threw is inside the cause, as JSON. */
function describe(error: WorkflowError | undefined, what?: string): string {
  const name = error?.Error ?? 'an unknown error';
  let message = error?.Cause ?? '';
  try {
    message = (JSON.parse(message) as { errorMessage?: string }).errorMessage ?? message;
  } catch {
    // not from a handler: the cause is the message
  }
  const where = what === undefined ? '' : `${what}: `;
  return `It could not be committed: ${where}${name}${message === '' ? '' : `: ${message.slice(0, 500)}`}.`;
}
