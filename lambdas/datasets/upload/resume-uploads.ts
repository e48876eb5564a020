/** Uploads that were received and whose workflow came to no end: started again, and given up after some attempts. */
import { queryItems } from '../../shared/catalog.ts';
import { projectPk, SK_PREFIX, type UploadItem } from '../../shared/catalog-items.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { publish } from '../../shared/events.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { failUpload } from './fail-upload.ts';
import { isIngestRunning, startIngest } from './ingest-execution.ts';
import { changeUpload, tagSources, uploadName } from './upload-store.ts';

/** A workflow that ended writes down what came of the upload within seconds; what is younger is left to it. */
export const GRACE_MS = 15 * 60_000;
export const DAY_MS = 24 * 60 * 60_000;
const DEFAULT_EXPIRE_AFTER_DAYS = 7;

/** Days after which objects that nobody commits are let go. */
export function expireAfterDays({ dataset }: ProjectSettings): number {
  return dataset.incoming?.expireAfterDays ?? DEFAULT_EXPIRE_AFTER_DAYS;
}
/** Executions of one upload; each had the retries of its steps. */
const ATTEMPTS = 3;

export interface ResumeOptions {
  readonly settings: ProjectSettings;
  readonly stateMachineArn: string;
  readonly now: Date;
}

/** @returns uploads that were started again or given up. */
export async function resumeUploads(options: ResumeOptions): Promise<number> {
  const { settings, now } = options;
  const { project, dataBucket: bucket } = settings;
  let resumed = 0;
  for (const { item } of await queryItems<UploadItem>(projectPk(project), SK_PREFIX.upload)) {
    if (item.outcome === 'failed') await expireFailed(options, item);
    else if (item.outcome !== 'received') await tagSources(bucket, project, item);
    else if (now.getTime() - Date.parse(item.at) > GRACE_MS && (await resume(options, item))) resumed += 1;
  }
  return resumed;
}

/** What failed waits for a person below `incoming/` as long as what was never committed. */
async function expireFailed({ settings, now }: ResumeOptions, item: UploadItem): Promise<void> {
  const { project, dataBucket: bucket } = settings;
  const days = expireAfterDays(settings);
  if (item.isTagged || now.getTime() - Date.parse(item.at) <= days * DAY_MS) return;
  const { upload, files } = item;
  const folder = uploadName(item);
  const reason = `Upload "${folder}" failed ${days} days ago and was not repeated: its files expire.`;
  await recordDecision({
    project,
    kind: 'upload',
    subject: upload,
    by: 'sweep-incoming',
    judgement: { rule: 'expired', verdict: 'WARN', reason, inputs: { files } },
  });
  await publish('UploadExpired', { project, upload, folder, files, reason });
  await tagSources(bucket, project, item, 'expired');
}

async function resume(
  { settings, stateMachineArn, now }: ResumeOptions,
  { upload, attempt }: UploadItem,
): Promise<boolean> {
  const { project } = settings;
  if (await isIngestRunning(stateMachineArn, upload, attempt)) return false;
  if (attempt >= ATTEMPTS) {
    const Cause = `its workflow ended ${attempt} times without an outcome`;
    await failUpload(settings, { project, upload, error: { Error: 'WorkflowEnded', Cause } });
    return true;
  }
  const next = await changeUpload(project, upload, (item) => {
    const isStill = item.outcome === 'received' && item.attempt === attempt;
    return isStill ? { ...item, attempt: attempt + 1, at: now.toISOString() } : item;
  });
  if (next.outcome === 'received') await startIngest(stateMachineArn, { project, upload }, next.attempt);
  return true;
}
