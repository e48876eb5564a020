/** Isotonic regression: the non-decreasing step through means of labels that is nearest to them. */
import { ascending } from '../../shared/statistics/ascending.ts';
import type { Calibrator } from '../contract.ts';

/**
 * By the pool-adjacent-violators algorithm, on the mean label of each distinct score. Of a level stretch the two ends
 * are kept, as scikit-learn's IsotonicRegression keeps them.
 * @param scores finite. @param labels 0 or 1, as many.
 * @see Ayer et al. (1955), Annals of Mathematical Statistics 26(4)
 */
export function fitIsotonic(scores: Float64Array, labels: ArrayLike<number>): Calibrator {
  const order = ascending(scores);
  /** Blocks of one level: the scores where it begins and ends, its weight, and the sum of its labels. */
  const blocks: { first: number; last: number; weight: number; sum: number }[] = [];
  for (const row of order) {
    const score = scores[row]!;
    const top = blocks.at(-1);
    if (top && top.first === score && top.last === score) {
      top.weight++;
      top.sum += labels[row]!;
    } else {
      pool(blocks);
      blocks.push({ first: score, last: score, weight: 1, sum: labels[row]! });
    }
  }
  pool(blocks);
  const points = blocks.flatMap(({ first, last, weight, sum }) => {
    const y = sum / weight;
    return first === last
      ? [{ x: first, y }]
      : [
          { x: first, y },
          { x: last, y },
        ];
  });
  return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}

/** Joins the last block with those before it while it is not above them. */
function pool(blocks: { first: number; last: number; weight: number; sum: number }[]): void {
  while (blocks.length > 1) {
    const [before, last] = [blocks.at(-2)!, blocks.at(-1)!];
    if (before.sum / before.weight < last.sum / last.weight) return;
    blocks.pop();
    before.last = last.last;
    before.weight += last.weight;
    before.sum += last.sum;
  }
}

/** Values on the line, by linear interpolation. */
export function calibrate({ x, y }: Calibrator, scores: Float64Array): Float64Array {
  return scores.map((score) => {
    if (score <= x[0]!) return y[0]!;
    if (score >= x[x.length - 1]!) return y[y.length - 1]!;
    let [low, high] = [0, x.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (x[middle]! <= score) low = middle;
      else high = middle;
    }
    return y[low]! + ((y[high]! - y[low]!) * (score - x[low]!)) / (x[high]! - x[low]!);
  });
}
