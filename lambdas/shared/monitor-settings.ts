/** How captured predictions are judged. Type only. */
import type { Metric } from './gate-settings.ts';

/** WARN at `warn`, FAIL at `alert`, both in the unit of what is measured. */
export interface Thresholds {
  readonly warn: number;
  readonly alert: number;
}

export interface MonitorSettings {
  readonly windowHours: number;
  readonly minimumSamples: number;
  readonly psi: Thresholds;
  readonly predictionPsi: Thresholds;
  /** Rate of false discoveries over the features of a window, 0..1. @default 0.01 */
  readonly falseDiscovery?: number;
  /** Rises of shares against the baseline, 0..1. @default - `DATA_QUALITY` in `judge-data-quality.ts` */
  readonly dataQuality?: Partial<DataQualitySettings>;
  /** What is different for a feature, by its name. @default - nothing */
  readonly columns?: Readonly<Record<string, ColumnMonitorSettings>>;
  /** The alarm on drift is raised when so many of the last judged windows failed. @default - one of one */
  readonly alarm?: { readonly failing: number; readonly of: number };
  readonly quality: {
    readonly metric: Metric;
    /** How far below its holdout value the metric may fall; >= 0. */
    readonly maximumDrop: number;
    readonly minimumLabels: number;
    /** Share of the rows that need a label, 0..1. @default 0 */
    readonly minimumCoverage?: number;
    /** Hours after a window's end in which labels may come. @default 1440: 60 days */
    readonly labelDeadlineHours?: number;
  };
}

/** Without `alert` it is never more than a warning. */
export interface RiseThresholds {
  readonly warn: number;
  readonly alert?: number;
}

export interface DataQualitySettings {
  /** Rows without a value. */
  readonly missing: RiseThresholds;
  /** Of the missing: rows with something that is not of the column's type. */
  readonly invalid: RiseThresholds;
  /** Numbers below the baseline's minimum or above its maximum. */
  readonly outOfRange: RiseThresholds;
  /** Values that the baseline does not list. */
  readonly newCategories: RiseThresholds;
  /** Rows with another number of fields than there are features, of all rows. */
  readonly malformed: RiseThresholds;
}

export interface ColumnMonitorSettings {
  /** Reported, but without a verdict. */
  readonly ignore?: boolean;
  readonly psi?: Thresholds;
  readonly minimumSamples?: number;
  readonly dataQuality?: Partial<Omit<DataQualitySettings, 'malformed'>>;
}
