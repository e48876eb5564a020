/** Settings of a project's problem and of how it is trained. Types only. */

/**
 * What is predicted. Classes are written to training files as codes 0, 1, 2 ... in this order, and a model answers
 * probabilities in this order; for two classes the second is the positive one and the model answers its probability.
 */
export type ProblemSettings =
  | { readonly type: 'binary' | 'multiclass'; readonly classes: readonly string[] }
  | { readonly type: 'regression' };

export type ProblemType = ProblemSettings['type'];

/** The form of a model's answers. */
export interface OutputSettings {
  readonly contentType: 'text/csv' | 'application/json' | 'application/jsonlines';
  /**
   * `probability`: of the positive class, or one for each class. `score`: a number that grows with the positive class,
   * without a scale. `value`: a regression's.
   */
  readonly kind: 'probability' | 'score' | 'value';
  /** JSON only: names, joined by dots, of the list with one entry a row. @default 'predictions' */
  readonly list?: string;
  /** JSON and JSON Lines: names, joined by dots, of the number or the list of numbers in a row's entry. @default - the entry itself */
  readonly value?: string;
  /** From here on a row is predicted positive (binary only). @default 0.5, for scores 0 */
  readonly threshold?: number;
}

interface CommonTrainerSettings {
  /** Full image URI, resolved at synth for the stage's region. */
  readonly imageUri: string;
  /** Full URI of the image that scores and serves. @default - `imageUri` */
  readonly servingImageUri?: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly volumeSizeGb: number;
  readonly maxRuntimeSeconds: number;
  /** Spot instances: cheaper, and interrupted; `checkpoints` are kept in S3 and restored. */
  readonly spot?: { readonly maxWaitSeconds: number; readonly checkpoints: boolean };
  /** No network for the container, not even to S3: data and model pass by SageMaker. @default false */
  readonly networkIsolation?: boolean;
  readonly encryptTraffic?: boolean;
  readonly vpc?: { readonly subnets: readonly string[]; readonly securityGroupIds: readonly string[] };
  /** Seconds that the instances are kept warm after the job. @default 0 */
  readonly keepAliveSeconds?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether a run takes over the model of an earlier one that trained on the same. @default true, false with tuning */
  readonly reuse?: boolean;
  /** Metrics that are read from the log by a regular expression with one group. */
  readonly metrics?: readonly { readonly name: string; readonly regex: string }[];
  /** @default - probabilities (for regression values) in CSV */
  readonly output?: OutputSettings;
}

/** A folder of the project, run in a framework's container. */
export interface ScriptTrainerSettings extends CommonTrainerSettings {
  readonly kind: 'script';
  readonly framework: 'xgboost' | 'sklearn' | 'pytorch';
  readonly frameworkVersion: string;
  readonly entryPoint: string;
}

/** An algorithm of SageMaker's own: numeric features only. */
export interface BuiltInTrainerSettings extends CommonTrainerSettings {
  readonly kind: 'built-in';
  readonly algorithm: 'xgboost';
  readonly algorithmVersion: string;
}

/** Any image that keeps SageMaker's contract for training and for serving. */
export interface ImageTrainerSettings extends CommonTrainerSettings {
  readonly kind: 'image';
}

export type TrainerSettings = ScriptTrainerSettings | BuiltInTrainerSettings | ImageTrainerSettings;

/** A range that a tuning job searches; bounds are inclusive. */
export type TuningRange =
  | {
      readonly type: 'integer' | 'continuous';
      readonly minimum: number;
      readonly maximum: number;
      /** @default 'auto' */
      readonly scale?: 'auto' | 'linear' | 'logarithmic' | 'reverse-logarithmic';
    }
  | { readonly type: 'categorical'; readonly values: readonly string[] };

export interface TuningSettings {
  readonly strategy: 'Bayesian' | 'Random' | 'Hyperband' | 'Grid';
  /** Name of a metric that the container emits, for example `validation:auc`. */
  readonly objective: { readonly metric: string; readonly goal: 'Maximize' | 'Minimize' };
  readonly ranges: Readonly<Record<string, TuningRange>>;
  readonly maximumJobs: number;
  readonly maximumParallelJobs: number;
  readonly earlyStopping: boolean;
  /** Whether the search starts from what the last run's found. */
  readonly warmStart: boolean;
  readonly seed?: number;
}
