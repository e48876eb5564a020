/** A small project for handler tests: two numeric features and a category, CSV snapshots. */
import { PROJECTS_PK, type ProjectItem, projectPk, SK } from '../../lambdas/shared/catalog-items.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { settingsKey } from '../../lambdas/shared/keys.ts';
import type { DatasetSettings, ProjectSettings } from '../../lambdas/shared/settings.ts';
import type { FakeAws } from './aws-fakes.ts';

export const BUCKET = 'data-bucket';
export const PROJECT = 'flights';

/** Settings with everything filled in. */
export function aProject(dataset: Partial<DatasetSettings> = {}): ProjectSettings {
  return {
    project: PROJECT,
    stage: 'test',
    dataBucket: BUCKET,
    modelPackageGroup: 'driftless-test-flights',
    executionRoleArn: 'arn:aws:iam::000000000000:role/execution',
    kmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k',
    dataset: {
      format: 'csv',
      target: 'late',
      key: 'id',
      eventTime: 'at',
      columns: [
        { name: 'id', type: 'string', role: 'key' },
        { name: 'at', type: 'timestamp', role: 'event-time' },
        { name: 'distance', type: 'integer', role: 'feature' },
        { name: 'delay', type: 'double', role: 'feature' },
        { name: 'origin', type: 'string', role: 'feature' },
        { name: 'late', type: 'integer', role: 'target' },
      ],
      uploads: 'snapshot',
      minimumRows: 5,
      ...dataset,
    },
    split: { by: 'key-hash', holdoutFraction: 0.2, validationFraction: 0.1, salt: 's' },
    trainer: {
      kind: 'script',
      framework: 'xgboost',
      frameworkVersion: '1.7-1',
      imageUri: 'image',
      entryPoint: 'train.py',
      hyperparameters: {},
      instanceType: 'ml.m5.large',
      instanceCount: 1,
      volumeSizeGb: 10,
      maxRuntimeSeconds: 600,
    },
    gates: {
      primaryMetric: 'auc',
      minimum: 0.55,
      minimumHoldoutRows: 100,
      confidence: 0.95,
      champion: { margin: 0.01, rule: 'better-or-newer-within-margin' },
    },
    approval: 'automatic',
    serving: {
      endpointName: 'endpoint',
      variantName: 'AllTraffic',
      instanceType: 'ml.m5.large',
      instanceCount: 1,
      bakeSeconds: 60,
      smokeTest: { rows: 10, tolerance: 1e-6 },
      capturePercentage: 100,
      rollbackAlarms: [],
    },
    monitors: {
      windowHours: 168,
      minimumSamples: 200,
      psi: { warn: 0.1, alert: 0.2 },
      predictionPsi: { warn: 0.1, alert: 0.15 },
      quality: { metric: 'auc', maximumDrop: 0.03, minimumLabels: 200 },
    },
    retraining: {
      onDataset: true,
      onCodeChange: true,
      onAlarm: true,
      cooldownHours: 24,
      minimumNewLabels: 100,
      maximumRunsPerDay: 4,
    },
  };
}

/** Puts the project into the fakes as `register-project` does. */
export function deployProject(aws: FakeAws, settings: ProjectSettings): ProjectItem {
  const settingsDigest = digestOf(settings);
  const item: ProjectItem = {
    project: settings.project,
    dataBucket: settings.dataBucket,
    settingsDigest,
    codeDigest: 'code',
    trainingDigest: 'training',
    deployedAt: '2026-01-01T00:00:00.000Z',
  };
  aws.put(settings.dataBucket, settingsKey(settingsDigest), JSON.stringify(settings));
  const pk = projectPk(settings.project);
  aws.items.set(`${pk}|${SK.project}`, { ...item, pk, sk: SK.project, revision: 1 });
  aws.items.set(`${PROJECTS_PK}|${settings.project}`, { ...item, pk: PROJECTS_PK, sk: settings.project });
  return item;
}

/** CSV rows of the fixture's schema: `from` numbers the ids. */
export function aCsv(rows: number, { from = 0 }: { readonly from?: number } = {}): string {
  const lines = ['id,at,distance,delay,origin,late'];
  for (let i = from; i < from + rows; i++) {
    const day = String((i % 28) + 1).padStart(2, '0');
    lines.push(
      `f${i},2001-01-${day}T10:00:00Z,${100 + (i % 50)},${(i % 7) - 1.5},${'ABC'[i % 3]},${i % 4 === 0 ? 1 : 0}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** S3's event for an object that is in the fakes. */
export function anObjectCreated(aws: FakeAws, key: string, sequencer: string) {
  const { etag, versionId } = aws.objects.get(`${BUCKET}/${key}`)!;
  return {
    detail: {
      bucket: { name: BUCKET },
      object: { key, etag: etag.replaceAll('"', ''), sequencer, 'version-id': versionId },
      requester: '123456789012',
      'source-ip-address': '203.0.113.7',
    },
  };
}
