/**
 * Metrics that depend on classes and predicted classes alone. Formulas and the treatment of empty denominators as in
 * scikit-learn (https://scikit-learn.org/stable/modules/model_evaluation.html), except that what is undefined for two
 * classes is absent instead of 0.
 */
import type { BinaryMetric, MulticlassMetric } from '../../shared/settings.ts';
import type { Influenced } from './estimates.ts';

/** Rows by class and by predicted class; row-major, `classes` squared. */
export interface Confusion {
  readonly classes: number;
  readonly counts: Float64Array;
}

export function confusionOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Confusion {
  const counts = new Float64Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]! * classes + predicted[i]!]! += 1;
  return { classes, counts };
}

/** As nested lists. */
export function asRows({ classes, counts }: Confusion): number[][] {
  return Array.from({ length: classes }, (_, row) => [
    ...counts.subarray(row * classes, (row + 1) * classes),
  ]);
}

export type ConfusionMetric = Extract<
  BinaryMetric | MulticlassMetric,
  | 'accuracy'
  | 'balancedAccuracy'
  | 'precision'
  | 'recall'
  | 'specificity'
  | 'f1'
  | 'f05'
  | 'f2'
  | 'mcc'
  | 'macroF1'
  | 'weightedF1'
  | 'macroPrecision'
  | 'macroRecall'
>;

type Formula = (confusion: Confusion) => number | undefined;

const quotient = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);

/** True positives, false positives and false negatives of a class. */
function ofClass({ classes, counts }: Confusion, code: number) {
  let [predicted, actual] = [0, 0];
  for (let other = 0; other < classes; other++) {
    predicted += counts[other * classes + code]!;
    actual += counts[code * classes + other]!;
  }
  const tp = counts[code * classes + code]!;
  return { tp, fp: predicted - tp, fn: actual - tp, actual, predicted };
}

/** Classes that rows have or are predicted to have. */
function present(confusion: Confusion): ReturnType<typeof ofClass>[] {
  const all = Array.from({ length: confusion.classes }, (_, code) => ofClass(confusion, code));
  return all.filter(({ actual, predicted }) => actual > 0 || predicted > 0);
}

const fBeta =
  (beta: number): Formula =>
  (confusion) => {
    const { tp, fp, fn } = ofClass(confusion, 1);
    const weight = beta * beta;
    return quotient((1 + weight) * tp, (1 + weight) * tp + weight * fn + fp);
  };

const f1OfClass = ({ tp, fp, fn }: ReturnType<typeof ofClass>) => quotient(2 * tp, 2 * tp + fp + fn) ?? 0;

const macro =
  (of: (each: ReturnType<typeof ofClass>) => number): Formula =>
  (confusion) => {
    const classes = present(confusion);
    return quotient(
      classes.reduce((sum, each) => sum + of(each), 0),
      classes.length,
    );
  };

/** Recall of a class, by its code; undefined without a row of it. */
const recallOf = (confusion: Confusion, code: number) => {
  const { tp, actual } = ofClass(confusion, code);
  return quotient(tp, actual);
};

const FORMULAS: Readonly<Record<ConfusionMetric, Formula>> = {
  accuracy: (confusion) => {
    let right = 0;
    for (let code = 0; code < confusion.classes; code++) right += ofClass(confusion, code).tp;
    return quotient(
      right,
      confusion.counts.reduce((sum, count) => sum + count, 0),
    );
  },
  balancedAccuracy: (confusion) => {
    const recalls = Array.from({ length: confusion.classes }, (_, code) => recallOf(confusion, code));
    const known = recalls.filter((recall) => recall !== undefined);
    return quotient(
      known.reduce((sum, recall) => sum + recall, 0),
      known.length,
    );
  },
  precision: (confusion) => {
    const { tp, predicted } = ofClass(confusion, 1);
    return quotient(tp, predicted);
  },
  recall: (confusion) => recallOf(confusion, 1),
  specificity: (confusion) => recallOf(confusion, 0),
  f1: fBeta(1),
  f05: fBeta(0.5),
  f2: fBeta(2),
  mcc: ({ counts }) => {
    const [tn, fp, fn, tp] = counts as unknown as [number, number, number, number];
    return quotient(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)));
  },
  macroF1: macro(f1OfClass),
  macroPrecision: macro(({ tp, predicted }) => quotient(tp, predicted) ?? 0),
  macroRecall: macro(({ tp, actual }) => quotient(tp, actual) ?? 0),
  weightedF1: (confusion) => {
    const classes = present(confusion);
    const rows = classes.reduce((sum, { actual }) => sum + actual, 0);
    return quotient(
      classes.reduce((sum, each) => sum + each.actual * f1OfClass(each), 0),
      rows,
    );
  },
};

export const CONFUSION_METRICS = Object.keys(FORMULAS) as ConfusionMetric[];

export function isConfusionMetric(metric: string): metric is ConfusionMetric {
  return Object.hasOwn(FORMULAS, metric);
}

/** The metric; undefined where its denominator is 0. */
export function confusionMetric(metric: ConfusionMetric, confusion: Confusion): number | undefined {
  return FORMULAS[metric](confusion);
}

/** Share of all rows by which a count is moved to see what a row of that cell does: small, and far from rounding. */
const STEP = 1e-6;

/**
 * The metric with what a row of each cell does to it. All these metrics are the same for twice as many rows of each
 * cell, so that the derivative by a cell's count, times the rows, is the influence.
 */
export function cellInfluences(
  metric: ConfusionMetric,
  confusion: Confusion,
): { readonly value: number; readonly ofCell: Float64Array } | undefined {
  const value = confusionMetric(metric, confusion);
  if (value === undefined) return undefined;
  const { classes, counts } = confusion;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const ofCell = new Float64Array(counts.length);
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    const moved = (by: number) => {
      const changed = Float64Array.from(counts);
      changed[cell]! += by;
      return confusionMetric(metric, { classes, counts: changed })!;
    };
    const step = STEP * rows;
    // downwards a cell must not become negative, where square roots end
    const down = Math.min(step, counts[cell]! / 2);
    ofCell[cell] = (rows * (moved(step) - moved(-down))) / (step + down);
  }
  return { value, ofCell };
}

/** The metric with each row's influence. */
export function confusionInfluences(
  metric: ConfusionMetric,
  rows: {
    readonly labels: ArrayLike<number>;
    readonly predicted: ArrayLike<number>;
    readonly classes: number;
  },
): Influenced | undefined {
  const { labels, predicted, classes } = rows;
  const found = cellInfluences(metric, confusionOf(labels, predicted, classes));
  if (!found) return undefined;
  const influences = new Float64Array(labels.length);
  for (let i = 0; i < influences.length; i++) {
    influences[i] = found.ofCell[labels[i]! * classes + predicted[i]!]!;
  }
  return { value: found.value, influences };
}
