/** Payloads of the training workflow's steps. Types only. */
import type { RunRequest } from '../shared/catalog-items.ts';
import type { OutputSettings } from '../shared/settings.ts';
import type { Judgement } from '../shared/verdict.ts';

/** Input of the state machine; the execution's name is `run`. */
export interface TrainingRunInput {
  readonly project: string;
  readonly run: string;
  readonly settingsDigest: string;
  readonly codeDigest: string;
  readonly request: RunRequest;
  /** Whether label records that no version holds yet are joined with captures into a new version first. */
  readonly addLabelledRows: boolean;
}

/** Answer of `assemble-dataset` and of `prepare-run`: the version that the run trains on. */
export interface RunDataset {
  readonly version: number;
  readonly digest: string;
  readonly rows: number;
}

/** Answer of `split-dataset`. Files are CSV without header: training files have the label first, features follow in schema order. */
export interface SplitResult {
  readonly version: number;
  readonly splitDigest: string;
  /** S3 prefixes ending in `/`. `holdout` holds feature rows only, the transform job's input. */
  readonly train: string;
  readonly validation: string;
  readonly holdout: string;
  /** Files below `holdout` in the order of their rows, when there are more than `holdout.csv`. */
  readonly holdoutParts?: readonly { readonly name: string; readonly rows: number }[];
  /** S3 URI of a CSV file with a header, in the holdout's row order: row, key, event_time, label. */
  readonly holdoutLabels: string;
  /** S3 URI of `schema.json`: `{ features: [{name, type}], target }`, given to the script as channel `schema`. */
  readonly schema: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly holdout: number };
  /** Rows by label, `none` where it is missing; absent in splits from before it was counted. */
  readonly balance?: Readonly<Record<'train' | 'validation' | 'holdout', Readonly<Record<string, number>>>>;
  /** By event time: first time of the holdout and of the validation rows, ISO 8601, and rows that had to train. */
  readonly boundaries?: {
    readonly holdoutFrom: string;
    readonly validationFrom: string;
    readonly withoutEventTime: number;
  };
  /** Stratified: upper bounds of the positions, in [0, 1], that are held out and that validate, by class. */
  readonly strata?: Readonly<Record<string, { readonly holdout: number; readonly validation: number }>>;
  /**
   * S3 URI of a Parquet file of all rows with what they are grouped by: `side`, `row` (of the holdout, from 0, else
   * NULL), `label` as in the other files, and each sensitive and slicing column under its own name. Absent when there is
   * no such column.
   */
  readonly segments?: string;
  /** Digest of the list of forgotten keys, whose rows are left out; absent without one. */
  readonly tombstones?: string;
}

/** Answer of `plan-training`: whole API requests, so that the workflow only passes them on. */
export interface TrainingPlan {
  /**
   * CreateTrainingJob. Its name, like those of the transform jobs and of the tuning job, is a base: each attempt takes
   * `<base>-a<attempt>`, which fits for attempts up to 99.
   */
  readonly trainingJob: Record<string, unknown>;
  /** CreateHyperParameterTuningJob, which takes the training job's place when there is one. */
  readonly tuningJob?: Record<string, unknown>;
  /** Digest of all that the artifact depends on; `finish-run` records the artifact under it. */
  readonly trainedDigest?: string;
  /** An earlier run's artifact that was trained on the same: nothing has to be trained. */
  readonly reused?: { readonly run: string; readonly trainingJobName: string; readonly modelDataUrl: string };
  /** Without ModelDataUrl, which the workflow merges in from the finished job. */
  readonly model: Record<string, unknown>;
  readonly challengerTransform: Record<string, unknown>;
  /** Absent when there is no champion, or when it cannot score this schema. */
  readonly championTransform?: Record<string, unknown>;
  readonly champion?: {
    readonly modelVersion: number;
    readonly modelName: string;
    readonly datasetVersion: number;
    /** Form of its answers, by the settings of its own run. */
    readonly output?: OutputSettings;
  };
  /** Why the champion is not scored, when it is not. */
  readonly championSkipped?: string;
}

/** Input of `evaluate-run`. */
export interface EvaluateRunInput {
  readonly run: TrainingRunInput;
  readonly dataset: RunDataset;
  readonly split: SplitResult;
  readonly plan: TrainingPlan;
  /** S3 prefixes of the transform outputs. */
  readonly challengerScores: string;
  readonly championScores?: string;
}

export interface EvaluateRunResult {
  readonly passed: boolean;
  readonly judgements: readonly Judgement[];
  /** One sentence, for the run's record. */
  readonly reason: string;
  readonly evaluationKey: string;
  readonly baselineKey: string;
}

/** Input of `register-model`. */
export interface RegisterModelInput {
  readonly run: TrainingRunInput;
  readonly dataset: RunDataset;
  readonly evaluation: EvaluateRunResult;
  readonly trainingJobName: string;
  readonly modelName: string;
  readonly modelDataUrl: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface RegisterModelResult {
  readonly modelPackageArn: string;
  readonly modelVersion: number;
}

/** Input of `finish-run`; releases the lock and tells the bus. */
export interface FinishRunInput {
  readonly run: TrainingRunInput;
  readonly status: 'Registered' | 'RejectedByGate' | 'Failed';
  readonly reason: string;
  /** Step Functions' error output when the run failed: `Cause` may be a job's description as JSON. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
  /** What the run trained, for later runs to reuse; absent when it trained nothing. */
  readonly trained?: {
    readonly digest: string;
    readonly trainingJobName: string;
    readonly modelDataUrl: string;
    readonly tuningJobName?: string;
  };
  readonly model?: RegisterModelResult;
}
