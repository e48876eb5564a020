/** Documents of the monitoring capability. Types only. */
import type { Estimate, EstimatedMetric, ModelMetrics } from '../evaluation/contract.ts';
import type { Metric } from '../shared/settings.ts';
import type { Verdict } from '../shared/verdict.ts';

/** One number about a window, with everything that its verdict was made of: nobody compares it again. */
export interface MetricResult {
  readonly metric: string;
  readonly value: number;
  /** Less its mean without drift, never below 0; null where that is not known. */
  readonly debiased: number | null;
  /** What its distribution without drift is known of: χ² for distances, z for shares; null for none. */
  readonly statistic: number | null;
  readonly kind: 'distance' | 'share' | 'p-value';
  readonly direction: 'higher-is-worse' | 'lower-is-worse';
  /** WARN and FAIL from here on; null for a number that has no bound. */
  readonly warn: number | null;
  readonly threshold: number | null;
  /** Without drift the value stays below it in 999 of 1000 windows; null where that is not known. */
  readonly nullBound: number | null;
  /** Values of the baseline and of the window. */
  readonly n: number;
  readonly m: number;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** One column of a window against the baseline. `verdict` is by PSI alone; the rest is reported, not voted. */
export interface ColumnReport {
  readonly name: string;
  /** `opaque`: not compared, such as times. */
  readonly kind: 'numeric' | 'categorical' | 'opaque';
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
  /** Chance of such an index without drift, 0..1. */
  readonly pValue: number;
  /** Every number with its own verdict; only the first of them decides. */
  readonly results: readonly MetricResult[];
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
  /** Features whose verdict is FAIL over all features that were judged, 0..1. */
  readonly driftedShare: number;
  readonly features: readonly ColumnReport[];
  readonly prediction: ColumnReport;
}

/** Is what arrives still what the model was made for? */
export interface DataQualityReport {
  readonly verdict: Verdict;
  readonly reason: string;
  /** By column; of the whole window without one. Those that hold come last. */
  readonly checks: readonly (MetricResult & { readonly column?: string })[];
}

/** Of the endpoint in the window, whichever versions it served. */
export interface TrafficReport {
  readonly requests: number;
  readonly errors4xx: number;
  readonly errors5xx: number;
  /** The slowest hour's 90th percentile. Absent without requests. */
  readonly latencyP90Ms?: number;
}

/** What is known of the labels of a window. */
export interface LabelsReport {
  /** Labelled rows over rows, 0..1. */
  readonly coverage: number;
  /** Hours from the answer to the label: half, and 95 of 100, came within. Absent without labels. */
  readonly delayHoursP50?: number;
  readonly delayHoursP95?: number;
  /** Records that a later one of the same row replaced. */
  readonly duplicates: number;
  /** Records with an event time in the window and an inference id that nobody captured. */
  readonly unmatched: number;
  /** Until then labels may come. ISO 8601. */
  readonly deadline: string;
  /** Whether the labels that came first are of other rows than the rest, by the scores of both. */
  readonly selection?: MetricResult;
}

/** It assumes that what a score means has not changed: it sees other rows coming, and no change of their meaning. */
export interface EstimatedReport {
  /** WARN when the whole band is beyond the bound of the realized metric; it never fails. */
  readonly verdict: Verdict;
  readonly reason: string;
  /** Of the project's metric: three standard errors to either side. Absent where it cannot be estimated. */
  readonly estimate?: Estimate;
  readonly values: Readonly<Partial<Record<EstimatedMetric, Estimate>>>;
}

export interface QualityReport {
  readonly verdict: Verdict | 'INSUFFICIENT_LABELS';
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
  readonly labels?: LabelsReport;
  /** Before labels come, from the scores alone; absent where they are no probabilities of two classes. */
  readonly estimated?: EstimatedReport;
}

/** In the shape of SageMaker Model Monitor's constraint_violations.json. */
export interface Violation {
  readonly feature_name: string;
  readonly constraint_check_type:
    | 'baseline_drift_check'
    | 'model_quality_check'
    | 'completeness_check'
    | 'data_type_check'
    | 'categorical_values_check'
    | 'extra_column_check';
  readonly description: string;
}

/** `monitors/<model version>/<window>/report.json`. */
export interface WindowReport {
  readonly format: 2;
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
  readonly dataQuality: DataQualityReport;
  readonly traffic: TrafficReport;
  readonly quality: QualityReport;
  readonly violations: readonly Violation[];
}
