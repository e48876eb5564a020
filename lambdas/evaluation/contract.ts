/** Documents of the evaluation capability. Types only. */
import type { DatasetSchema } from '../datasets/contract.ts';
import type { ColumnProfile, NumericProfile } from '../datasets/profile/profile.ts';
import type { BiasMetric, Metric, OutputSettings, ProblemSettings, ProblemType } from '../shared/settings.ts';
import type { Judgement, Verdict } from '../shared/verdict.ts';

/** A metric with its confidence interval; without bounds where no closed form is sound. */
export interface Estimate {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** How the interval was made, for example `DeLong`, `Wilson`, `normal`, `delta`, `multinomial bootstrap`; with ` paired` for a difference. */
  readonly method?: string;
}

/** Metrics of one model on one set of rows. */
export interface ModelMetrics {
  readonly problem: ProblemType;
  readonly rows: number;
  /** Classification: names in the order of codes, as in the settings. */
  readonly classes?: readonly string[];
  /** Classification: rows by class (first index) and by predicted class (second). */
  readonly confusion?: readonly (readonly number[])[];
  /** Binary: rows of the second class. */
  readonly positives?: number;
  /** Binary: a row is predicted positive at or above it. */
  readonly threshold?: number;
  /** A metric is absent where it is undefined, for example AUC with one class only. */
  readonly values: Readonly<Partial<Record<Metric, Estimate>>>;
}

/** Challenger minus champion, on the same rows. */
export interface Difference extends Estimate {
  readonly metric: Metric;
}

/** The rows of the holdout with one value of a declared column. */
export interface Slice {
  readonly column: string;
  /** As text; null for rows without a value. */
  readonly value: string | null;
  readonly rows: number;
  readonly challenger: ModelMetrics;
}

/** Rows whose score fell into `(low, high]`; the first bin holds 0 too. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Absent in an empty bin. */
  readonly meanScore?: number;
  readonly positiveShare?: number;
}

/** What predicting positive from `threshold` on would give; a share is absent when its denominator is 0. */
export interface ThresholdRow {
  readonly threshold: number;
  readonly precision?: number;
  readonly recall?: number;
  readonly f1?: number;
  readonly predictedPositive: number;
}

/** One bias metric of one facet, as the fairness gate saw it. */
export interface BiasFinding {
  readonly column: string;
  readonly value: string;
  readonly metric: BiasMetric;
  /** A number, or `Infinity` and `-Infinity` as text. */
  readonly estimate: number | 'Infinity' | '-Infinity' | null;
  readonly low?: number;
  readonly high?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly verdict: Verdict;
}

/** `runs/<run>/evaluation.json`. */
export interface Evaluation {
  readonly format: 2;
  readonly project: string;
  readonly run: string;
  readonly datasetVersion: number;
  readonly datasetDigest: string;
  readonly splitDigest: string;
  readonly problem: ProblemType;
  /** 0..1, of every interval here. */
  readonly confidence: number;
  readonly primaryMetric: Metric;
  readonly holdout: {
    readonly rows: number;
    /** Rows by class; classification only. */
    readonly balance?: Readonly<Record<string, number>>;
    readonly features: string;
    readonly labels: string;
  };
  readonly challenger: { readonly scores: string; readonly metrics: ModelMetrics };
  readonly champion?: {
    readonly modelVersion: number;
    readonly modelName: string;
    readonly datasetVersion: number;
    readonly scores: string;
    readonly metrics: ModelMetrics;
  };
  readonly championSkipped?: string;
  readonly difference?: Difference;
  readonly slices?: {
    readonly slices: readonly Slice[];
    /** The slice of enough rows with the worst primary metric. */
    readonly worst?: { readonly column: string; readonly value: string | null; readonly estimate: Estimate };
    /** Columns with more values than are told: how many are left out, and the rows of the most frequent of them. */
    readonly untold?: readonly {
      readonly column: string;
      readonly values: number;
      readonly mostRows: number;
    }[];
  };
  readonly calibration?: readonly CalibrationBin[];
  readonly thresholds?: readonly ThresholdRow[];
  /** `report`: key of the whole bias report. `findings`: what was judged. */
  readonly bias?: { readonly report: string; readonly findings: readonly BiasFinding[] };
  readonly judgements: readonly Judgement[];
  readonly passed: boolean;
  readonly reason: string;
  readonly evaluatedAt: string;
}

/** A line through points with rising `x`, level before the first and after the last. */
export interface Calibrator {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export type EstimatedMetric =
  | 'accuracy'
  | 'precision'
  | 'recall'
  | 'specificity'
  | 'f1'
  | 'auc'
  | 'averagePrecision';

/** What a baseline keeps of the holdout, which the model did not learn from. */
export interface EstimationBaseline {
  /** Absent when the scores are as good as they are. */
  readonly calibrator?: Calibrator;
  /** A row is predicted positive at or above it. */
  readonly threshold: number;
  /** Standard deviation of what a row adds to a metric, and the share of rows that add to it. */
  readonly spread: Readonly<
    Partial<Record<EstimatedMetric, { readonly deviation: number; readonly share: number }>>
  >;
}

/** `runs/<run>/baseline.json`: what a monitor compares with. */
export interface Baseline {
  readonly format: 1;
  readonly project: string;
  readonly run: string;
  readonly datasetVersion: number;
  readonly datasetDigest: string;
  readonly schema: DatasetSchema;
  /** Profiles of the feature columns, over the whole version. */
  readonly features: readonly ColumnProfile[];
  /** Profile of the challenger's scores (multiclass: of the probability of the predicted class) on the holdout. */
  readonly prediction: NumericProfile;
  /** Multiclass: rows of the holdout by predicted class. */
  readonly predictedClasses?: Readonly<Record<string, number>>;
  readonly metrics: ModelMetrics;
  /** What the quality of later windows is estimated by, before labels come; probabilities of two classes only. */
  readonly estimation?: EstimationBaseline;
  readonly confidence: number;
}

/** `runs/<run>/smoke-test.json`: requests and the answers that the evaluated model gave. */
export interface SmokeTest {
  readonly format: 2;
  readonly run: string;
  /** Of the requests. */
  readonly contentType: 'text/csv';
  /** Form of the answers. */
  readonly output: OutputSettings;
  readonly problem: ProblemSettings;
  readonly rows: readonly {
    /** Row of the holdout, from 0. */
    readonly row: number;
    /** CSV line without its newline. */
    readonly request: string;
    /** One number, or one for each class. */
    readonly answer: readonly number[];
  }[];
}
