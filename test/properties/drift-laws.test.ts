import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CategoricalProfile } from '../../lambdas/datasets/profile/profile.ts';
import {
  debiasedPsi,
  jensenShannonDistance,
  kolmogorovSmirnov,
  largestShareDifference,
  populationStabilityIndex,
  psiNullBound,
} from '../../lambdas/monitoring/drift-metrics.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';

const counts = fc.integer({ min: 2, max: 30 }).chain((bins) => {
  const sample = fc.array(fc.nat(10_000), { minLength: bins, maxLength: bins });
  return fc.tuple(sample, sample).filter(([p, q]) => p.some((c) => c > 0) && q.some((c) => c > 0));
});

describe('laws of the distances', () => {
  it('every one is zero for a sample against itself', () => {
    fc.assert(
      fc.property(counts, ([p]) => {
        expect(populationStabilityIndex(p, p)).toBe(0);
        expect(jensenShannonDistance(p, p)).toBeCloseTo(0, 7);
        expect(kolmogorovSmirnov(p, p)).toBe(0);
        expect(largestShareDifference(p, p)).toBe(0);
      }),
    );
  });

  it('every one is symmetric, finite and not negative', () => {
    fc.assert(
      fc.property(counts, ([p, q]) => {
        for (const distance of [
          populationStabilityIndex,
          jensenShannonDistance,
          kolmogorovSmirnov,
          largestShareDifference,
        ]) {
          const value = distance(p, q);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(value)).toBe(true);
          expect(distance(q, p)).toBeCloseTo(value, 10);
        }
        expect(jensenShannonDistance(p, q)).toBeLessThanOrEqual(1 + 1e-12);
        expect(kolmogorovSmirnov(p, q)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('the index does not depend on the order of bins', () => {
    fc.assert(
      fc.property(counts, ([p, q]) => {
        const turned = populationStabilityIndex([...p].reverse(), [...q].reverse());
        expect(turned).toBeCloseTo(populationStabilityIndex(p, q), 10);
      }),
    );
  });

  it('the null bound falls with the rows, rises with the bins and is above the mean without drift', () => {
    const size = fc.integer({ min: 100, max: 1_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), size, size, (bins, n, m) => {
        const bound = psiNullBound(bins, n, m);
        expect(psiNullBound(bins, 2 * n, 2 * m)).toBeCloseTo(bound / 2, 10);
        expect(psiNullBound(bins + 1, n, m)).toBeGreaterThan(bound);
        expect(debiasedPsi(bound, bins, n, m)).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
  });

  it('every one grows with a shift', () => {
    // a thousand rows of a logistic distribution on its own deciles, moved further and further
    const shares = (shift: number) => {
      const cdf = (x: number) => 1 / (1 + Math.exp(-(x - shift)));
      const edges = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((p) => Math.log(p / (1 - p)));
      return [...edges.map(cdf), 1].map((above, bin, all) => 1000 * (above - (all[bin - 1] ?? 0)));
    };
    const shift = fc.double({ min: 0.05, max: 2, noNaN: true });
    fc.assert(
      fc.property(shift, shift, fc.constantFrom(-1, 1), (a, b, side) => {
        const [near, far] = [shares(side * Math.min(a, b)), shares(side * (Math.max(a, b) + 0.05))];
        for (const distance of [populationStabilityIndex, jensenShannonDistance, kolmogorovSmirnov]) {
          expect(distance(shares(0), far)).toBeGreaterThan(distance(shares(0), near));
        }
      }),
    );
  });

  it('no verdict comes of fewer rows than the minimum, however far they are away', () => {
    const profile = (a: number, b: number) =>
      ({
        ...{ kind: 'categorical', name: 'c', rows: a + b, missing: 0, other: 0 },
        values: [
          ['a', a],
          ['b', b],
        ],
      }) as unknown as CategoricalProfile;
    const size = fc.integer({ min: 2, max: 2000 });
    fc.assert(
      fc.property(size, size, fc.double({ min: 0, max: 1, noNaN: true }), (minimumSamples, rows, share) => {
        const a = Math.round(rows * share);
        const window = profile(a, rows - a);
        const thresholds = { warn: 0.1, alert: 0.2, minimumSamples };
        const { verdict } = judgeColumn({
          ...{ baseline: profile(5000, 5000), window, newValues: [], outOfRange: 0, thresholds },
        });
        expect(verdict === 'INSUFFICIENT_DATA').toBe(rows < minimumSamples);
      }),
    );
  });
});
