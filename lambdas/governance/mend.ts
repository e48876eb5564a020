/** Mends one difference as far as a program may, and tells of it. */

import { type RolloutState, withoutRollout } from '../deployment/rollout-state.ts';
import { releaseLock } from '../retraining/controller-store.ts';
import { getItem, replaceItem } from '../shared/catalog.ts';
import { projectPk, type RunItem, SK } from '../shared/catalog-items.ts';
import { recordDecision } from '../shared/decisions.ts';
import { publish } from '../shared/events.ts';
import type { Difference } from './differences.ts';

/** @returns whether the difference is gone. */
export async function mend(project: string, difference: Difference, now: Date): Promise<boolean> {
  const repaired = await repair(project, difference, now.toISOString());
  const { kind, what } = difference;
  await recordDecision({
    project,
    kind: 'reconcile',
    subject: kind,
    by: 'reconcile',
    judgement: { rule: kind, verdict: repaired ? 'WARN' : 'FAIL', reason: what, inputs: {} },
    occasion: what,
  });
  await publish('DifferenceFound', { project, what, repaired });
  return repaired;
}

async function repair(project: string, difference: Difference, now: string): Promise<boolean> {
  switch (difference.kind) {
    case 'run-ended':
      await endRun(project, difference.run, difference.what, now);
      return true;
    case 'lock-without-run':
      await releaseLock(project, { run: difference.run, finishedAt: now });
      return true;
    case 'rollout-ended':
      return endRollout(project, difference);
    case 'version-unheard': {
      const { version, digest, rows, source } = difference.version;
      const upload = source.kind === 'upload' ? { upload: source.upload } : {};
      await publish('DatasetVersioned', { project, version, digest, rows, ...upload });
      return true;
    }
    case 'endpoint':
      return false;
  }
}

async function endRun(project: string, { run }: RunItem, reason: string, now: string): Promise<void> {
  const pk = projectPk(project);
  const found = await getItem<RunItem>(pk, SK.run(run));
  // its own last step may have come meanwhile
  if (found?.item.status !== 'InProgress') return;
  const ended: RunItem = {
    ...found.item,
    status: 'Failed',
    finishedAt: now,
    failureReason: reason,
    toldAt: now,
  };
  if (!(await replaceItem(pk, SK.run(run), ended, found.revision))) return;
  await releaseLock(project, { run, finishedAt: now });
  await publish('RunFinished', { project, run, status: 'Failed', reason });
}

/** Frees the endpoint. What waits is dropped, which the difference says: only an approval starts a rollout. */
async function endRollout(
  project: string,
  { modelVersion, attempt }: { readonly modelVersion: number; readonly attempt: number },
): Promise<boolean> {
  const pk = projectPk(project);
  const found = await getItem<RolloutState>(pk, SK.rollout);
  if (found?.item.modelVersion !== modelVersion || found.item.attempt !== attempt) return true;
  const { pending: _dropped, ...idle } = withoutRollout(found.item);
  return replaceItem(pk, SK.rollout, idle, found.revision);
}
