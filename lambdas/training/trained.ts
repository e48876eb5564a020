/** Artifacts that were trained before: what makes two trainings the same, and where the artifact is. */
import { getItem, putItem } from '../shared/catalog.ts';
import { projectPk, SK, type TrainedItem, type TunedItem } from '../shared/catalog-items.ts';
import { digestOf } from '../shared/digest.ts';
import { parseS3Uri } from '../shared/keys.ts';
import { findObject } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { FinishRunInput, RunDataset, SplitResult, TrainingPlan, TrainingRunInput } from './contract.ts';

/**
 * Digest of everything that a model's weights depend on: the version's contents, the split, the code, the image and the
 * trainer's settings. What changes only the price, the place or the name of a job is left out.
 */
export function trainedDigest(
  { trainer, tuning }: ProjectSettings,
  run: Pick<TrainingRunInput, 'codeDigest'>,
  dataset: Pick<RunDataset, 'digest'>,
  split: Pick<SplitResult, 'splitDigest'>,
): string {
  const { spot, vpc, tags, keepAliveSeconds, reuse, output, servingImageUri, metrics, ...trained } = trainer;
  return digestOf({
    dataset: dataset.digest,
    split: split.splitDigest,
    // the other trainers have no folder of their own
    code: trainer.kind === 'script' ? run.codeDigest : null,
    trainer: trained,
    tuning: tuning ?? null,
  });
}

/** The earlier artifact, when the settings allow reuse and the object is still there. */
export async function findTrained(
  { project, trainer, tuning }: ProjectSettings,
  digest: string,
): Promise<TrainingPlan['reused']> {
  if (!(trainer.reuse ?? tuning === undefined)) return undefined;
  const found = (await getItem<TrainedItem>(projectPk(project), SK.trained(digest)))?.item;
  if (!found) return undefined;
  const { bucket, key } = parseS3Uri(found.modelDataUrl);
  if (!(await findObject(bucket, key))) return undefined;
  const { run, trainingJobName, modelDataUrl } = found;
  return { run, trainingJobName, modelDataUrl };
}

/**
 * Records what a run trained; harmless twice. An item of an earlier run is replaced: that run's artifact was gone or not
 * wanted, and this one certainly exists.
 */
export async function recordTrained(
  { project, run }: Pick<TrainingRunInput, 'project' | 'run'>,
  trained: NonNullable<FinishRunInput['trained']>,
  now: string,
): Promise<void> {
  const { digest, trainingJobName, modelDataUrl, tuningJobName } = trained;
  const pk = projectPk(project);
  const item: TrainedItem = { digest, run, trainingJobName, modelDataUrl, trainedAt: now };
  await putItem(pk, SK.trained(digest), item);
  if (tuningJobName !== undefined) await putItem(pk, SK.tuned, { tuningJobName, run } satisfies TunedItem);
}

/** Name of the last tuning job that ended well. */
export async function lastTuningJob(project: string): Promise<string | undefined> {
  return (await getItem<TunedItem>(projectPk(project), SK.tuned))?.item.tuningJobName;
}
