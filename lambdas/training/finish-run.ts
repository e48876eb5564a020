/** Ends a run: its record, the lock that it held, the decision when it was turned down, the event. */

import { releaseLock } from '../retraining/controller-store.ts';
import { getItem } from '../shared/catalog.ts';
import { projectPk, type RunItem, SK, type VersionItem } from '../shared/catalog-items.ts';
import { recordDecision } from '../shared/decisions.ts';
import { publish } from '../shared/events.ts';
import type { FinishRunInput } from './contract.ts';
import { failureReason } from './failure-reason.ts';
import { newRun } from './prepare-run.ts';
import { updateRun } from './run-store.ts';

export interface FinishRunResult {
  readonly run: string;
  readonly status: FinishRunInput['status'];
  readonly reason: string;
}

/**
 * Every part is harmless twice. The event goes out last: who hears it finds the lock free.
 * @param executionArn for a run that failed before it was recorded.
 */
export async function finishRun(
  input: FinishRunInput,
  executionArn: string,
  now: string,
): Promise<FinishRunResult> {
  const { run, status, model } = input;
  const reason = status === 'Failed' ? failureReason(input.error, input.reason) : input.reason;
  const item = await updateRun(
    run,
    (before) => ({
      ...before,
      status,
      finishedAt: before.finishedAt ?? now,
      ...(status !== 'Registered' && { failureReason: reason }),
      ...(model && { modelPackageArn: model.modelPackageArn, modelVersion: model.modelVersion }),
    }),
    newRun(run, executionArn, now),
  );
  await releaseLock(run.project, {
    run: run.run,
    finishedAt: item.finishedAt ?? now,
    // a failed run has trained nothing: the same data may be asked for again
    ...(status !== 'Failed' && { datasetDigest: await datasetDigestOf(run.project, item) }),
  });
  if (status !== 'Registered') {
    await recordDecision({
      project: run.project,
      kind: 'gate',
      subject: run.run,
      by: 'finish-run',
      judgement: { rule: 'run-outcome', verdict: 'FAIL', reason, inputs: { status } },
    });
  }
  await publish('RunFinished', { project: run.project, run: run.run, status, reason });
  return { run: run.run, status, reason };
}

async function datasetDigestOf(project: string, { datasetVersion }: RunItem): Promise<string | undefined> {
  if (datasetVersion === undefined) return undefined;
  const version = await getItem<VersionItem>(projectPk(project), SK.version(datasetVersion));
  return version?.item.digest;
}
