/** What each row costs. */
import type { ScoredRows } from './scored-rows.ts';

/** A certain and wrong answer would cost infinitely much; scikit-learn clips at the same machine epsilon. */
const LOG_CLIP = 2 ** -52;

const logarithm = (likelihood: number) => -Math.log(Math.min(Math.max(likelihood, LOG_CLIP), 1 - LOG_CLIP));

/** Negative log-likelihood of each row's class in nats. @param width scores of a row: 1 for two classes. */
export function logLosses({ labels, scores }: ScoredRows, width: number): Float64Array {
  return Float64Array.from(labels, (label, row) => {
    if (width > 1) return logarithm(scores[row * width + label]!);
    return logarithm(label === 1 ? scores[row]! : 1 - scores[row]!);
  });
}

/** Squared differences of score and label. */
export function squaredErrors({ labels, scores }: ScoredRows): Float64Array {
  return scores.map((score, row) => (score - labels[row]!) ** 2);
}
