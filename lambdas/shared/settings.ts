/**
 * A project's settings as handlers see them: what `driftless.config.ts` says, with every default filled in.
 *
 * Written at deployment as `settings/<sha256>.json` in the project's data bucket; the digest travels with every run.
 * Type only: imported by constructs and handlers alike.
 */

export type ColumnType = 'string' | 'integer' | 'double' | 'boolean' | 'timestamp';
export type ColumnRole = 'target' | 'key' | 'event-time' | 'feature' | 'sensitive' | 'ignored';

export interface ColumnSettings {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Other names of the column in files: old ones after a renaming, or those of another producer. */
  readonly aliases?: readonly string[];
  /** Closed set of allowed values, when declared. */
  readonly allowedValues?: readonly string[];
  /** Inclusive bounds, when declared. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** RE2 expression that a whole text value has to match. */
  readonly pattern?: string;
  /** Inclusive bounds of a text's length, in characters (Unicode code points). */
  readonly minimumLength?: number;
  readonly maximumLength?: number;
  /** No value may occur twice in an upload. @default false */
  readonly unique?: boolean;
  /** Whether rows may lack a value. @default true, but false for the target and the key */
  readonly nullable?: boolean;
  /** What the project's checks say, changed for this column. */
  readonly checks?: DatasetChecks;
}

export type CheckSeverity = 'block' | 'warn' | 'info' | 'off';

/** What every check of an upload's contents may be told. */
export interface CheckSettings {
  /** `block` refuses the upload, `warn` and `info` tell, `off` does not look. @default the rule's own */
  readonly severity?: CheckSeverity;
}

/** A check of rows. */
export interface RowCheckSettings extends CheckSettings {
  /** 0..1: share of the present values (of the rows, for predicates) that has to hold. @default 1; 0.99 for allowed values */
  readonly mostly?: number;
}

/** Checks by name; a name that is absent has its rule's defaults. */
export interface DatasetChecks {
  readonly 'columns-present'?: CheckSettings;
  readonly 'columns-extra'?: CheckSettings;
  readonly 'columns-order'?: CheckSettings;
  readonly 'column-types'?: RowCheckSettings;
  readonly 'null-rate'?: CheckSettings & {
    /** 0..1: share of missing values that a column may have. @default - no bound of its own */
    readonly maximum?: number;
    /** 0..1: the least rise above the version before that is told. @default 0.01 */
    readonly minimumIncrease?: number;
    /** 0.5..0.9999, two-sided, of both Wilson intervals. @default 0.999 */
    readonly confidence?: number;
  };
  readonly 'finite-values'?: RowCheckSettings;
  readonly 'value-ranges'?: RowCheckSettings;
  readonly 'soft-ranges'?: RowCheckSettings & {
    /** How many interquartile ranges beyond the version before are usual. @default 3 */
    readonly iqrs?: number;
  };
  readonly 'allowed-values'?: RowCheckSettings;
  readonly 'new-categories'?: CheckSettings & {
    /** 0..1: share of values that the version before did not have. @default 0.01 */
    readonly maximumMass?: number;
  };
  readonly 'text-shape'?: RowCheckSettings;
  readonly 'unique-values'?: RowCheckSettings;
  readonly 'keys-unique'?: CheckSettings;
  readonly 'row-count'?: CheckSettings;
  readonly 'duplicate-rows'?: CheckSettings & {
    /** 0..1: share of rows that repeat another one. @default 0.01 */
    readonly maximumRate?: number;
  };
  readonly 'constant-columns'?: CheckSettings;
  readonly 'event-times'?: CheckSettings & {
    /** Whether event times may not fall from one row of a file to the next. @default false */
    readonly monotonic?: boolean;
  };
  readonly predicates?: RowCheckSettings;
  readonly 'class-balance'?: CheckSettings & {
    /** 0..0.5: the least share of the rarest class. @default 0.01 */
    readonly minimumShare?: number;
  };
  readonly 'leakage-hints'?: CheckSettings & {
    /** 0.5..1: AUC of a single feature from which on it is told. @default 0.99 */
    readonly auc?: number;
  };
}

export type CheckName = keyof DatasetChecks;

/** A condition over several columns that has to hold in every row. */
export interface PredicateSettings {
  readonly name: string;
  /** One DuckDB expression over the columns of the schema; a row for which it is NULL passes. */
  readonly sql: string;
  readonly severity?: CheckSeverity;
  readonly mostly?: number;
}

/** What becomes of an upload that changes the schema. */
export type EvolutionPolicy = 'allow' | 'warn' | 'block';

export interface EvolutionSettings {
  /** A column that is new. @default 'warn' */
  readonly added?: EvolutionPolicy;
  /** Integer to double. @default 'allow' */
  readonly widened?: EvolutionPolicy;
  /** Any other change of type. @default 'block' */
  readonly narrowed?: EvolutionPolicy;
  /** A target, key, event time, feature or sensitive column that is gone. @default 'block' */
  readonly dropped?: EvolutionPolicy;
}

