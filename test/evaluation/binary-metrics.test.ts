import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryMetrics, pairedDifference, wilson } from '../../lambdas/evaluation/binary-metrics.ts';
import { aucComponents, aucVariance, midranks } from '../../lambdas/evaluation/delong.ts';
import { BINARY } from '../properties/golden.ts';

const labels = Uint8Array.from(BINARY.y);
const scores = Float64Array.from(BINARY.p);
/** A second, worse model: 70 % of the first and 30 % of something that knows nothing. */
const worse = scores.map((p, i) => Number((0.7 * p + (0.3 * ((i * 37) % 100)) / 100).toFixed(4)));
const Z95 = 1.959963984540054;

// By the O(mn) definition of DeLong et al. (1988) and the textbook paired mean, in Python, on the same rows.
const AUC_VARIANCE = 0.0006379827596958958;
const WORSE_AUC = 0.7301153612629021;
const AUC_DIFFERENCE_ERROR = 0.020889147240628538;
const BRIER_DIFFERENCE = -0.01992426813333332;
const BRIER_DIFFERENCE_ERROR = 0.004859791716362931;

describe('binaryMetrics', () => {
  const metrics = binaryMetrics({ labels, scores }, 0.95);
  const expected = BINARY.metrics;

  it('agrees with scikit-learn', () => {
    expect(metrics.auc!.value).toBeCloseTo(expected.roc_auc, 9);
    expect(metrics.logLoss.value).toBeCloseTo(expected.log_loss, 9);
    expect(metrics.brier.value).toBeCloseTo(expected.brier, 9);
    expect(metrics.ece.value).toBeCloseTo(expected.ece_10_equal_width, 9);
    expect(metrics.accuracy.value).toBeCloseTo(expected.accuracy, 12);
    expect(metrics.precision!.value).toBeCloseTo(expected.precision, 12);
    expect(metrics.recall!.value).toBeCloseTo(expected.recall, 12);
    expect(metrics.specificity!.value).toBeCloseTo(expected.specificity, 12);
    expect(metrics.f1!.value).toBeCloseTo(expected.f1, 12);
    expect(metrics.confusion).toEqual({
      truePositives: expected.tp,
      falsePositives: expected.fp,
      trueNegatives: expected.tn,
      falseNegatives: expected.fn,
    });
  });

  it('has the interval of DeLong for the AUC', () => {
    const error = Math.sqrt(AUC_VARIANCE);
    expect(metrics.auc!.low).toBeCloseTo(expected.roc_auc - Z95 * error, 9);
    expect(metrics.auc!.high).toBeCloseTo(expected.roc_auc + Z95 * error, 9);
  });

  it('has no AUC with one class, and no precision when nothing is predicted positive', () => {
    const one = binaryMetrics({ labels: Uint8Array.of(0, 0), scores: Float64Array.of(0.1, 0.2) }, 0.95);
    expect(one.auc).toBeUndefined();
    expect(one.precision).toBeUndefined();
    expect(one.recall).toBeUndefined();
    expect(one.accuracy.value).toBe(1);
  });

  it('stays finite for a certain and wrong answer', () => {
    const wrong = binaryMetrics({ labels: Uint8Array.of(1, 0), scores: Float64Array.of(0, 1) }, 0.95);
    expect(wrong.logLoss.value).toBeCloseTo(36.04, 1);
    expect(wrong.auc!.value).toBe(0);
  });

  it('refuses no rows', () => {
    expect(() => binaryMetrics({ labels: new Uint8Array(), scores: new Float64Array() }, 0.95)).toThrow(
      RangeError,
    );
  });
});

describe('pairedDifference', () => {
  it('takes the covariance of the two AUCs into account', () => {
    const difference = pairedDifference('auc', { labels, scores }, { champion: worse, confidence: 0.95 })!;
    expect(difference.value).toBeCloseTo(BINARY.metrics.roc_auc - WORSE_AUC, 9);
    expect((difference.high! - difference.low!) / 2).toBeCloseTo(Z95 * AUC_DIFFERENCE_ERROR, 9);
  });

  it('pairs the losses row by row', () => {
    const difference = pairedDifference('brier', { labels, scores }, { champion: worse, confidence: 0.95 })!;
    expect(difference.value).toBeCloseTo(BRIER_DIFFERENCE, 9);
    expect((difference.high! - difference.low!) / 2).toBeCloseTo(Z95 * BRIER_DIFFERENCE_ERROR, 9);
  });

  it('is exactly zero for a model against itself', () => {
    for (const metric of ['auc', 'brier', 'logLoss'] as const) {
      const difference = pairedDifference(metric, { labels, scores }, { champion: scores, confidence: 0.95 });
      expect(difference).toMatchObject({ value: 0, low: 0, high: 0 });
    }
  });
});

describe('wilson', () => {
  it('agrees with the published interval for 81 of 263', () => {
    // Newcombe (1998), Statistics in Medicine 17:857, method 3: 0.2553 to 0.3662
    const interval = wilson(81, 263, Z95)!;
    expect(interval.low).toBeCloseTo(0.2553, 4);
    expect(interval.high).toBeCloseTo(0.3662, 4);
  });
  it('is not of width zero at 0 or all', () => {
    expect(wilson(0, 20, Z95)!.high).toBeGreaterThan(0.1);
    expect(wilson(20, 20, Z95)!.low).toBeLessThan(0.9);
  });
});

describe('midranks and areas', () => {
  it('share the mean rank among ties', () => {
    expect([...midranks(Float64Array.of(3, 1, 3, 2))]).toEqual([3.5, 1, 3.5, 2]);
  });

  it('do not change under a monotone transformation and flip under negation', () => {
    const row = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), (rows) => {
        const y = Uint8Array.from(rows, ([label]) => (label ? 1 : 0));
        const x = Float64Array.from(rows, ([, value]) => value);
        const area = aucComponents(y, x);
        if (!area) return;
        const moved = aucComponents(
          y,
          x.map((value) => value ** 3 + 7),
        )!;
        expect(moved.auc).toBeCloseTo(area.auc, 12);
        expect(aucVariance(moved)).toBeCloseTo(aucVariance(area), 12);
        expect(
          aucComponents(
            y,
            x.map((value) => -value),
          )!.auc,
        ).toBeCloseTo(1 - area.auc, 12);
      }),
    );
  });
});
