/**
 * A project's settings as handlers see them: what `driftless.config.ts` says, with every default filled in.
 *
 * Written at deployment as `settings/<sha256>.json` in the project's data bucket; the digest travels with every run.
 * Type only: imported by constructs and handlers alike.
 */

import type { DatasetSettings } from './dataset-settings.ts';
import type { GateSettings } from './gate-settings.ts';
import type { MonitorSettings } from './monitor-settings.ts';
import type { RetrainingSettings } from './retraining-settings.ts';
import type { ProblemSettings, TrainerSettings, TuningSettings } from './training-settings.ts';

export * from './dataset-settings.ts';
export * from './gate-settings.ts';
export * from './monitor-settings.ts';
export * from './retraining-settings.ts';
export * from './training-settings.ts';

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

export interface MlflowSettings {
  /** URI of a tracking server, or ARN of a managed one of SageMaker. */
  readonly tracking: string;
  /** @default - the project's name */
  readonly experiment?: string;
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
  /** @default - binary, with the labels 0 and 1 */
  readonly problem?: ProblemSettings;
  readonly split: SplitSettings;
  readonly trainer: TrainerSettings;
  /** Absent: one training job with the trainer's hyperparameters. */
  readonly tuning?: TuningSettings;
  readonly gates: GateSettings;
  readonly approval: 'automatic' | 'manual';
  /** Days after which a version that nobody approved is rejected. @default 14 */
  readonly approvalExpiresAfterDays?: number;
  /** Where runs are logged beside our own records. @default - nowhere */
  readonly mlflow?: MlflowSettings;
  readonly serving: ServingSettings;
  readonly monitors: MonitorSettings;
  readonly retraining: RetrainingSettings;
}