export interface DatasetSettings {
  /** The only format that is taken. @default - any that we read; files that we write are CSV */
  readonly format?: 'csv' | 'jsonl' | 'parquet';
  readonly target: string;
  /** Column that identifies a row; the split hashes it. Without one, the whole row is hashed. */
  readonly key?: string;
  readonly eventTime?: string;
  /** Declared columns in order; empty means: inferred from the first version and frozen. */
  readonly columns: readonly ColumnSettings[];
  readonly uploads: 'snapshot' | 'append';
  readonly minimumRows: number;
  /** Texts that mean a missing value in CSV, beside the empty field. @default [] */
  readonly nullValues?: readonly string[];
  readonly checks?: DatasetChecks;
  readonly predicates?: readonly PredicateSettings[];
  readonly expectedRows?: {
    /** Rows of the upload. */
    readonly minimum?: number;
    readonly maximum?: number;
    /** Rows of a snapshot divided by those of the version before. @default minimum 0.5 */
    readonly ratioToPrevious?: { readonly minimum?: number; readonly maximum?: number };
  };
  /** The newest event time may be this much older than the upload. @default - any age */
  readonly freshness?: { readonly maximumAgeHours: number };
  readonly evolution?: EvolutionSettings;
  readonly scan?: {
    /** `auto`: by bytes and number of files. @default 'auto' */
    readonly route: 'auto' | 'one-function' | 'distributed';
  };
  readonly incoming?: {
    /** Days after which a folder that was never committed is removed. @default 7 */
    readonly expireAfterDays: number;
  };
}

export interface SplitSettings {
  /** `key-hash`: a row keeps its side in every later version; `event-time`: the newest rows are held out. */
  readonly by: 'key-hash' | 'event-time';
  /** 0..1, share of rows. */
  readonly holdoutFraction: number;
  readonly validationFraction: number;
  readonly salt: string;
  /** Whether every class (of the target, or of the column named) keeps the fractions. @default false */
  readonly stratify?: boolean | string;
}

export interface ScriptTrainerSettings {
  readonly kind: 'script';
  readonly framework: 'xgboost';
  readonly frameworkVersion: string;
  /** Full image URI, resolved at synth for the stage's region. */
  readonly imageUri: string;
  readonly entryPoint: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly volumeSizeGb: number;
  readonly maxRuntimeSeconds: number;
}

export type BinaryMetric = 'auc' | 'logLoss' | 'brier';

export interface GateSettings {
  readonly primaryMetric: BinaryMetric;
  /** The confidence bound nearest to failure has to reach this (at least, or at most for losses). */
  readonly minimum: number;
  readonly minimumHoldoutRows: number;
  /** 0..1, for example 0.95. */
  readonly confidence: number;
  readonly champion: {
    /** How much worse a challenger on newer data may be, in units of the primary metric; >= 0. */
    readonly margin: number;
    readonly rule: 'better' | 'better-or-newer-within-margin';
  };
}

export interface ServingSettings {
  readonly endpointName: string;
  readonly variantName: string;
  readonly instanceType: string;
  readonly instanceCount: number;
  /** Seconds that blue is kept after the shift, while alarms and the smoke test watch. */
  readonly bakeSeconds: number;
  readonly smokeTest: {
    readonly rows: number /** Absolute difference of probabilities. */;
    readonly tolerance: number;
  };
  /** Percent of requests captured, 0..100. */
  readonly capturePercentage: number;
  /** Names of the alarms that roll a deployment back. */
  readonly rollbackAlarms: readonly string[];
}

export interface MonitorSettings {
  readonly windowHours: number;
  readonly minimumSamples: number;
  readonly psi: { readonly warn: number; readonly alert: number };
  readonly predictionPsi: { readonly warn: number; readonly alert: number };
  readonly quality: {
    readonly metric: BinaryMetric;
    /** How far below its holdout value the metric may fall; >= 0. */
    readonly maximumDrop: number;
    readonly minimumLabels: number;
  };
}

export interface RetrainingSettings {
  readonly onDataset: boolean;
  readonly onCodeChange: boolean;
  readonly onAlarm: boolean;
  /** Applies to alarms only: what a person or an upload asks for is not held back by it. */
  readonly cooldownHours: number;
  readonly minimumNewLabels: number;
  readonly maximumRunsPerDay: number;
}

export interface ProjectSettings {
  readonly project: string;
  readonly stage: string;
  readonly dataBucket: string;
  readonly modelPackageGroup: string;
  /** Role that training, transform and hosting run under. */
  readonly executionRoleArn: string;
  readonly kmsKeyArn: string;
  readonly dataset: DatasetSettings;
  readonly split: SplitSettings;
  readonly trainer: ScriptTrainerSettings;
  readonly gates: GateSettings;
  readonly approval: 'automatic' | 'manual';
  readonly serving: ServingSettings;
  readonly monitors: MonitorSettings;
  readonly retraining: RetrainingSettings;
}
