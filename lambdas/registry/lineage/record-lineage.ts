/** Tells SageMaker's lineage where a model version comes from, and which endpoint it was promoted to. */
import { getItem } from '../../shared/catalog.ts';
import { type ModelItem, projectPk, SK, type VersionItem } from '../../shared/catalog-items.ts';
import { stage } from '../../shared/env.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { logger } from '../../shared/logger.ts';
import { loadProject } from '../../shared/project-settings.ts';
import { readRun } from '../../training/run-store.ts';
import { describePackage } from '../approval-store.ts';
import { type Entity, lineageGraph } from './lineage-graph.ts';
import { ensureAssociation, ensureEntity } from './lineage-store.ts';

export interface LineageSubject {
  readonly project: string;
  readonly modelVersion: number;
  /** Endpoint that serves it now. */
  readonly endpointName?: string | undefined;
}

export interface RecordLineageResult {
  /** Entities that are now in SageMaker's lineage for this version. */
  readonly entities: number;
  readonly associations: number;
}

/**
 * Harmless twice and in any order: a promotion writes the whole chain, whether or not the registration was heard.
 * Nothing waits for it, so a failure costs the copy in SageMaker and neither the registration nor the rollout.
 * @throws NonRetryableError (code `ModelUnknown`, `RunUnknown`, `VersionUnknown`) when the catalog lacks a record.
 */
export async function recordLineage(subject: LineageSubject): Promise<RecordLineageResult> {
  const { project, modelVersion, endpointName } = subject;
  const { dataBucket } = await loadProject(project);
  const pk = projectPk(project);
  const model = (await getItem<ModelItem>(pk, SK.model(modelVersion)))?.item;
  if (!model) throw missing('ModelUnknown', `model version ${modelVersion}`, project);
  const run = await readRun(project, model.run);
  if (!run) throw missing('RunUnknown', `run ${model.run}`, project);
  const version = (await getItem<VersionItem>(pk, SK.version(model.datasetVersion)))?.item;
  if (!version) throw missing('VersionUnknown', `dataset version ${model.datasetVersion}`, project);
  const { InferenceSpecification } = await describePackage(model.modelPackageArn);
  const modelDataUrl = InferenceSpecification?.Containers?.[0]?.ModelDataUrl;
  if (modelDataUrl === undefined)
    throw missing('ModelUnknown', `archive of ${model.modelPackageArn}`, project);

  const links = lineageGraph({
    ...{ stage: stage(), project, dataBucket, model, run, version, modelDataUrl },
    ...(endpointName === undefined ? {} : { endpointName }),
  });
  const arns = new Map<Entity, string>();
  for (const entity of new Set(links.flatMap(({ from, to }) => [from, to]))) {
    arns.set(entity, await ensureEntity(entity));
  }
  for (const { from, to, type } of links) await ensureAssociation(arns.get(from)!, arns.get(to)!, type);
  logger.info('lineage recorded', { modelVersion, entities: arns.size, associations: links.length });
  return { entities: arns.size, associations: links.length };
}

const missing = (code: string, what: string, project: string) =>
  new NonRetryableError(`${what} of project "${project}" is not recorded, so its lineage cannot be written`, {
    code,
    details: { project },
  });
