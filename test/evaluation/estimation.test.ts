import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateQuality } from '../../lambdas/evaluation/estimation/estimate-quality.ts';
import { estimationBaseline } from '../../lambdas/evaluation/estimation/estimation-baseline.ts';
import { calibrate, fitIsotonic } from '../../lambdas/evaluation/estimation/isotonic.ts';
import { BINARY } from '../properties/golden.ts';
import { CBPE } from './cbpe-golden.ts';

const scores = Float64Array.from(CBPE.scores);
const window = Float64Array.from(BINARY.p);

describe('isotonic regression against scikit-learn', () => {
  const line = fitIsotonic(scores, CBPE.labels);

  it('has its breakpoints', () => {
    expect(line.x).toEqual(CBPE.isotonicX);
    for (const [index, y] of line.y.entries()) expect(y).toBeCloseTo(CBPE.isotonicY[index]!, 12);
  });

  it('calibrates by it, level beyond its ends', () => {
    const sum = calibrate(line, window).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(CBPE.calibratedSum, 9);
    const [below, above] = calibrate(line, Float64Array.of(-1, 2));
    expect([below, above]).toEqual([line.y[0], line.y.at(-1)]);
  });

  it('never falls, and keeps the mean of the labels', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const [x, labels] = [rows.map(([score]) => score / 20), rows.map(([, label]) => label)];
        const fitted = fitIsotonic(Float64Array.from(x), labels);
        for (const [index, y] of fitted.y.entries())
          expect(y).toBeGreaterThanOrEqual(fitted.y[index - 1] ?? 0);
        const mean = calibrate(fitted, Float64Array.from(x)).reduce((sum, y) => sum + y, 0);
        expect(mean).toBeCloseTo(
          labels.reduce<number>((sum, label) => sum + label, 0),
          9,
        );
      }),
    );
  });
});

describe('quality without labels against NannyML', () => {
  const baseline = estimationBaseline(scores, CBPE.labels, CBPE.threshold)!;
  const found = estimateQuality(baseline, window);

  it('calibrates where it does', () => {
    expect(baseline.calibrator).toBeDefined();
  });

  it.each(Object.keys(CBPE.estimated) as (keyof typeof CBPE.estimated)[])('%s', (metric) => {
    expect(found[metric]!.value).toBeCloseTo(CBPE.estimated[metric], 9);
  });

  it.each(Object.keys(CBPE.standardError) as (keyof typeof CBPE.standardError)[])(
    'standard error of %s',
    (metric) => {
      // NannyML orders equal scores as its sort happens to; we count them half
      const digits = metric === 'auc' ? 5 : 9;
      expect(found[metric]!.standardError).toBeCloseTo(CBPE.standardError[metric], digits);
    },
  );

  it('leaves scores alone that are rates already', () => {
    // of a hundred rows with score p, 100 p are positive
    const rows = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((p) =>
      Array.from({ length: 100 }, (_, i) => ({ p, label: i < 100 * p ? 1 : 0 })),
    );
    const own = estimationBaseline(
      Float64Array.from(rows, ({ p }) => p),
      rows.map(({ label }) => label),
      0.5,
    )!;
    expect(own.calibrator).toBeUndefined();
    // 50, 30 and 10 of 100 are wrong on either side of the threshold: 0.7, 0.5 and 0.9 are right with their chance
    const { accuracy } = estimateQuality(own, Float64Array.of(0.1, 0.3, 0.5, 0.7, 0.9));
    expect(accuracy!.value).toBeCloseTo((0.9 + 0.7 + 0.5 + 0.7 + 0.9) / 5, 12);
  });

  it('says nothing of rows of one class, and nothing for no rows', () => {
    expect(estimationBaseline(scores, new Uint8Array(scores.length), 0.5)).toBeUndefined();
    expect(estimateQuality(baseline, new Float64Array())).toEqual({});
  });
});
