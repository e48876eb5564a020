/**
 * How often a column's verdict is wrong, over 10,000 seeded windows for each cell: alarms without drift, and drift of
 * half a standard deviation that is found. The baseline is a sample too, drawn anew for every hundred windows.
 */
import { describe, expect, it } from 'vitest';
import { normalSampler, sampleDeciles, tally } from '../../bench/monitoring/normal-windows.ts';
import type { NumericProfile } from '../../lambdas/datasets/profile/profile.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';

const WINDOWS = 10_000;
const BASELINE_ROWS = 20_000;
const THRESHOLDS = { warn: 0.1, alert: 0.2, minimumSamples: 200 };

/** Upper end of the exact one-sided 99.9 % interval of a rate (Clopper and Pearson), by bisection on the binomial. */
function upperBound(hits: number, trials: number): number {
  const tail = (p: number) => {
    let term = (1 - p) ** trials;
    let sum = term;
    for (let k = 1; k <= hits; k++) {
      term *= ((trials - k + 1) / k) * (p / (1 - p));
      sum += term;
    }
    return sum;
  };
  let [low, high] = [hits / trials, 1];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (tail(middle) > 0.001) low = middle;
    else high = middle;
  }
  return high;
}

/** Shares of windows of `rows` values, moved by `shift` standard deviations, by verdict. */
function verdicts(seed: number, rows: number, shift: number) {
  const normal = normalSampler(seed);
  const found = { WARN: 0, FAIL: 0 };
  let baseline: NumericProfile | undefined;
  for (let window = 0; window < WINDOWS; window++) {
    if (window % 100 === 0) baseline = sampleDeciles(normal, BASELINE_ROWS);
    const { deciles } = baseline!;
    const counted = tally(normal, { rows, shift, edges: deciles });
    const { verdict } = judgeColumn({ baseline: baseline!, window: counted, thresholds: THRESHOLDS });
    if (verdict === 'FAIL') found.FAIL++;
    if (verdict === 'FAIL' || verdict === 'WARN') found.WARN++;
  }
  return found;
}

describe('over 10,000 windows', () => {
  it.each([300, 1000])('of %i rows without drift, at most one in a thousand raises an alarm', (rows) => {
    const { FAIL } = verdicts(rows, rows, 0);
    expect(upperBound(FAIL, WINDOWS)).toBeLessThanOrEqual(0.001);
  });

  it.each([
    [300, 0.85],
    [1000, 0.999],
  ])('of %i rows, half a standard deviation is found in at least %d', (rows, least) => {
    const { WARN } = verdicts(rows + 1, rows, 0.5);
    // the rate of misses, not only of this sample
    expect(1 - upperBound(WINDOWS - WARN, WINDOWS)).toBeGreaterThanOrEqual(least);
  });
});
