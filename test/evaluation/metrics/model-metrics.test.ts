import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aucComponents, aucVariance, midranks } from '../../../lambdas/evaluation/metrics/delong.ts';
import { wilson } from '../../../lambdas/evaluation/metrics/estimates.ts';
import { modelMetrics, pairedDifference } from '../../../lambdas/evaluation/metrics/model-metrics.ts';
import type { Reading, ScoredRows } from '../../../lambdas/evaluation/metrics/scored-rows.ts';
import type { Metric } from '../../../lambdas/shared/settings.ts';
import { BINARY } from '../../properties/golden.ts';
import { EXPECTED, MULTICLASS, REGRESSION } from './expected.ts';

const Z95 = 1.959963984540054;
const reading = (problem: Reading['problem'], changed: Partial<Reading> = {}): Reading => {
  return { problem, areProbabilities: true, threshold: 0.5, confidence: 0.95, ...changed };
};

const binary = reading({ type: 'binary', classes: ['no', 'yes'] });
const labels = Uint8Array.from(BINARY.y);
const scores = Float64Array.from(BINARY.p);
/** A worse model: 70 % of the first and 30 % of something that knows nothing. */
const worse = scores.map((p, i) => Number((0.7 * p + (0.3 * ((i * 37) % 100)) / 100).toFixed(4)));

const multiclass = reading({ type: 'multiclass', classes: ['x', 'y', 'z'] });
const codes = Float64Array.from(MULTICLASS.y);
const normalized = (weight: (row: number, code: number) => number) => {
  const all = new Float64Array(codes.length * 3);
  for (let row = 0; row < codes.length; row++) {
    const weights = [0, 1, 2].map((code) => 1 + weight(row, code) + ((row * 7 + code * 13) % 10) / 10);
    const sum = weights[0]! + weights[1]! + weights[2]!;
    for (const [code, each] of weights.entries()) all[row * 3 + code] = each / sum;
  }
  return all;
};
const said = MULTICLASS.predicted;
const good = normalized((row, code) => (code === said[row] ? 3 : 0));
const bad = normalized(
  (row, code) => (code === said[(row * 11) % said.length] ? 2 : 0) + (code === said[row] ? 1.5 : 0),
);

const regression = reading({ type: 'regression' });
const truths = Float64Array.from(REGRESSION.y);
const answers = Float64Array.from(REGRESSION.predictions);
const shifted = answers.map((answer, row) => answer + ((row * 37) % 100) / 100 - 0.4);

const CASES: [keyof typeof EXPECTED, Reading, ScoredRows, ScoredRows][] = [
  ['binary', binary, { labels, scores }, { labels, scores: worse }],
  ['multiclass', multiclass, { labels: codes, scores: good }, { labels: codes, scores: bad }],
  ['regression', regression, { labels: truths, scores: answers }, { labels: truths, scores: shifted }],
];

describe.each(CASES)('%s metrics', (problem, how, rows, other) => {
  const { values } = modelMetrics(rows, how);
  // Wilson's interval has another middle than its value, and is tested by itself
  const hasWilson = (metric: string) => values[metric as Metric]!.method === 'Wilson';

  describe.each(Object.entries(EXPECTED[problem]))('%s', (metric, expected) => {
    it('is what scikit-learn says', () => {
      expect(values[metric as Metric]!.value).toBeCloseTo(expected.value, 9);
    });

    it('has an interval of the width that the jackknife gives', () => {
      if (hasWilson(metric)) return;
      const { value, low, high } = values[metric as Metric]!;
      const margin = Math.max(high! - value, value - low!) / Z95;
      expect(margin / expected.error).toBeGreaterThan(0.94);
      expect(margin / expected.error).toBeLessThan(1.06);
    });

    it('differs from the other model as scikit-learn and the jackknife say', () => {
      const readings = { challenger: how, champion: how };
      const { value, low, high } = pairedDifference(metric as Metric, rows, other, readings)!;
      expect(value).toBeCloseTo(expected.difference, 9);
      expect((high! - low!) / 2 / Z95 / expected.differenceError).toBeGreaterThan(0.94);
      expect((high! - low!) / 2 / Z95 / expected.differenceError).toBeLessThan(1.06);
    });
  });
});

