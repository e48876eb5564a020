/** Records that an upload came to nothing by an error: its objects stay below `incoming/`. */
import { recordDecision } from '../../shared/decisions.ts';
import { publish } from '../../shared/events.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import type { IngestInput } from '../contract.ts';
import { findEnd } from './commit-upload.ts';
import { endUpload, requireUpload, tagSources } from './upload-store.ts';

/** What Step Functions says of an error that was caught. */
export interface FailUploadInput extends IngestInput {
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

/** @returns how the upload ended, which may be well: the error may have come after its commit. */
export async function failUpload(
  settings: ProjectSettings,
  { project, upload, error }: FailUploadInput,
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
  const reason = `${describe(error)} The files are still below incoming/: upload them again, or write the marker again, once the cause is mended.`;
  await recordDecision({
    project,
    kind: 'upload',
    subject: upload,
    by: 'fail-upload',
    judgement: { rule: 'failed', verdict: 'FAIL', reason, inputs: { error: error?.Error } },
  });
  await publish('UploadFailed', { project, upload, reason });
  return { reason: (await endUpload(project, upload, { outcome: 'failed', reason })).reason };
}

/** The message that a handler threw is inside the cause, as JSON. */
function describe(error: FailUploadInput['error']): string {
  const name = error?.Error ?? 'an unknown error';
  let message = error?.Cause ?? '';
  try {
    message = (JSON.parse(message) as { errorMessage?: string }).errorMessage ?? message;
  } catch {
    // not from a handler: the cause is the message
  }
  return `It could not be committed: ${name}${message === '' ? '' : `: ${message.slice(0, 500)}`}.`;
}
