/** What became of an upload, as the catalog records it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UploadItem } from '../../../lambdas/shared/catalog-items.ts';
import { listUploadsBy } from '../catalog.ts';
import type { Connection } from '../connect.ts';
import type { SentObject } from './send-file.ts';

const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 5000;

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Called before each look, with the milliseconds since the start. */
  readonly onLook?: (item: UploadItem | undefined, waitedMs: number) => void;
}

/**
 * Waits until the upload that an object has committed has an outcome.
 * @returns its item; the last state seen, or undefined when the upload was not even received, after `timeoutMs`.
 */
export async function waitForOutcome(
  connection: Connection,
  committedBy: SentObject,
  { timeoutMs, onLook }: WaitOptions,
): Promise<UploadItem | undefined> {
  const started = performance.now();
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    // several uploads may have had this key: the version tells ours
    const item = (await listUploadsBy(connection, committedBy.key)).find(
      ({ versionId }) => versionId === committedBy.versionId,
    );
    if (item && item.outcome !== 'received') return item;
    const waitedMs = performance.now() - started;
    onLook?.(item, waitedMs);
    if (waitedMs + pause > timeoutMs) return item;
    await sleep(pause);
  }
}
