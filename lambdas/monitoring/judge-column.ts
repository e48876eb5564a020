/** The verdict of one column: effect and evidence, by its stability index. */
import type { CategoricalProfile, ColumnProfile, NumericProfile } from '../datasets/profile/profile.ts';
import type { Verdict } from '../shared/verdict.ts';
import type { ColumnReport } from './contract.ts';
import {
  debiasedPsi,
  jensenShannonDistance,
  kolmogorovSmirnov,
  ksNullBound,
  largestShareDifference,
  populationStabilityIndex,
  psiNullBound,
  wasserstein,
} from './drift-metrics.ts';
import { categoricalBins, numericBins, type PsiBins } from './psi-bins.ts';

export interface ColumnThresholds {
  readonly warn: number;
  readonly alert: number;
  /** Rows that the window needs. */
  readonly minimumSamples: number;
}

export interface ColumnSubject {
  readonly baseline: ColumnProfile;
  /** The window, counted on the baseline's edges and values. */
  readonly window: ColumnProfile;
  readonly thresholds: ColumnThresholds;
  /** Most frequent values that the baseline does not list. */
  readonly newValues?: readonly string[];
  /** Values of the window below the baseline's minimum or above its maximum. */
  readonly outOfRange?: number;
}

/**
 * Judges a column: FAIL (WARN) when the index reaches `alert` (`warn`) and is over its null bound, so that neither a
 * trifle in a million rows nor the noise of a hundred counts.
 * @throws RangeError when the two are not of one kind, or of none that is compared.
 */
export function judgeColumn(subject: ColumnSubject): ColumnReport {
  const { baseline, window, thresholds, newValues = [], outOfRange = 0 } = subject;
  if (baseline.kind === 'numeric' && window.kind === 'numeric') {
    const bins = numericBins(baseline, window);
    return {
      ...compare(baseline, bins, window, thresholds),
      kind: 'numeric',
      ...numericExtras(baseline, window, outOfRange),
    };
  }
  if (baseline.kind === 'categorical' && window.kind === 'categorical') {
    const bins = categoricalBins(baseline, window);
    const report = compare(baseline, bins, window, thresholds);
    return { ...report, kind: 'categorical', newCategories: newCategories(window, newValues) };
  }
  throw new RangeError(`column "${baseline.name}": a ${baseline.kind} baseline, a ${window.kind} window`);
}

function compare(
  baseline: ColumnProfile,
  bins: PsiBins,
  window: ColumnProfile,
  { warn, alert, minimumSamples }: ColumnThresholds,
): Omit<ColumnReport, 'kind'> {
  const [n, m, k] = [baseline.rows, window.rows, bins.labels.length];
  const enough = m >= minimumSamples && n >= minimumSamples;
  const psi = n === 0 || m === 0 ? 0 : populationStabilityIndex(bins.reference, bins.current);
  const bound = n === 0 || m === 0 ? 0 : psiNullBound(k, n, m);
  const evident = psi > bound;
  const verdict: Verdict = !enough
    ? 'INSUFFICIENT_DATA'
    : evident && psi >= alert
      ? 'FAIL'
      : evident && psi >= warn
        ? 'WARN'
        : 'PASS';
  return {
    name: baseline.name,
    verdict,
    reason: enough
      ? `PSI ${psi.toFixed(4)} on ${k} bins; warn ${warn}, alert ${alert}, null bound ${bound.toFixed(4)}.`
      : `${m} rows in the window, ${n} in the baseline; at least ${minimumSamples} are needed (monitors.minimumSamples).`,
    baselineRows: n,
    rows: m,
    psi,
    psiDebiased: n === 0 || m === 0 ? 0 : debiasedPsi(psi, k, n, m),
    psiNullBound: bound,
    warn,
    alert,
    bins: { labels: bins.labels, baseline: bins.reference, window: bins.current },
    missingShare: { baseline: share(baseline.missing, n), window: share(window.missing, m) },
    jensenShannonDistance: jensenShannonDistance(bins.reference, bins.current),
    largestShareDifference: largestShareDifference(bins.reference, bins.current),
  };
}

function numericExtras(
  baseline: NumericProfile,
  window: NumericProfile,
  outOfRange: number,
): Pick<ColumnReport, 'ks' | 'wasserstein' | 'outOfRangeShare'> {
  if (baseline.n === 0 || window.n === 0) return {};
  const { edges } = baseline.grid;
  const sample = ({ grid, min, max }: NumericProfile) => ({ ...grid, min: min!, max: max! });
  const distance = wasserstein(edges, sample(baseline), sample(window));
  const deviation = Math.sqrt(baseline.m2 / baseline.n);
  return {
    ks: {
      d: kolmogorovSmirnov(baseline.grid.counts, window.grid.counts),
      nullBound: ksNullBound(baseline.n, window.n),
    },
    wasserstein: { distance, normalised: deviation > 0 ? distance / deviation : undefined },
    outOfRangeShare: share(outOfRange, window.n),
  };
}

function newCategories(
  window: CategoricalProfile,
  examples: readonly string[],
): ColumnReport['newCategories'] {
  return { share: share(window.other, window.rows - window.missing), examples };
}

const share = (part: number, all: number) => (all === 0 ? 0 : part / all);
