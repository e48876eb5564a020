import { describe, expect, it } from 'vitest';
import {
  type Comparison,
  type CountedRows,
  compare,
  type SideCounts,
} from '../../lambdas/evaluation/bias/counts.ts';
import { deltaEstimate, shareDifference, shareRatio } from '../../lambdas/evaluation/bias/estimate.ts';
import { POST_TRAINING_METRICS, postTrainingBias } from '../../lambdas/evaluation/bias/post-training.ts';
import { PRE_TRAINING_METRICS, preTrainingBias } from '../../lambdas/evaluation/bias/pre-training.ts';
import type { BiasMetric } from '../../lambdas/shared/settings.ts';
import { GOLDEN } from './bias-golden.ts';

const Z = 1.959963984540054;

/** Cells in the order TP, FP, FN, TN. */
const side = (tp: number, fp: number, fn: number, tn: number): SideCounts => ({
  labels: [fp + tn, tp + fn],
  ...{ tp, fp, fn, tn },
});
const comparison = (a: SideCounts, d: SideCounts): Comparison => ({ column: 'c', value: 'v', a, d });
const of = (metric: BiasMetric, { a, d }: Pick<Comparison, 'a' | 'd'>) =>
  [...preTrainingBias(comparison(a, d), Z), ...postTrainingBias(comparison(a, d), Z)].find(
    (one) => one.metric === metric,
  )!;
/** Labels only, by class. */
const labelled = (labels: readonly number[]): SideCounts => ({ ...side(0, 0, 0, 0), labels });

const goldenRows: CountedRows[] = [...GOLDEN.label].map((label, at) => ({
  facet: GOLDEN.facet[at]!,
  stratum: GOLDEN.group[at]!,
  label: Number(label),
  predicted: Number(GOLDEN.predicted[at]),
  rows: 1,
}));

describe('bias metrics against smclarify', () => {
  const golden = compare(goldenRows, {
    ...{ column: 'facet', value: '1', classes: 2, positive: [1], grouped: true },
  });

  it('counts its cells', () => {
    expect(golden.a).toMatchObject(GOLDEN.cells.a);
    expect(golden.d).toMatchObject(GOLDEN.cells.d);
    expect(golden.groups).toHaveLength(3);
  });

  it.each(PRE_TRAINING_METRICS)('%s of the labels', (metric) => {
    const found = preTrainingBias(golden, Z).find((one) => one.metric === metric)!;
    expect(found.value).toBeCloseTo(GOLDEN.pre[metric], 10);
    expect(found.low).toBeLessThanOrEqual(found.value!);
    expect(found.high).toBeGreaterThanOrEqual(found.value!);
  });

  it.each(POST_TRAINING_METRICS)('%s of the predictions', (metric) => {
    const found = postTrainingBias(golden, Z).find((one) => one.metric === metric)!;
    expect(found.value).toBeCloseTo(GOLDEN.post[metric as keyof typeof GOLDEN.post], 10);
    expect(found.low).toBeLessThan(found.value!);
    expect(found.high).toBeGreaterThan(found.value!);
  });
});

