/** Plans the jobs of a run: whole API requests, so that the workflow only passes them on. */
import { loadManifestHeader } from '../datasets/versions/manifest.ts';
import { getItem } from '../shared/catalog.ts';
import { type ChampionItem, projectPk, type RunItem, SK } from '../shared/catalog-items.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { championObstacle } from './champion-scoring.ts';
import type { RunDataset, SplitResult, TrainingPlan, TrainingRunInput } from './contract.ts';
import { trainingJobName } from './job-names.ts';
import { challengerModel } from './model.ts';
import { updateRun } from './run-store.ts';
import { type RunContext, trainingJob } from './training-job.ts';
import { transformJob } from './transform-job.ts';

export interface PlanTrainingInput {
  readonly run: TrainingRunInput;
  readonly dataset: RunDataset;
  readonly split: SplitResult;
}

/** The plan; the run's record learns which version and which job it is about. */
export async function planTraining(
  settings: ProjectSettings,
  { run, dataset, split }: PlanTrainingInput,
  region: string,
): Promise<TrainingPlan> {
  const context: RunContext = { settings, run, region };
  const model = challengerModel(context);
  await updateRun(run, (item: RunItem) => ({
    ...item,
    datasetVersion: dataset.version,
    trainingJobName: trainingJobName(settings.stage, run.run),
    modelName: model.ModelName!,
  }));
  return {
    trainingJob: { ...trainingJob(context, split) },
    model: { ...model },
    challengerTransform: {
      ...transformJob(context, split, { name: model.ModelName!, by: 'challenger' }),
    },
    ...(await planChampion(context, dataset, split)),
  };
}

async function planChampion(
  context: RunContext,
  dataset: RunDataset,
  split: SplitResult,
): Promise<Pick<TrainingPlan, 'champion' | 'championTransform' | 'championSkipped'>> {
  const { settings } = context;
  const champion = (await getItem<ChampionItem>(projectPk(settings.project), SK.champion))?.item;
  if (!champion) return { championSkipped: 'no model is in production yet' };
  const [before, after] = await Promise.all(
    [champion.datasetVersion, dataset.version].map((version) =>
      loadManifestHeader(settings.dataBucket, version),
    ),
  );
  const obstacle = championObstacle(before!.schema, after!.schema);
  if (obstacle !== undefined) return { championSkipped: obstacle };
  const { modelVersion, modelName, datasetVersion } = champion;
  return {
    champion: { modelVersion, modelName, datasetVersion },
    championTransform: { ...transformJob(context, split, { name: modelName, by: 'champion' }) },
  };
}
