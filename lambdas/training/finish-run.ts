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
import { recordTrained } from './trained.ts';

export interface FinishRunResult {
  readonly run: string;
  readonly status: FinishRunInput['status'];
  readonly reason: string;
}

/**
 * Every part is harmless twice, and the end that was recorded first stands: a run that is stopped while its last step is
 * at work has one end and one event. The event goes out last: who hears it finds the lock free.
 * @param executionArn for a run that failed before it was recorded.
 */
export async function finishRun(
  input: FinishRunInput,
  executionArn: string,
  now: string,
): Promise<FinishRunResult> {
  const { run, trained } = input;
  const { project } = run;
  const item = await updateRun(
    run,
    (before) => (before.status === 'InProgress' ? endOf(before, input, now) : before),
    newRun(run, executionArn, now),
  );
  const status = item.status as FinishRunInput['status'];
  const reason =
    item.failureReason ??
    (status === input.status ? input.reason : `model version ${item.modelVersion} was registered`);
  // before the lock is free: the next run finds it
  if (trained) await recordTrained(run, trained, now);
  await releaseLock(project, {
    run: run.run,
    finishedAt: item.finishedAt ?? now,
    // a failed run has trained nothing: the same data may be asked for again
    ...(status !== 'Failed' && { datasetDigest: await datasetDigestOf(project, item) }),
  });
  if (status !== 'Registered') {
    await recordDecision({
      project,
      kind: 'gate',
      subject: run.run,
      by: 'finish-run',
      judgement: { rule: 'run-outcome', verdict: 'FAIL', reason, inputs: { status } },
    });
  }
  if (item.toldAt === undefined) {
    await publish('RunFinished', { project, run: run.run, status, reason });
    await updateRun(run, (before) => ({ ...before, toldAt: now }));
  }
  return { run: run.run, status, reason };
}

function endOf(
  before: RunItem,
  { status, reason, error, model, trained }: FinishRunInput,
  now: string,
): RunItem {
  return {
    ...before,
    status,
    finishedAt: now,
    ...(status === 'Failed' && { failureReason: failureReason(error, reason) }),
    ...(status === 'RejectedByGate' && { failureReason: reason }),
    // the plan knew only its base
    ...(trained && { trainingJobName: trained.trainingJobName }),
    ...(model && { modelPackageArn: model.modelPackageArn, modelVersion: model.modelVersion }),
  };
}

async function datasetDigestOf(project: string, { datasetVersion }: RunItem): Promise<string | undefined> {
  if (datasetVersion === undefined) return undefined;
  const version = await getItem<VersionItem>(projectPk(project), SK.version(datasetVersion));
  return version?.item.digest;
}
