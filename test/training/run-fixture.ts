/** A run of the small project, with everything that the steps of the workflow pass on. */
import type { Context } from 'aws-lambda';
import {
  type ChampionItem,
  projectPk,
  type RunRequest,
  SK,
  type VersionItem,
} from '../../lambdas/shared/catalog-items.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import type { RunDataset, SplitResult, TrainingRunInput } from '../../lambdas/training/contract.ts';
import type { FakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, PROJECT } from '../shared/project-fixture.ts';

export const RUN = 'flights-0123456789-a1';
export const context = {
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:driftless-test-any',
} as Context;

export const aRequest = (change: Partial<RunRequest> = {}): RunRequest => ({
  id: 'dataset-1',
  kind: 'dataset',
  reason: 'dataset version 1',
  requestedAt: '2026-03-01T10:00:00.000Z',
  ...change,
});

export const aRun = (settings: ProjectSettings = aProject()): TrainingRunInput => ({
  project: PROJECT,
  run: RUN,
  settingsDigest: digestOf(settings),
  codeDigest: 'code',
  request: aRequest(),
  addLabelledRows: false,
});

export const aSplit = (): SplitResult => ({
  version: 2,
  splitDigest: 's',
  train: `s3://${BUCKET}/splits/2/s/train/`,
  validation: `s3://${BUCKET}/splits/2/s/validation/`,
  holdout: `s3://${BUCKET}/splits/2/s/holdout/`,
  holdoutLabels: `s3://${BUCKET}/splits/2/s/holdout-labels/labels.csv`,
  schema: `s3://${BUCKET}/splits/2/s/schema/schema.json`,
  rows: { train: 70, validation: 10, holdout: 20 },
});

export const aDataset = (): RunDataset => ({ version: 2, digest: 'digest-2', rows: 100 });

export const aVersion = (version: number, change: Partial<VersionItem> = {}): VersionItem => ({
  version,
  digest: `digest-${version}`,
  rows: 100,
  files: 1,
  bytes: 1000,
  schemaVersion: 1,
  createdAt: `2026-03-0${version}T09:00:00.000Z`,
  source: { kind: 'upload', upload: `upload-${version}` },
  labelFiles: [],
  ...change,
});

export const aChampion = (change: Partial<ChampionItem> = {}): ChampionItem => ({
  modelVersion: 1,
  modelPackageArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/driftless-test-flights/1',
  modelName: 'driftless-test-flights-v1-a1',
  run: 'flights-aaaaaaaaaa-a1',
  datasetVersion: 1,
  datasetDigest: 'digest-1',
  endpointName: 'endpoint',
  endpointConfigName: 'driftless-test-flights-v1-a1',
  promotedAt: '2026-03-01T12:00:00.000Z',
  ...change,
});

/** Puts an item of the project into the catalog. */
export function putCatalog(aws: FakeAws, sk: string, item: object): void {
  const pk = projectPk(PROJECT);
  aws.items.set(`${pk}|${sk}`, { ...JSON.parse(JSON.stringify(item)), pk, sk, revision: 1 });
}

/** Reads one back. */
export const catalog = <Item>(aws: FakeAws, sk: string): Item =>
  aws.items.get(`${projectPk(PROJECT)}|${sk}`) as Item;

/** Decisions as `rule: verdict`, in the order in which they were recorded. */
export const decisions = (aws: FakeAws): string[] =>
  [...aws.items.values()]
    .filter(({ sk }) => String(sk).startsWith('DECISION#'))
    .map(({ judgement }) => judgement as { rule: string; verdict: string })
    .map(({ rule, verdict }) => `${rule}: ${verdict}`);

/** Makes versions 1 to `head` with the last one at the head. */
export function putVersions(aws: FakeAws, head: number): void {
  for (let version = 1; version <= head; version += 1) {
    putCatalog(aws, SK.version(version), aVersion(version));
  }
  putCatalog(aws, SK.head, { version: head, digest: `digest-${head}` });
}
