/** Of many columns some look drifted by chance: which of them count. */

/**
 * Benjamini and Hochberg's rule: of the sorted p-values the largest i with p(i) <= q·i/k, and all below it.
 * @param pValues 0..1, in any order. @param rate q, the expected share of false ones among the discoveries, 0..1.
 * @returns whether each is a discovery, in the order given.
 * @see Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57(1)
 */
export function discoveries(pValues: readonly number[], rate: number): boolean[] {
  const sorted = [...pValues].sort((a, b) => a - b);
  let bound = -1;
  for (const [index, p] of sorted.entries()) {
    if (p <= (rate * (index + 1)) / sorted.length) bound = p;
  }
  return pValues.map((p) => p <= bound);
}
