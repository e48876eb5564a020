/** What a run has written when its model is registered. Numbers are made up. */
import type { Baseline, Evaluation } from '../../lambdas/evaluation/contract.ts';
import { baselineKey, evaluationKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import type { RegisterModelInput } from '../../lambdas/training/contract.ts';
import type { FakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, PROJECT } from '../shared/project-fixture.ts';
import { aDataset, aRun, RUN } from '../training/run-fixture.ts';

export const ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/driftless-test-flights/7';

export const anEvaluation = (change: Partial<Evaluation> = {}): Evaluation => ({
  format: 2,
  project: PROJECT,
  run: RUN,
  datasetVersion: 2,
  datasetDigest: 'digest-2',
  splitDigest: 's',
  problem: 'binary',
  confidence: 0.95,
  primaryMetric: 'auc',
  holdout: {
    rows: 20_000,
    balance: { '0': 15_000, '1': 5_000 },
    features: `s3://${BUCKET}/splits/2/s/holdout/holdout.csv`,
    labels: `s3://${BUCKET}/splits/2/s/holdout-labels/labels.csv`,
  },
  challenger: {
    scores: 's3://scores/challenger',
    metrics: {
      problem: 'binary',
      rows: 20_000,
      values: {
        logLoss: { value: 0.51234 },
        auc: { value: 0.6313, low: 0.62, high: 0.6425, method: 'DeLong' },
      },
    },
  },
  judgements: [{ rule: 'quality', verdict: 'PASS', reason: 'AUC 0.63 is above 0.55', inputs: {} }],
  passed: true,
  reason: 'quality PASS',
  evaluatedAt: '2026-03-01T10:30:00.000Z',
  ...change,
});

/** With a champion that was scored on the same rows. */
export const aComparison = (): Partial<Evaluation> => ({
  champion: {
    modelVersion: 1,
    modelName: 'driftless-test-flights-v1-a1',
    datasetVersion: 1,
    scores: 's3://scores/champion',
    metrics: { problem: 'binary', rows: 20_000, values: { auc: { value: 0.61, low: 0.6, high: 0.62 } } },
  },
  difference: { metric: 'auc', value: 0.0213, low: 0.01, high: 0.0325, method: 'DeLong paired' },
});

export const aBaseline = (columns: Baseline['schema']['columns'] = aProject().dataset.columns): Baseline => ({
  format: 1,
  project: PROJECT,
  run: RUN,
  datasetVersion: 2,
  datasetDigest: 'digest-2',
  schema: { columns },
  features: [],
  prediction: { kind: 'numeric' } as never,
  metrics: anEvaluation().challenger.metrics,
  confidence: 0.95,
});

/** Puts the documents of the run into the fakes. */
export function putEvidence(aws: FakeAws, evaluation = anEvaluation(), baseline = aBaseline()): void {
  aws.put(BUCKET, evaluationKey(RUN), JSON.stringify(evaluation));
  aws.put(BUCKET, baselineKey(RUN), JSON.stringify(baseline));
}

export const anInput = (settings: ProjectSettings = aProject()): RegisterModelInput => ({
  run: aRun(settings),
  dataset: aDataset(),
  evaluation: {
    passed: true,
    judgements: [],
    reason: 'quality PASS',
    evaluationKey: evaluationKey(RUN),
    baselineKey: baselineKey(RUN),
  },
  trainingJobName: `test-${RUN}`,
  modelName: `driftless-test-${RUN}`,
  modelDataUrl: `s3://${BUCKET}/runs/${RUN}/training/model.tar.gz`,
  image: 'image',
  environment: { SAGEMAKER_PROGRAM: 'train.py' },
});
