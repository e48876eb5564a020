/**
 * How well one feature alone tells two classes apart: the area under the ROC curve, 0.5 (not at all) to 1.
 *
 * A number is its own score, in either direction, and missing values are tried at both ends, because that a value is
 * missing may be what gives the answer away. A category, and a number with few distinct values, is scored by how often
 * its rows are positive; those rates are learned from one half of the sample and judged on the other, so that an
 * identifier, whose every value occurs once, learns nothing and scores 0.5 instead of 1.
 */
import { aucComponents } from '../../evaluation/metrics/delong.ts';
import type { LabelledSample, SampledRow } from './fact-types.ts';

/** Below this many sampled rows of a class chance makes too much of an AUC: at 50 and 50 its standard error is 0.06. */
export const LEAST_OF_A_CLASS = 50;
/** Numbers with at most so many distinct values may be codes of categories. */
const MAXIMUM_CODES = 50;

interface Labelled {
  readonly label: 0 | 1;
  readonly value: number | null;
}

/** AUC of the column at `index` of the sample. */
export function singleFeatureAuc({ columns, positives, negatives }: LabelledSample, index: number): number {
  const labelled = (rows: readonly SampledRow[], label: 0 | 1) =>
    rows.map((row): Labelled => ({ label, value: row[index + 1] ?? null }));
  const rows = [...labelled(negatives, 0), ...labelled(positives, 1)];
  const byRate = () => aucOfRates(rows);
  if (columns[index]!.kind === 'category') return byRate();
  const asNumber = Math.max(
    auc(rows, ({ value }) => value ?? Number.NEGATIVE_INFINITY),
    auc(rows, ({ value }) => value ?? Number.POSITIVE_INFINITY),
  );
  const distinct = new Set(rows.map(({ value }) => value)).size;
  return distinct <= MAXIMUM_CODES ? Math.max(asNumber, byRate()) : asNumber;
}

/** Rates of positives by value, learned from every second row of either class and judged on the others. */
function aucOfRates(rows: readonly Labelled[]): number {
  const seen = { 0: 0, 1: 0 };
  const halves: [Labelled[], Labelled[]] = [[], []];
  for (const row of rows) halves[seen[row.label]++ % 2]!.push(row);
  const [learned, judged] = halves;
  const counts = new Map<number | null, { rows: number; positives: number }>();
  for (const { value, label } of learned) {
    const count = counts.get(value) ?? { rows: 0, positives: 0 };
    counts.set(value, { rows: count.rows + 1, positives: count.positives + label });
  }
  return auc(judged, ({ value }) => {
    const count = counts.get(value);
    // both classes are sampled alike, so a value that was not seen says one half (Laplace's rule)
    return count ? (count.positives + 1) / (count.rows + 2) : 0.5;
  });
}

function auc(rows: readonly Labelled[], score: (row: Labelled) => number): number {
  const labels = Uint8Array.from(rows, ({ label }) => label);
  const components = aucComponents(labels, Float64Array.from(rows, score));
  return components ? Math.max(components.auc, 1 - components.auc) : 0.5;
}
