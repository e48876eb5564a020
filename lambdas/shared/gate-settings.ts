/** Settings of a project's gates. Types only. */

export type BinaryMetric =
  | 'auc'
  | 'averagePrecision'
  | 'logLoss'
  | 'brier'
  | 'ece'
  | 'accuracy'
  | 'balancedAccuracy'
  | 'precision'
  | 'recall'
  | 'specificity'
  | 'f1'
  | 'f05'
  | 'f2'
  | 'mcc';
export type MulticlassMetric =
  | 'accuracy'
  | 'balancedAccuracy'
  | 'logLoss'
  | 'macroF1'
  | 'weightedF1'
  | 'macroPrecision'
  | 'macroRecall'
  | 'macroAuc';
export type RegressionMetric = 'rmse' | 'mae' | 'mse' | 'r2' | 'mape' | 'smape' | 'bias';
export type Metric = BinaryMetric | MulticlassMetric | RegressionMetric;

/** Bias metrics by the names that Clarify gives them. */
export type PreTrainingBiasMetric = 'CI' | 'DPL' | 'KL' | 'JS' | 'LP' | 'TVD' | 'KS' | 'CDDL';
export type PostTrainingBiasMetric =
  | 'DPPL'
  | 'DI'
  | 'DCA'
  | 'DCR'
  | 'RD'
  | 'SD'
  | 'DAR'
  | 'DRR'
  | 'AD'
  | 'TE'
  | 'CDDPL'
  | 'FT'
  | 'GE';
export type BiasMetric = PreTrainingBiasMetric | PostTrainingBiasMetric;

/** A sensitive column, and which of its rows may be disadvantaged. */
export interface FacetSettings {
  readonly column: string;
  /** Values that are looked at, each against all other rows. @default - every value */
  readonly values?: readonly string[];
  /** For numbers: rows above it are the facet, as Clarify has it. */
  readonly threshold?: number;
}

export interface FairnessSettings {
  /** @default - every column of role `sensitive` */
  readonly facets: readonly FacetSettings[];
  /** Classes that are the favourable outcome. @default - binary: the second class; more classes have to name them */
  readonly positiveClasses?: readonly string[];
  /** Metrics that are judged, with the range that is allowed; the others are reported. */
  readonly bounds: {
    readonly [metric in BiasMetric]?: { readonly minimum?: number; readonly maximum?: number };
  };
  /** Rows that each cell of facet by label needs. */
  readonly minimumCellRows: number;
  /** What becomes of a run in which a cell is too small or an interval does not tell. */
  readonly onInsufficientData: 'block' | 'warn';
  /** Column whose values are conditioned on in CDDL and CDDPL. */
  readonly group?: string;
  /** Whether pairs of two sensitive columns are looked at too. */
  readonly intersections: boolean;
  /** Flip test: neighbours among numeric features, sampled; off unless asked for. */
  readonly flipTest: boolean;
}

export interface SliceSettings {
  /** Columns (features or sensitive ones) by whose values the metrics are told. */
  readonly columns: readonly string[];
  /** What the primary metric has to reach in every slice, by its confidence bound. @default - told, not judged */
  readonly minimum?: number;
  /** Slices with fewer rows are told, not judged. */
  readonly minimumRows: number;
}

/** A function that answers a judgement. */
export interface CustomGateSettings {
  readonly name: string;
  readonly functionArn: string;
}

export interface GateSettings {
  readonly primaryMetric: Metric;
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
  readonly slices?: SliceSettings;
  readonly fairness?: FairnessSettings;
  readonly custom?: readonly CustomGateSettings[];
}