describe('bias metrics by hand', () => {
  it.each([
    // ln(0.8/0.3)·0.8 + ln(0.2/0.7)·0.2
    ['KL', [20, 80], [70, 30], 0.8 * Math.log(8 / 3) + 0.2 * Math.log(2 / 7)],
    ['KS', [40, 40, 20], [20, 10, 70], 0.5],
    ['TVD', [40, 40, 20], [20, 10, 70], 0.5],
    ['LP', [40, 40, 20], [20, 10, 70], Math.sqrt(0.04 + 0.09 + 0.25)],
    // only the first class is on both sides: 0.5·ln 0.5
    ['KL', [50, 50, 0], [100, 0, 0], 0.5 * Math.log(0.5)],
  ] as const)('%s of labels %j and %j', (metric, a, d, value) => {
    expect(of(metric, { a: labelled(a), d: labelled(d) }).value).toBeCloseTo(value, 12);
  });

  it.each([
    ['RD', side(65, 0, 5, 0), side(20, 0, 7, 0), 65 / 70 - 20 / 27],
    ['SD', side(0, 10, 0, 20), side(0, 5, 0, 18), 18 / 23 - 20 / 30],
    ['TE', side(0, 6, 8, 0), side(0, 2, 5, 0), 5 / 2 - 8 / 6],
    // benefits 2, 0, 1, 1 with mean 1: ((4 + 0 + 1 + 1) − 4) / 8
    ['GE', side(1, 1, 0, 0), side(0, 0, 1, 1), 0.25],
  ] as const)('%s of cells %j and %j', (metric, a, d, value) => {
    expect(of(metric, { a, d }).value).toBeCloseTo(value, 12);
  });

  it('is infinite, not 0, where only one denominator is empty', () => {
    expect(of('DI', { a: side(0, 0, 40, 40), d: side(20, 20, 20, 20) })).toMatchObject({
      value: Number.POSITIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    expect(of('TE', { a: side(5, 5, 5, 5), d: side(5, 0, 5, 5) }).value).toBe(Number.POSITIVE_INFINITY);
    expect(of('TE', { a: side(5, 0, 5, 5), d: side(5, 0, 5, 5) }).value).toBe(0);
  });

  it.each(['DPPL', 'DI', 'DCA', 'DAR', 'CDDPL'] as const)(
    '%s is undefined, not 0, without positive predictions',
    (metric) => {
      const found = of(metric, { a: side(0, 0, 40, 40), d: side(0, 0, 40, 40) });
      expect(found.value).toBeNull();
      expect(found.error).toMatch(metric === 'DAR' ? /predicted positive/ : /positive/);
    },
  );

  it.each([
    ['CI', side(0, 0, 0, 0), side(1, 1, 1, 1)],
    ['DPL', side(1, 1, 1, 1), side(0, 0, 0, 0)],
    ['RD', side(0, 1, 0, 1), side(1, 1, 1, 1)],
    ['GE', side(0, 0, 3, 0), side(0, 0, 2, 0)],
  ] as const)('%s is undefined with an empty side or one class', (metric, a, d) => {
    expect(of(metric, { a, d })).toMatchObject({ value: null, error: expect.any(String) });
  });

  it('needs a column to condition on', () => {
    expect(of('CDDL', { a: side(5, 5, 5, 5), d: side(5, 5, 5, 5) }).error).toMatch(/gates\.fairness\.group/);
  });

  it.each(['CI', 'DPL', 'DPPL', 'DCA', 'DCR', 'RD', 'SD', 'DAR', 'DRR', 'AD', 'TE'] as const)(
    '%s changes its sign with the sides',
    (metric) => {
      const [a, d] = [side(60, 20, 15, 50), side(20, 15, 9, 40)];
      const [one, other] = [of(metric, { a, d }), of(metric, { a: d, d: a })];
      expect(one.value).toBeCloseTo(-other.value!, 12);
      expect(one.low).toBeCloseTo(-other.high!, 9);
    },
  );
});

describe('intervals', () => {
  it("is Newcombe's for a difference of shares", () => {
    // Newcombe (1998), table II, row (a) of method 10: 56/70 − 48/80
    const found = shareDifference({ successes: 56, trials: 70 }, { successes: 48, trials: 80 }, Z, 'rows');
    expect(found.low).toBeCloseTo(0.0524, 4);
    expect(found.high).toBeCloseTo(0.3339, 4);
  });

  it('does not shrink to a point where both shares are 1', () => {
    const found = shareDifference({ successes: 10, trials: 10 }, { successes: 10, trials: 10 }, Z, 'rows');
    // by hand: Wilson's lower bound of 10/10 is 10/(10 + z²)
    expect(found.low).toBeCloseTo(-(1 - 10 / (10 + Z * Z)), 12);
    expect(found.high).toBeCloseTo(1 - 10 / (10 + Z * Z), 12);
  });

  it('is of the logarithm for a ratio of shares', () => {
    // 20/100 over 40/100: SE² = 0.8/20 + 0.6/40 = 0.055
    const found = shareRatio({ successes: 20, trials: 100 }, { successes: 40, trials: 100 }, Z, 'rows');
    expect(found.value).toBe(0.5);
    expect(found.low).toBeCloseTo(0.5 * Math.exp(-Z * Math.sqrt(0.055)), 12);
    expect(found.high).toBeCloseTo(0.5 * Math.exp(Z * Math.sqrt(0.055)), 12);
    const all = shareRatio({ successes: 40, trials: 40 }, { successes: 40, trials: 40 }, Z, 'rows');
    expect(all.high! - all.low!).toBeGreaterThan(0.01);
  });

  it('has the variance p(1−p)/n for a share by the delta method', () => {
    const found = deltaEstimate([30, 70], ([one = 0, other = 0]) => one / (one + other), { z: 1 });
    expect(found.high! - found.value!).toBeCloseTo(Math.sqrt((0.3 * 0.7) / 100), 8);
  });
});
