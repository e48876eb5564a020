/** Both numbers of every metric that two tools have, and whether they are the same. */

/**
 * Exact but for rounding, save three that are so by construction: KS and Wasserstein's distance of binned values are
 * lower bounds, and NannyML sums its ranking rounded to five decimals in another order of tied rows.
 */
const ROUNDING = 1e-9;
const KS_SHORTFALL = 0.02;
const WASSERSTEIN_SHORTFALL = 0.02;

export interface Pair {
  readonly metric: string;
  readonly ours: number;
  readonly theirs: number;
  readonly agrees: boolean;
}

/**
 * Pairs of the metrics that both have, those that differ most first.
 * @throws Error when a metric of theirs is missing here.
 */
export function pairsOf(
  ours: Readonly<Record<string, number>>,
  theirs: Readonly<Record<string, number>>,
): Pair[] {
  const pairs = Object.entries(theirs).map(([metric, value]) => {
    const own = ours[metric];
    if (own === undefined) throw new Error(`no number of ours for "${metric}"`);
    return { metric, ours: own, theirs: value, agrees: isSame(metric, own, value) };
  });
  return pairs.sort((a, b) => difference(b) - difference(a));
}

/** Relative to theirs; absolute where that is 0. */
export const difference = ({ ours, theirs }: Pick<Pair, 'ours' | 'theirs'>): number =>
  ours === theirs ? 0 : Math.abs(ours - theirs) / (theirs === 0 ? 1 : Math.abs(theirs));

function isSame(metric: string, ours: number, theirs: number): boolean {
  const off = difference({ ours, theirs });
  if (off <= ROUNDING) return true;
  if (metric.startsWith('ks ')) return ours < theirs && theirs - ours <= KS_SHORTFALL;
  if (metric.startsWith('wasserstein ')) return ours < theirs && theirs - ours <= WASSERSTEIN_SHORTFALL;
  return false;
}
