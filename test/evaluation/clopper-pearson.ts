/** The exact binomial interval of Clopper and Pearson (1934), by bisection of the binomial distribution itself. */
export function clopperPearson(successes: number, trials: number, confidence: number): [number, number] {
  const tail = (1 - confidence) / 2;
  const low = successes === 0 ? 0 : bisect((p) => 1 - atMost(successes - 1, trials, p) - tail);
  const high = successes === trials ? 1 : bisect((p) => tail - atMost(successes, trials, p));
  return [low, high];
}

/** Root of an increasing function in 0..1. */
function bisect(of: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (of(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability of at most so many successes. */
function atMost(successes: number, trials: number, p: number): number {
  let logarithm = trials * Math.log1p(-p);
  let sum = Math.exp(logarithm);
  for (let k = 1; k <= successes; k++) {
    logarithm += Math.log((trials - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logarithm);
  }
  return Math.min(1, sum);
}
