/** What cannot be told from so few rows has no interval, so that no gate passes by it. */
import { expect, it } from 'vitest';
import { modelMetrics, pairedDifference } from '../../../lambdas/evaluation/metrics/model-metrics.ts';
import type { Reading } from '../../../lambdas/evaluation/metrics/scored-rows.ts';

const reading = (problem: Reading['problem'], areProbabilities = true): Reading => {
  return { problem, areProbabilities, threshold: 0.5, confidence: 0.95 };
};
const binary = reading({ type: 'binary', classes: ['no', 'yes'] });
const readings = { challenger: binary, champion: binary };
const rows = (labels: number[], scores: number[]) => {
  return { labels: Float64Array.from(labels), scores: Float64Array.from(scores) };
};

it.each([
  ['positive', [1, 0, 0, 0]],
  ['negative', [0, 1, 1, 1]],
])('an AUC with a single %s has no interval, nor has a difference', (_, labels) => {
  const lone = rows(labels, [0.6, 0.2, 0.7, 0.4]);
  expect(modelMetrics(lone, binary).values.auc).toEqual({ value: labels[0] === 1 ? 2 / 3 : 1 / 3 });
  expect(pairedDifference('auc', lone, rows(labels, [0.1, 0.2, 0.3, 0.4]), readings)).toBeUndefined();
});

it('errors of a single row have no interval', () => {
  const regression = reading({ type: 'regression' });
  const { values } = modelMetrics(rows([2], [3]), regression);
  expect(values.mae).toEqual({ value: 1 });
  const both = { challenger: regression, champion: regression };
  expect(pairedDifference('mae', rows([2], [3]), rows([2], [5]), both)).toBeUndefined();
});

it('probabilities and scores without a scale have no difference of log losses, but one of AUCs', () => {
  const probabilities = rows([0, 1, 0, 1], [0.1, 0.9, 0.4, 0.3]);
  const margins = rows([0, 1, 0, 1], [-3, 2, -1, 4]);
  const mixed = { challenger: binary, champion: reading(binary.problem, false) };
  expect(pairedDifference('logLoss', probabilities, margins, mixed)).toBeUndefined();
  expect(pairedDifference('auc', probabilities, margins, mixed)!.value).toBeCloseTo(-0.25, 12);
});
