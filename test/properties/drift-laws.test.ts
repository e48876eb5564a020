import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  debiasedPsi,
  jensenShannonDistance,
  kolmogorovSmirnov,
  largestShareDifference,
  populationStabilityIndex,
  psiNullBound,
} from '../../lambdas/monitoring/drift-metrics.ts';

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
});
