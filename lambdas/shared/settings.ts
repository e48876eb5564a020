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
  /** Closed set of allowed values, when declared. */
  readonly allowedValues?: readonly string[];
  /** Inclusive bounds, when declared. */
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface DatasetSettings {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  readonly target: string;
  /** Column that identifies a row; the split hashes it. Without one, the whole row is hashed. */
  readonly key?: string;
  readonly eventTime?: string;
  /** Declared columns in order; empty means: inferred from the first version and frozen. */
  readonly columns: readonly ColumnSettings[];
  readonly uploads: 'snapshot' | 'append';
  readonly minimumRows: number;
}

export interface SplitSettings {
  readonly by: 'key-hash';
  /** 0..1, share of rows by hash. */
  readonly holdoutFraction: number;
  readonly validationFraction: number;
  readonly salt: string;
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
