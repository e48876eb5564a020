/** What SageMaker's lineage shall know of a model version: entities, and what joins them. Pure. */
import type { AssociationEdgeType } from '@aws-sdk/client-sagemaker';
import type { ModelItem, RunItem, VersionItem } from '../../shared/catalog-items.ts';
import { manifestKey, s3Uri } from '../../shared/keys.ts';

/** One entity. It is known by its source: SageMaker may have made the same one by itself. */
export interface Entity {
  readonly kind: 'artifact' | 'action' | 'context';
  /** Of an action or a context: 1 to 120 letters, digits and hyphens. Artifacts are named by their source. */
  readonly name?: string;
  readonly type: string;
  readonly sourceUri: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface Link {
  readonly from: Entity;
  readonly to: Entity;
  readonly type: AssociationEdgeType;
}

/** All that is known of a version when its lineage is written. */
export interface LineageFacts {
  readonly stage: string;
  readonly project: string;
  readonly dataBucket: string;
  readonly model: ModelItem;
  readonly run: RunItem;
  readonly version: VersionItem;
  /** S3 URI of the model's archive. */
  readonly modelDataUrl: string;
  /** Endpoint that the version was promoted to. */
  readonly endpointName?: string;
}

/**
 * Dataset version, run, model archive, model package and, once promoted, endpoint, joined in this order. Every link
 * points from what was there first, so that Ascendants of a package are what it was made of.
 */
export function lineageGraph(facts: LineageFacts): Link[] {
  const { stage, project, dataBucket, model, run, version, modelDataUrl, endpointName } = facts;
  const dataset: Entity = {
    kind: 'artifact',
    type: 'DataSet',
    sourceUri: s3Uri(dataBucket, manifestKey(version.version)),
    properties: {
      ...{ project, version: String(version.version), digest: version.digest },
      ...{ rows: String(version.rows), schemaVersion: String(version.schemaVersion) },
    },
  };
  const training: Entity = {
    kind: 'action',
    name: `driftless-${stage}-${run.run}`,
    type: 'TrainingRun',
    sourceUri: run.executionArn,
    properties: {
      ...{ project, run: run.run, requestedBy: run.request.kind },
      ...{ settingsDigest: run.settingsDigest, codeDigest: run.codeDigest },
    },
  };
  const archive: Entity = {
    kind: 'artifact',
    type: 'Model',
    sourceUri: modelDataUrl,
    properties: { project, ...(run.trainingJobName && { trainingJob: run.trainingJobName }) },
  };
  const registered: Entity = {
    kind: 'artifact',
    type: 'ModelPackage',
    sourceUri: model.modelPackageArn,
    properties: { project, run: run.run, modelVersion: String(model.modelVersion) },
  };
  const links: Link[] = [
    { from: dataset, to: training, type: 'ContributedTo' },
    { from: training, to: archive, type: 'Produced' },
    { from: archive, to: registered, type: 'DerivedFrom' },
  ];
  if (endpointName === undefined) return links;
  const served: Entity = {
    kind: 'context',
    name: endpointName,
    type: 'Endpoint',
    sourceUri: endpointArn(model.modelPackageArn, endpointName),
    properties: { project },
  };
  return [...links, { from: registered, to: served, type: 'AssociatedWith' }];
}

/** In the partition, region and account of the package. */
export function endpointArn(modelPackageArn: string, endpointName: string): string {
  return `${modelPackageArn.split(':').slice(0, 5).join(':')}:endpoint/${endpointName}`;
}
