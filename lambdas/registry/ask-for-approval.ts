/** Asks a person to approve a version, with everything that he needs to decide. */
import type { Baseline, Evaluation } from '../evaluation/contract.ts';
import { getItem } from '../shared/catalog.ts';
import {
  type ChampionItem,
  type ModelItem,
  projectPk,
  SK,
  type VersionItem,
} from '../shared/catalog-items.ts';
import { publish } from '../shared/events.ts';
import { baselineKey, evaluationKey } from '../shared/keys.ts';
import { getJson, requireJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { RegisterModelInput } from '../training/contract.ts';
import { approvalMessage } from './approval-message.ts';
import { datasetDifference, type TrainedOn } from './dataset-difference.ts';

/** Tells the bus; a rule makes the notification of it. */
export async function askForApproval(
  settings: ProjectSettings,
  { run, dataset }: RegisterModelInput,
  { modelVersion, modelPackageArn, approval }: ModelItem,
): Promise<void> {
  const { project, stage, dataBucket } = settings;
  const evaluation = await requireJson<Evaluation>(dataBucket, evaluationKey(run.run));
  const { schema } = await requireJson<Baseline>(dataBucket, baselineKey(run.run));
  const until = approval?.until ?? 'a person decides';
  // one that could not be scored is told of too: its data show why
  const champion =
    evaluation.champion ?? (await getItem<ChampionItem>(projectPk(project), SK.champion))?.item;
  await publish('ApprovalRequested', {
    project,
    run: run.run,
    modelVersion,
    modelPackageArn,
    until,
    message: approvalMessage({
      stage,
      project,
      modelVersion,
      until,
      request: run.request,
      evaluation,
      data: datasetDifference(
        dataset,
        schema,
        champion && (await trainedOn(settings, champion.modelVersion)),
      ),
    }),
  });
}

/** The data of a registered version; undefined when its records are gone. */
async function trainedOn(
  { project, dataBucket }: ProjectSettings,
  modelVersion: number,
): Promise<TrainedOn | undefined> {
  const pk = projectPk(project);
  const model = (await getItem<ModelItem>(pk, SK.model(modelVersion)))?.item;
  if (!model) return undefined;
  const version = (await getItem<VersionItem>(pk, SK.version(model.datasetVersion)))?.item;
  const baseline = await getJson<Baseline>(dataBucket, baselineKey(model.run));
  if (!version || !baseline) return undefined;
  return { version: version.version, rows: version.rows, schema: baseline.schema };
}
