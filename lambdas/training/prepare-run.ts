/** Begins a run: records it and pins the dataset version that it trains on. */
import { getItem } from '../shared/catalog.ts';
import { type HeadItem, projectPk, type RunItem, SK, type VersionItem } from '../shared/catalog-items.ts';
import { NonRetryableError } from '../shared/errors.ts';
import type { RunDataset, TrainingRunInput } from './contract.ts';
import { createRun, readRun } from './run-store.ts';

/** The record of a run that has just begun. */
export function newRun(input: TrainingRunInput, executionArn: string, startedAt: string): RunItem {
  const { run, request, settingsDigest, codeDigest } = input;
  return { run, status: 'InProgress', request, executionArn, startedAt, settingsDigest, codeDigest };
}

/**
 * The version that was asked for, else the one at the project's head: one run trains on the newest. A repeated step gets the version that it got first.
 * @throws NonRetryableError (code `NoDataset`) before the first version.
 */
export async function prepareRun(
  input: TrainingRunInput,
  executionArn: string,
  startedAt: string,
): Promise<RunDataset> {
  const pk = projectPk(input.project);
  const pinned = (await readRun(input.project, input.run))?.datasetVersion;
  const number =
    pinned ?? input.request.datasetVersion ?? (await getItem<HeadItem>(pk, SK.head))?.item.version;
  if (number === undefined) {
    throw new NonRetryableError(`project "${input.project}" has no dataset version; upload one first`, {
      code: 'NoDataset',
    });
  }
  const version = (await getItem<VersionItem>(pk, SK.version(number)))?.item;
  if (!version) {
    throw new NonRetryableError(`version ${number} is not in the catalog`, {
      code: 'VersionMissing',
    });
  }
  await createRun(input.project, { ...newRun(input, executionArn, startedAt), datasetVersion: number });
  return { version: version.version, digest: version.digest, rows: version.rows };
}
