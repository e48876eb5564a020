/** The verdict of one column: effect and evidence, by its stability index. */
import type { CategoricalProfile, ColumnProfile, NumericProfile } from '../datasets/profile/profile.ts';
import { chiSquareCdf } from '../shared/statistics/chi-square.ts';
import type { ColumnReport } from './contract.ts';
import {
  debiasedPsi,
  jensenShannonDistance,
  jensenShannonNullBound,
  kolmogorovSmirnov,
  ksNullBound,
  largestShareDifference,
  populationStabilityIndex,
  psiNullBound,
  wasserstein,
} from './drift-metrics.ts';
import { metricResult } from './metric-result.ts';
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
 * A column of a kind that is not compared is NOT_APPLICABLE.
 * @throws RangeError when the two are not of one kind.
 */
export function judgeColumn(subject: ColumnSubject): ColumnReport {
  const { baseline, window, thresholds, newValues = [], outOfRange = 0 } = subject;
  if (baseline.kind === 'numeric' && window.kind === 'numeric') {
    const bins = numericBins(baseline, window);
    const report = compare(baseline, bins, window, thresholds);
    const extras = numericExtras(baseline, window, outOfRange);
    return withNumericResults(report, extras, baseline, window, thresholds.minimumSamples);
  }
  if (baseline.kind === 'categorical' && window.kind === 'categorical') {
    const bins = categoricalBins(baseline, window);
    const report = compare(baseline, bins, window, thresholds);
    return { ...report, kind: 'categorical', newCategories: newCategories(window, newValues) };
  }
  if (baseline.kind === 'opaque' && window.kind === 'opaque') {
    const reason = 'Times and keys are not compared.';
    const bins = { labels: [], reference: [], current: [] };
    const report = compare(baseline, bins, window, thresholds);
    return { ...report, kind: 'opaque', verdict: 'NOT_APPLICABLE', reason, results: [] };
  }
  throw new RangeError(`column "${baseline.name}": a ${baseline.kind} baseline, a ${window.kind} window`);
}

function compare(
  baseline: ColumnProfile,
  bins: PsiBins,
  window: ColumnProfile,
  thresholds: ColumnThresholds,
): Omit<ColumnReport, 'kind'> {
  const { warn, alert, minimumSamples } = thresholds;
  const [n, m, k] = [baseline.rows, window.rows, bins.labels.length];
  const isEmpty = n === 0 || m === 0;
  const psi = isEmpty ? 0 : populationStabilityIndex(bins.reference, bins.current);
  const psiNull = isEmpty ? 0 : psiNullBound(k, n, m);
  const psiDebiased = isEmpty ? 0 : debiasedPsi(psi, k, n, m);
  const statistic = isEmpty ? 0 : psi / (1 / n + 1 / m);
  const sample = { n, m, minimumSamples };
  const index = metricResult({
    ...{ ...sample, metric: 'PSI', kind: 'distance', value: psi, thresholds: { warn, alert } },
    ...{ debiased: psiDebiased, statistic, nullBound: psiNull, note: `${k} bins` },
  });
  const distance = jensenShannonDistance(bins.reference, bins.current);
  const largest = largestShareDifference(bins.reference, bins.current);
  const once = { warn: 0.1, alert: 0.1 };
  return {
    name: baseline.name,
    verdict: index.verdict,
    reason: index.reason,
    baselineRows: n,
    rows: m,
    psi,
    psiDebiased,
    psiNullBound: psiNull,
    warn,
    alert,
    pValue: k < 2 ? 1 : 1 - chiSquareCdf(statistic, k - 1),
    results: [
      index,
      metricResult({
        ...{ ...sample, metric: 'Jensen-Shannon distance', kind: 'distance', value: distance },
        ...{ thresholds: once, nullBound: isEmpty ? 0 : jensenShannonNullBound(k, n, m) },
      }),
      metricResult({
        ...{ ...sample, metric: 'largest difference of shares', kind: 'distance', value: largest },
        ...{ thresholds: once, nullBound: isEmpty ? 0 : ksNullBound(n, m) },
      }),
    ],
    bins: { labels: bins.labels, baseline: bins.reference, window: bins.current },
    missingShare: { baseline: share(baseline.missing, n), window: share(window.missing, m) },
    jensenShannonDistance: distance,
    largestShareDifference: largest,
  };
}

/** Reported beside the index: they cover tails and location without the bins, and are not voted. */
function withNumericResults(
  report: Omit<ColumnReport, 'kind'>,
  extras: ReturnType<typeof numericExtras>,
  { n }: NumericProfile,
  { n: m }: NumericProfile,
  minimumSamples: number,
): ColumnReport {
  const { ks, wasserstein: moved } = extras;
  const sample = { n, m, minimumSamples };
  const results = [...report.results];
  if (ks) {
    const { d, nullBound } = ks;
    const thresholds = { warn: 0.1, alert: 0.1 };
    results.push(
      metricResult({ ...sample, metric: 'KS', kind: 'distance', value: d, nullBound, thresholds }),
    );
  }
  if (moved?.normalised !== undefined) {
    const thresholds = { warn: 0.1, alert: 0.25 };
    const metric = 'Wasserstein over σ';
    results.push(metricResult({ ...sample, metric, kind: 'distance', value: moved.normalised, thresholds }));
  }
  return { ...report, kind: 'numeric', results, ...extras };
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
