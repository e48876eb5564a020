/** Conditional demographic disparity, of labels and of predictions. */
import type { Comparison, SideCounts } from './counts.ts';
import { type BiasEstimate, deltaEstimate, type Share, UndefinedMetric } from './estimate.ts';

/**
 * (1/n) Σ n_g·DD_g with DD_g = share of the facet among the group's negatives − among its positives; a share of no rows is
 * 0. Range [-1, 1].
 * @param positives positive rows of a side, by label or by prediction.
 * @throws UndefinedMetric without groups, and when no row, or every row, is positive.
 */
export function demographicDisparity(
  groups: Comparison['groups'],
  positives: (side: SideCounts) => Share,
  z: number,
): Omit<BiasEstimate, 'metric'> {
  if (!groups) throw new UndefinedMetric('no column to condition on is set (gates.fairness.group)');
  const counts = groups.flatMap(({ a, d }) =>
    [positives(a), positives(d)].flatMap(({ successes, trials }) => [trials - successes, successes]),
  );
  return deltaEstimate(counts, disparity, { z, minimum: -1, maximum: 1 });
}

/** @param counts negatives and positives of a, then of d, for each group. */
function disparity(counts: readonly number[]): number {
  let [all, sum, negatives, positives] = [0, 0, 0, 0];
  for (let at = 0; at < counts.length; at += 4) {
    const [aNegative, aPositive, dNegative, dPositive] = counts.slice(at, at + 4) as [
      number,
      number,
      number,
      number,
    ];
    const rejected = aNegative + dNegative;
    const accepted = aPositive + dPositive;
    const share = (of: number, total: number) => (total === 0 ? 0 : of / total);
    sum += (rejected + accepted) * (share(dNegative, rejected) - share(dPositive, accepted));
    all += rejected + accepted;
    negatives += rejected;
    positives += accepted;
  }
  if (positives === 0) throw new UndefinedMetric('no row is positive');
  if (negatives === 0) throw new UndefinedMetric('no row is negative');
  return sum / all;
}
