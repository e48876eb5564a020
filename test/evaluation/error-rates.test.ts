/**
 * How often the champion gate lets a challenger pass that is worse than the champion by exactly the margin, on samples
 * from a known distribution.
 */
import { describe, expect, it } from 'vitest';
import { champion } from '../../lambdas/evaluation/gates/champion.ts';
import { pairedDifference } from '../../lambdas/evaluation/metrics/model-metrics.ts';
import type { Reading } from '../../lambdas/evaluation/metrics/scored-rows.ts';
import type { Metric } from '../../lambdas/shared/settings.ts';
import { clopperPearson } from './clopper-pearson.ts';
import { Random } from './random.ts';

const SEEDS = 10_000;
const ROWS = 400;
/** Share of wrong passes that a confidence allows: what is above one side of the interval. */
const NOMINAL: readonly (readonly [confidence: number, rate: number])[] = [
  [0.98, 0.01],
  [0.9, 0.05],
  [0.8, 0.1],
];
const MARGIN = 0.02;

const binary = (confidence: number): Reading => ({
  problem: { type: 'binary', classes: ['0', '1'] },
  areProbabilities: false,
  threshold: 0,
  confidence,
});
const regression = (confidence: number): Reading => ({
  problem: { type: 'regression' },
  areProbabilities: false,
  threshold: 0,
  confidence,
});

interface Pair {
  readonly labels: Float64Array;
  readonly challenger: Float64Array;
  readonly champion: Float64Array;
}

/**
 * Half of the rows are positive, and their scores lie higher by `separation` standard deviations. The area under the ROC
 * curve is then the normal distribution at separation / sqrt(2), exactly. Half of the noise is that of both models.
 */
function ranked(random: Random, challenger: number, reigning: number): Pair {
  const labels = Float64Array.from({ length: ROWS }, (_, row) => row % 2);
  const shared = labels.map(() => random.normal());
  const scores = (separation: number) =>
    labels.map((label, row) => separation * label + Math.SQRT1_2 * (shared[row]! + random.normal()));
  return { labels, challenger: scores(challenger), champion: scores(reigning) };
}

/** Normal errors; the mean absolute error is `size` times sqrt(2 / pi), exactly. */
function erring(random: Random, challenger: number, reigning: number): Pair {
  const labels = Float64Array.from({ length: ROWS }, () => random.normal());
  const answers = (size: number) => labels.map((label) => label + size * random.normal());
  return { labels, challenger: answers(challenger), champion: answers(reigning) };
}

// scipy.stats.norm.ppf(0.75) and norm.ppf(0.73), times sqrt(2): areas of 0.75 and, a margin below, of 0.73
const AREA_75 = Math.SQRT2 * 0.6744897501960817;
const AREA_73 = Math.SQRT2 * 0.6128129910166273;
/** Sizes of normal errors whose mean absolute errors are 0.4 and, a margin above, 0.42. */
const ERROR_40 = 0.4 * Math.sqrt(Math.PI / 2);
const ERROR_42 = 0.42 * Math.sqrt(Math.PI / 2);

const CASES: readonly [Metric, (random: Random) => Pair, (confidence: number) => Reading][] = [
  ['auc', (random) => ranked(random, AREA_73, AREA_75), binary],
  ['mae', (random) => erring(random, ERROR_42, ERROR_40), regression],
];

describe.each(CASES)('wrong passes by %s', (metric, sample, readingAt) => {
  const wrong = new Map(NOMINAL.map(([confidence]) => [confidence, 0]));

  it(`are counted over ${SEEDS} seeds`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { labels, ...pair } = sample(new Random(seed));
      for (const [confidence] of NOMINAL) {
        const reading = readingAt(confidence);
        const { verdict } = champion({
          settings: {
            primaryMetric: metric,
            minimum: 0,
            minimumHoldoutRows: 100,
            confidence,
            champion: { margin: MARGIN, rule: 'better-or-newer-within-margin' },
          },
          holdoutRows: ROWS,
          challenger: { datasetVersion: 2 },
          champion: { modelVersion: 1, datasetVersion: 1 },
          difference: pairedDifference(
            metric,
            { labels, scores: pair.challenger },
            { labels, scores: pair.champion },
            { challenger: reading, champion: reading },
          ),
        });
        if (verdict === 'PASS') wrong.set(confidence, wrong.get(confidence)! + 1);
      }
    }
  }, 120_000);

  it.each(NOMINAL)('are as many as a confidence of %d allows: %d', (confidence, rate) => {
    const [low, high] = clopperPearson(wrong.get(confidence)!, SEEDS, 0.95);
    expect(low).toBeLessThanOrEqual(rate);
    expect(high).toBeGreaterThanOrEqual(rate);
  });
});

// scipy.stats.binomtest(512, 10000).proportion_ci(0.95, 'exact')
it('holds them against the exact interval of the binomial distribution', () => {
  const [low, high] = clopperPearson(512, 10_000, 0.95);
  expect(low).toBeCloseTo(0.04696136773453318, 9);
  expect(high).toBeCloseTo(0.05570235180984148, 9);
});
