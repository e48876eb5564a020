/** Settings of a project's dataset: columns, checks, evolution. Types only. */
import type { ProblemSettings } from './training-settings.ts';

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
  /** What the target is: the project's problem. @default - two classes, 0 and 1 */
  readonly problem?: ProblemSettings;
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
