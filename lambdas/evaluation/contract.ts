/** Documents of the evaluation capability. Types only. */
import type { DatasetSchema } from '../datasets/contract.ts';
import type { ColumnProfile, NumericProfile } from '../datasets/profile/profile.ts';
import type { BinaryMetric } from '../shared/settings.ts';
import type { Judgement } from '../shared/verdict.ts';

/** A metric with its confidence interval; without bounds where no closed form is sound. */
export interface Estimate {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** How the interval was made: `DeLong`, `Wilson`, `normal`, `DeLong paired`, `normal paired`. */
  readonly method?: string;
}

export interface BinaryMetrics {
  readonly rows: number;
  readonly positives: number;
  /** A row is predicted positive at or above it. */
  readonly threshold: 0.5;
  readonly confusion: {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly trueNegatives: number;
    readonly falseNegatives: number;
  };
  /** Absent with one class only. */
  readonly auc?: Estimate;
  /** Nats. */
  readonly logLoss: Estimate;
  readonly brier: Estimate;
  /** Expected calibration error over ten bins of equal width. */
  readonly ece: Estimate;
  readonly accuracy: Estimate;
  /** Absent when nothing was predicted positive; the others likewise when their denominator is 0. */
  readonly precision?: Estimate;
  readonly recall?: Estimate;
  readonly specificity?: Estimate;
  readonly f1?: Estimate;
}

/** Challenger minus champion, on the same rows. */
export interface Difference extends Estimate {
  readonly metric: BinaryMetric;
}

/** `runs/<run>/evaluation.json`. */
export interface Evaluation {
  readonly format: 1;
  readonly project: string;
  readonly run: string;
  readonly datasetVersion: number;
  readonly datasetDigest: string;
  readonly splitDigest: string;
  /** 0..1, of every interval here. */
  readonly confidence: number;
  readonly primaryMetric: BinaryMetric;
  readonly holdout: {
    readonly rows: number;
    readonly positives: number;
    readonly features: string;
    readonly labels: string;
  };
  readonly challenger: { readonly scores: string; readonly metrics: BinaryMetrics };
  readonly champion?: {
    readonly modelVersion: number;
    readonly modelName: string;
    readonly datasetVersion: number;
    readonly scores: string;
    readonly metrics: BinaryMetrics;
  };
  readonly championSkipped?: string;
  readonly difference?: Difference;
  readonly judgements: readonly Judgement[];
  readonly passed: boolean;
  readonly reason: string;
  readonly evaluatedAt: string;
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
  /** Profile of the challenger's scores on the holdout. */
  readonly prediction: NumericProfile;
  readonly metrics: BinaryMetrics;
  readonly confidence: number;
}

/** `runs/<run>/smoke-test.json`: requests and the answers that the evaluated model gave. */
export interface SmokeTest {
  readonly format: 1;
  readonly run: string;
  readonly contentType: 'text/csv';
  readonly rows: readonly {
    /** Row of the holdout, from 0. */
    readonly row: number;
    /** CSV line without its newline. */
    readonly request: string;
    readonly score: number;
  }[];
}
