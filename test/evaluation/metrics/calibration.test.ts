import { describe, expect, it } from 'vitest';
import {
  calibrationBins,
  expectedCalibrationError,
  thresholdTable,
} from '../../../lambdas/evaluation/metrics/calibration.ts';
import { BINARY } from '../../properties/golden.ts';

const rows = { labels: Uint8Array.from(BINARY.y), scores: Float64Array.from(BINARY.p) };
const few = (labels: number[], scores: number[]) => {
  return { labels: Uint8Array.from(labels), scores: Float64Array.from(scores) };
};

/** Rows, share of positives and mean score of each bin: sklearn.calibration.calibration_curve(y, p, n_bins=10). */
const BINS: [number, number?, number?][] = [
  [0],
  [10, 0, 0.16467],
  [25, 0.04, 0.251096],
  [45, 0.2, 0.3656755555555556],
  [57, 0.22807017543859648, 0.44918421052631574],
  [69, 0.42028985507246375, 0.5484637681159422],
  [61, 0.6229508196721312, 0.6537721311475408],
  [23, 0.782608695652174, 0.7510608695652173],
  [10, 0.9, 0.8402499999999999],
  [0],
];

describe('calibration', () => {
  it.each(BINS.map((bin, at) => [at, ...bin] as const))(
    'of bin %d is what scikit-learn says',
    (at, count, share, mean) => {
      const bin = calibrationBins(rows)[at]!;
      expect([bin.low, bin.high, bin.rows]).toEqual([at / 10, (at + 1) / 10, count]);
      if (share === undefined) {
        expect([bin.positiveShare, bin.meanScore]).toEqual([undefined, undefined]);
        return;
      }
      expect(bin.positiveShare).toBeCloseTo(share, 12);
      expect(bin.meanScore).toBeCloseTo(mean!, 12);
    },
  );

  it('puts a score on an edge into the bin below, and 0 into the first', () => {
    const counts = calibrationBins(few([0, 0, 1, 1, 1], [0, 0.1, 0.5, 0.51, 1])).map((bin) => bin.rows);
    expect(counts).toEqual([2, 0, 0, 0, 1, 1, 0, 0, 0, 1]);
  });

  it('error is the mean distance over the rows', () => {
    // |1/2 - 0.3| for two of four rows, |1 - 0.8| for two
    const bins = calibrationBins(few([0, 1, 1, 1], [0.3, 0.3, 0.8, 0.8]));
    expect(expectedCalibrationError(bins)).toBeCloseTo(0.2, 12);
  });
});

/** Threshold, precision, recall, F1 and share predicted positive: precision_recall_curve and f1_score of scikit-learn. */
const THRESHOLDS: [number, number, number, number, number][] = [
  [0.01, 0.39, 1, 0.5611510791366906, 1],
  [0.2, 0.40344827586206894, 1, 0.5749385749385749, 0.9666666666666667],
  [0.35, 0.464, 0.9914529914529915, 0.6321525885558583, 0.8333333333333334],
  [0.5, 0.5766871165644172, 0.8034188034188035, 0.6714285714285715, 0.5433333333333333],
  [0.65, 0.7910447761194029, 0.452991452991453, 0.5760869565217391, 0.22333333333333333],
  [0.8, 0.9090909090909091, 0.08547008547008547, 0.15625, 0.03666666666666667],
];

describe('thresholds', () => {
  const table = thresholdTable(rows);

  it.each(THRESHOLDS)('at %d give what scikit-learn says', (threshold, precision, recall, f1, share) => {
    const row = table.find((each) => each.threshold === threshold)!;
    expect(row.precision).toBeCloseTo(precision, 12);
    expect(row.recall).toBeCloseTo(recall, 12);
    expect(row.f1).toBeCloseTo(f1, 12);
    expect(row.predictedPositive).toBeCloseTo(share, 12);
  });

  it('go up from 0.01 to 0.99', () => {
    expect(table.map(({ threshold }) => threshold)).toEqual(
      Array.from({ length: 99 }, (_, at) => (at + 1) / 100),
    );
  });

  it('that nothing reaches have no precision', () => {
    expect(table.find(({ threshold }) => threshold === 0.95)).toEqual({
      threshold: 0.95,
      recall: 0,
      f1: 0,
      predictedPositive: 0,
    });
  });

  it('count a score that equals them as positive', () => {
    const [row] = thresholdTable(few([0, 1], [0.2, 0.29])).filter(({ threshold }) => threshold === 0.29);
    expect(row).toMatchObject({ precision: 1, recall: 1, predictedPositive: 0.5 });
  });

  it('have no recall without positives', () => {
    expect(thresholdTable(few([0, 0], [0.2, 0.9]))[0]).toEqual({
      threshold: 0.01,
      precision: 0,
      f1: 0,
      predictedPositive: 1,
    });
  });
});
