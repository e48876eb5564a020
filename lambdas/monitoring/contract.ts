/** Documents of the monitoring capability. Types only. */
import type { Estimate, ModelMetrics } from '../evaluation/contract.ts';
import type { Metric } from '../shared/settings.ts';
import type { Verdict } from '../shared/verdict.ts';

/** One column of a window against the baseline. `verdict` is by PSI alone; the rest is reported, not voted. */
export interface ColumnReport {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  readonly verdict: Verdict;
  readonly reason: string;
  /** Rows of the baseline and of the window that were compared. */
  readonly baselineRows: number;
  readonly rows: number;
  readonly psi: number;
  /** PSI less its mean without drift. */
  readonly psiDebiased: number;
  /** PSI without drift stays below it in 999 of 1000 windows. */
  readonly psiNullBound: number;
  readonly warn: number;
  readonly alert: number;
  readonly bins: {
    readonly labels: readonly string[];
    readonly baseline: readonly number[];
    readonly window: readonly number[];
  };
  /** 0..1. */
  readonly missingShare: { readonly baseline: number; readonly window: number };
  readonly jensenShannonDistance: number;
  /** Largest difference of the shares of one bin, 0..1. */
  readonly largestShareDifference: number;
  /** Numeric columns: D from the fine grid, and what it exceeds once in 1000 windows without drift. */
  readonly ks?: { readonly d: number; readonly nullBound: number };
  /** Numeric columns: in the column's unit, and over the baseline's standard deviation when that is not 0. */
  readonly wasserstein?: { readonly distance: number; readonly normalised?: number };
  /** Numeric columns: share of the window below the baseline's minimum or above its maximum, 0..1. */
  readonly outOfRangeShare?: number;
  /** Categorical columns: share of values that the baseline does not list, 0..1, and the most frequent of them. */
  readonly newCategories?: { readonly share: number; readonly examples: readonly string[] };
}

export interface DriftReport {
  readonly verdict: Verdict;
  readonly reason: string;
  /** Features whose verdict is FAIL, by falling PSI. */
  readonly driftedFeatures: readonly string[];
  readonly warnedFeatures: readonly string[];
  readonly features: readonly ColumnReport[];
  readonly prediction: ColumnReport;
}

export interface QualityReport {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly metric: Metric;
  /** Realized value with its interval; absent below the minimum number of labels. */
  readonly estimate?: Estimate;
  /** On the holdout, when the model was evaluated. */
  readonly baselineValue?: number;
  /** The realized value must not be below it (for losses: above it). */
  readonly bound?: number;
  readonly confidence: number;
  readonly labelledRows: number;
  readonly minimumLabels: number;
  /** Labelled rows over rows, 0..1. */
  readonly labelCoverage: number;
  readonly metrics?: ModelMetrics;
}

/** In the shape of SageMaker Model Monitor's constraint_violations.json. */
export interface Violation {
  readonly feature_name: string;
  readonly constraint_check_type: 'baseline_drift_check' | 'model_quality_check';
  readonly description: string;
}

/** `monitors/<model version>/<window>/report.json`. */
export interface WindowReport {
  readonly format: 1;
  readonly project: string;
  readonly modelVersion: number;
  readonly run: string;
  readonly baselineKey: string;
  readonly window: string;
  readonly start: string;
  readonly end: string;
  /** Whether the window had ended when it was judged. */
  readonly complete: boolean;
  readonly judgedAt: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rows: number;
  readonly captures: {
    readonly files: number;
    readonly records: number;
    readonly malformedRecords: Readonly<Record<string, number>>;
    readonly malformedRows: number;
    readonly duplicateRows: number;
    /** Rows whose label records carry a forgotten key, which are left out; absent without any. */
    readonly forgottenRows?: number;
  };
  readonly drift: DriftReport;
  readonly quality: QualityReport;
  readonly violations: readonly Violation[];
}