describe('binary metrics', () => {
  const metrics = modelMetrics({ labels, scores }, binary);
  const expected = BINARY.metrics;

  it('are what scikit-learn says where DeLong and Wilson make the interval', () => {
    expect(metrics.values.auc!.value).toBeCloseTo(expected.roc_auc, 9);
    expect(metrics.values.brier!.value).toBeCloseTo(expected.brier, 9);
    expect(metrics.values.ece!.value).toBeCloseTo(expected.ece_10_equal_width, 9);
    expect(metrics.values.accuracy!.value).toBeCloseTo(expected.accuracy, 12);
    expect(metrics.values.recall!.value).toBeCloseTo(expected.recall, 12);
    expect(metrics.values.specificity!.value).toBeCloseTo(expected.specificity, 12);
    expect(metrics.confusion).toEqual([
      [expected.tn, expected.fp],
      [expected.fn, expected.tp],
    ]);
    expect(metrics.positives).toBe(expected.tp + expected.fn);
  });

  // By the O(mn) definition of DeLong et al. (1988) and the textbook paired mean, in Python, on the same rows.
  it('have the interval of DeLong for the AUC and for the difference of two', () => {
    const { low, high } = metrics.values.auc!;
    expect(low).toBeCloseTo(expected.roc_auc - Z95 * Math.sqrt(0.0006379827596958958), 9);
    expect(high).toBeCloseTo(expected.roc_auc + Z95 * Math.sqrt(0.0006379827596958958), 9);
    const readings = { challenger: binary, champion: binary };
    const difference = pairedDifference('auc', { labels, scores }, { labels, scores: worse }, readings)!;
    expect(difference.value).toBeCloseTo(expected.roc_auc - 0.7301153612629021, 9);
    expect((difference.high! - difference.low!) / 2).toBeCloseTo(Z95 * 0.020889147240628538, 9);
    const brier = pairedDifference('brier', { labels, scores }, { labels, scores: worse }, readings)!;
    expect(brier.value).toBeCloseTo(-0.01992426813333332, 9);
    expect((brier.high! - brier.low!) / 2).toBeCloseTo(Z95 * 0.004859791716362931, 9);
  });

  it('of one class have no AUC, and no precision when nothing is predicted positive', () => {
    const one = modelMetrics({ labels: Uint8Array.of(0, 0), scores: Float64Array.of(0.1, 0.2) }, binary);
    expect(Object.keys(one.values).toSorted()).toEqual(
      ['accuracy', 'balancedAccuracy', 'brier', 'ece', 'logLoss', 'specificity'].toSorted(),
    );
    expect(one.values.accuracy!.value).toBe(1);
  });

  it('stay finite for a certain and wrong answer', () => {
    const wrong = modelMetrics({ labels: Uint8Array.of(1, 0), scores: Float64Array.of(0, 1) }, binary);
    expect(wrong.values.logLoss!.value).toBeCloseTo(36.04, 1);
    expect(wrong.values.auc!.value).toBe(0);
  });

  it('of scores without a scale leave out what needs probabilities', () => {
    const how = reading(binary.problem, { areProbabilities: false, threshold: 0 });
    const margins = scores.map((score) => score - 0.5);
    const { values } = modelMetrics({ labels, scores: margins }, how);
    expect(values.auc!.value).toBeCloseTo(expected.roc_auc, 9);
    expect(values.f1!.value).toBeCloseTo(expected.f1, 9);
    expect([values.logLoss, values.brier, values.ece]).toEqual([undefined, undefined, undefined]);
  });

  it('refuse no rows', () => {
    const nothing = { labels: new Uint8Array(), scores: new Float64Array() };
    expect(() => modelMetrics(nothing, binary)).toThrow(RangeError);
  });
});

describe('multiclass and regression metrics', () => {
  it('have the confusion of scikit-learn', () => {
    expect(modelMetrics({ labels: codes, scores: good }, multiclass).confusion).toEqual(MULTICLASS.confusion);
  });

  it('have no relative error of zeros, and no share of explained variance without variance', () => {
    const zeros = { labels: Float64Array.of(0, 0), scores: Float64Array.of(1, 3) };
    const { values } = modelMetrics(zeros, regression);
    expect(values.mape).toBeUndefined();
    expect(values.r2).toBeUndefined();
    expect([values.bias!.value, values.mae!.value, values.smape!.value]).toEqual([2, 2, 2]);
  });

  it('have the symmetric relative error of the reference', () => {
    const { values } = modelMetrics({ labels: truths, scores: answers }, regression);
    expect(values.smape!.value).toBeCloseTo(REGRESSION.smape, 9);
  });
});

describe('intervals', () => {
  // scipy.stats.binomtest(8, 10).proportion_ci(method='wilson')
  it('of shares are those of Wilson', () => {
    const interval = wilson(8, 10, Z95)!;
    expect(interval.low).toBeCloseTo(0.49016247153664183, 9);
    expect(interval.high).toBeCloseTo(0.9433178485456247, 9);
    expect(wilson(0, 0, Z95)).toBeUndefined();
  });

  it('of a model and itself have no width', () => {
    const rows = { labels: codes, scores: good };
    const readings = { challenger: multiclass, champion: multiclass };
    for (const metric of ['macroF1', 'macroAuc', 'logLoss'] as const) {
      expect(pairedDifference(metric, rows, rows, readings)).toMatchObject({ value: 0, low: 0, high: 0 });
    }
  });
});

describe('ranks', () => {
  const anyScores = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 4, maxLength: 60 });

  it('share the mean among equals', () => {
    expect([...midranks(Float64Array.of(3, 1, 3, 2))]).toEqual([3.5, 1, 3.5, 2]);
  });

  it('give the share of pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(anyScores, (integers) => {
        const own = Uint8Array.from(integers, (_, i) => i % 2);
        const components = aucComponents(own, Float64Array.from(integers))!;
        let [pairs, right] = [0, 0];
        for (let i = 1; i < integers.length; i += 2) {
          for (let j = 0; j < integers.length; j += 2) {
            pairs += 1;
            right += integers[i]! > integers[j]! ? 1 : integers[i] === integers[j] ? 0.5 : 0;
          }
        }
        expect(components.auc).toBeCloseTo(right / pairs, 9);
        expect(aucVariance(components)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
