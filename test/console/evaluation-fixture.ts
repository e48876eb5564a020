/** An evaluation in both forms, with numbers made up for their looks. */
import type { Evaluation } from '../../lambdas/evaluation/contract.ts';

const judgements = [
  { rule: 'quality', verdict: 'PASS', reason: 'auc reaches 0.6', inputs: {} },
  { rule: 'champion', verdict: 'FAIL', reason: 'auc is below the champion', inputs: {} },
] as const;

export function anEvaluation(run: string, change: Partial<Evaluation> = {}): Evaluation {
  return {
    format: 2,
    project: 'flights',
    run,
    datasetVersion: 1,
    datasetDigest: 'digest-1',
    splitDigest: 'split',
    problem: 'binary',
    confidence: 0.95,
    primaryMetric: 'auc',
    holdout: { rows: 1200, features: 'f', labels: 'l' },
    challenger: {
      scores: 's',
      metrics: {
        problem: 'binary',
        rows: 1200,
        values: {
          accuracy: { value: 0.81, low: 0.79, high: 0.83, method: 'Wilson' },
          auc: { value: 0.73, low: 0.71, high: 0.75, method: 'DeLong' },
          ece: { value: 0.02 },
        },
      },
    },
    champion: {
      modelVersion: 1,
      modelName: 'm',
      datasetVersion: 1,
      scores: 's',
      metrics: { problem: 'binary', rows: 1200, values: { auc: { value: 0.74, low: 0.72, high: 0.76 } } },
    },
    difference: { metric: 'auc', value: -0.01, low: -0.02, high: 0.001, method: 'DeLong paired' },
    slices: {
      slices: [],
      worst: { column: 'origin', value: null, estimate: { value: 0.6, low: 0.5, high: 0.7 } },
    },
    bias: {
      report: 'r',
      findings: [
        { column: 'sex', value: 'f', metric: 'DI', estimate: 0.7, verdict: 'FAIL' },
        { column: 'sex', value: 'f', metric: 'DPPL', estimate: 0.01, verdict: 'PASS' },
      ],
    },
    judgements,
    passed: false,
    reason: 'auc is below the champion',
    evaluatedAt: '2026-03-01T10:30:00.000Z',
    ...change,
  };
}

/** As runs wrote it before problems other than binary. */
export const anOlderEvaluation = (run: string) => ({
  format: 1 as const,
  project: 'flights',
  run,
  datasetVersion: 1,
  datasetDigest: 'digest-1',
  splitDigest: 'split',
  confidence: 0.95,
  primaryMetric: 'auc' as const,
  holdout: { rows: 1200, positives: 240, features: 'f', labels: 'l' },
  challenger: {
    scores: 's',
    metrics: {
      rows: 1200,
      positives: 240,
      threshold: 0.5,
      confusion: { truePositives: 1, falsePositives: 2, trueNegatives: 3, falseNegatives: 4 },
      auc: { value: 0.7, low: 0.68, high: 0.72, method: 'DeLong' },
      brier: { value: 0.1 },
    },
  },
  championSkipped: 'no model is in production yet',
  judgements: [],
  passed: true,
  reason: 'all gates passed',
  evaluatedAt: '2026-03-01T10:00:00.000Z',
});
