/** Plans the jobs of a run: whole API requests, so that the workflow only passes them on. */
import { loadManifestHeader } from '../datasets/versions/manifest.ts';
import { answerForm } from '../shared/answers.ts';
import { getItem } from '../shared/catalog.ts';
import { type ChampionItem, projectPk, type RunItem, SK } from '../shared/catalog-items.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { loadSettings } from '../shared/project-settings.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { championObstacle, problemObstacle } from './champion-scoring.ts';
import type { RunDataset, SplitResult, TrainingPlan, TrainingRunInput } from './contract.ts';
import { trainingJobName } from './job-names.ts';
import { challengerModel } from './model.ts';
import { readRun, updateRun } from './run-store.ts';
import { findTrained, lastTuningJob, trainedDigest } from './trained.ts';
import { type RunContext, trainingJob } from './training-job.ts';
import { transformJob } from './transform-job.ts';
import { tuningJob } from './tuning-job.ts';

export interface PlanTrainingInput {
  readonly run: TrainingRunInput;
  readonly dataset: RunDataset;
  readonly split: SplitResult;
}

/**
 * The plan; the run's record learns which version and which job it is about.
 * @throws NonRetryableError (code `FeatureNotNumeric`) when the algorithm cannot take the version's features.
 */
export async function planTraining(
  settings: ProjectSettings,
  { run, dataset, split }: PlanTrainingInput,
  region: string,
): Promise<TrainingPlan> {
  const context: RunContext = { settings, run, region };
  if (settings.trainer.kind === 'built-in') await requireNumbers(settings, dataset.version);
  const digest = trainedDigest(settings, run, dataset, split);
  const [reused, parent] = await Promise.all([
    findTrained(settings, digest),
    settings.tuning?.warmStart ? lastTuningJob(settings.project) : undefined,
  ]);
  const tuning = tuningJob(context, split, parent);
  const model = challengerModel(context);
  await updateRun(run, (item: RunItem) => ({
    ...item,
    datasetVersion: dataset.version,
    trainingJobName: reused?.trainingJobName ?? trainingJobName(settings.stage, run.run),
    ...(reused && { reusedFrom: reused.run }),
    modelName: model.ModelName!,
  }));
  return {
    trainingJob: { ...trainingJob(context, split) },
    ...(tuning ? { tuningJob: { ...tuning } } : {}),
    trainedDigest: digest,
    ...(reused ? { reused } : {}),
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
  const past = await settingsOfRun(settings, champion.run);
  const different = past && problemObstacle(past, settings);
  if (different !== undefined) return { championSkipped: different };
  const [before, after] = await Promise.all(
    [champion.datasetVersion, dataset.version].map((version) =>
      loadManifestHeader(settings.dataBucket, version),
    ),
  );
  const obstacle = championObstacle(before!.schema, after!.schema);
  if (obstacle !== undefined) return { championSkipped: obstacle };
  const { modelVersion, modelName, datasetVersion } = champion;
  // a model answers in the form that its own run knew
  const { output } = answerForm(past ?? settings);
  return {
    champion: { modelVersion, modelName, datasetVersion, output },
    championTransform: { ...transformJob(context, split, { name: modelName, by: 'champion', output }) },
  };
}

/** Settings that an earlier run used; undefined when the catalog no longer has the run. */
async function settingsOfRun(
  { project, dataBucket }: ProjectSettings,
  run: string,
): Promise<ProjectSettings | undefined> {
  const item = await readRun(project, run);
  return item && loadSettings(dataBucket, item.settingsDigest);
}

async function requireNumbers({ dataBucket }: ProjectSettings, version: number): Promise<void> {
  const { schema } = await loadManifestHeader(dataBucket, version);
  const wrong = schema.columns.filter(
    ({ role, type }) => role === 'feature' && (type === 'string' || type === 'timestamp'),
  );
  if (wrong.length === 0) return;
  throw new NonRetryableError(
    `the built-in algorithm takes numbers and booleans only, and version ${version} has features ${wrong
      .map(({ name, type }) => `${name} (${type})`)
      .join(
        ', ',
      )}; give them role "ignored", encode them before the upload, or use a trainer of kind "script"`,
    { code: 'FeatureNotNumeric' },
  );
}
