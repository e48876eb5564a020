/** Metrics of the order that scores put rows in. */
import { ascending } from '../../shared/statistics/ascending.ts';
import { type AucComponents, aucComponents, aucCovariance, aucVariance } from './delong.ts';
import { type Influenced, meanAndError } from './estimates.ts';

/** The area for a class against all others with each row's influence; undefined when one side is missing. */
function aucInfluences(labels: Uint8Array, scores: Float64Array): Influenced | undefined {
  const components = aucComponents(labels, scores);
  if (!components) return undefined;
  const { auc, positives, negatives } = components;
  const influences = new Float64Array(labels.length);
  let [positive, negative] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [share, of] =
      labels[i] === 1
        ? [positives[positive++]!, positives.length]
        : [negatives[negative++]!, negatives.length];
    influences[i] = ((share - auc) * labels.length) / of;
  }
  return { value: auc, influences };
}

/**
 * Mean of the areas of each class against the others, as scikit-learn's `roc_auc_score(multi_class='ovr')`; undefined
 * when a class has no row. @param scores of each class, row after row.
 */
export function macroAucInfluences(
  labels: ArrayLike<number>,
  scores: Float64Array,
  classes: number,
): Influenced | undefined {
  const rows = labels.length;
  const influences = new Float64Array(rows);
  let value = 0;
  for (let code = 0; code < classes; code++) {
    const own = Uint8Array.from(labels, (label) => (label === code ? 1 : 0));
    const ofClass = Float64Array.from({ length: rows }, (_, row) => scores[row * classes + code]!);
    const found = aucInfluences(own, ofClass);
    if (!found) return undefined;
    value += found.value / classes;
    for (let row = 0; row < rows; row++) influences[row]! += found.influences[row]! / classes;
  }
  return { value, influences };
}

/** An area and its standard error by DeLong. */
export function aucAndError(components: AucComponents): { readonly auc: number; readonly error: number } {
  return { auc: components.auc, error: Math.sqrt(aucVariance(components)) };
}

/** Standard error of the difference of two areas on the same rows. */
export function aucDifferenceError(a: AucComponents, b: AucComponents): number {
  // rounding can take the variance of equal models just below zero
  return Math.sqrt(Math.max(0, aucVariance(a) + aucVariance(b) - 2 * aucCovariance(a, b)));
}

/**
 * Average precision: the steps of recall, each times the precision there; equal scores are one step. As scikit-learn's
 * `average_precision_score`. With each row's influence for scores taken as given: a positive counts with the precision
 * at its score, and with what it adds to the precision of the positives below it; a negative takes from those.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: Float64Array): Influenced | undefined {
  const rows = scores.length;
  const order = ascending(scores).reverse();
  const starts: number[] = [];
  const found: number[] = [];
  let positives = 0;
  for (let at = 0; at < rows; at++) {
    if (at === 0 || scores[order[at]!] !== scores[order[at - 1]!]) {
      starts.push(at);
      found.push(0);
    }
    found[found.length - 1]! += labels[order[at]!]!;
    positives += labels[order[at]!]!;
  }
  if (positives === 0) return undefined;
  const groups = starts.length;
  const precisions = new Float64Array(groups);
  let [value, sum] = [0, 0];
  for (let group = 0; group < groups; group++) {
    sum += found[group]!;
    const taken = group + 1 < groups ? starts[group + 1]! : rows;
    precisions[group] = sum / taken;
    value += (found[group]! / positives) * precisions[group]!;
  }
  // what one more row at or above a group changes of the precision of this group and all below it, over the positives
  const influences = new Float64Array(rows);
  let [ofPositive, ofNegative] = [0, 0];
  for (let group = groups - 1; group >= 0; group--) {
    const taken = group + 1 < groups ? starts[group + 1]! : rows;
    const share = found[group]! / positives / taken;
    ofPositive += share * (1 - precisions[group]!);
    ofNegative -= share * precisions[group]!;
    const end = taken;
    for (let at = starts[group]!; at < end; at++) {
      const row = order[at]!;
      const own = labels[row] === 1 ? (precisions[group]! - value) / positives + ofPositive : ofNegative;
      influences[row] = own * rows;
    }
  }
  const { mean } = meanAndError(influences);
  return { value, influences: influences.map((influence) => influence - mean) };
}
