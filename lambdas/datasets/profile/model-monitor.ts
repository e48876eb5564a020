/**
 * A profile in the shapes of Model Monitor's baseline files, for people and tools that read those. Nothing here reads
 * them back.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
 */
import type { CategoricalProfile, ColumnProfile, DatasetProfile, NumericProfile } from './profile.ts';

/** Model Monitor materializes a distribution in ten buckets. */
const BUCKETS = 10;
/** Deequ keeps a histogram, from which domains are suggested, of up to this many distinct values. */
const LARGEST_DOMAIN = 120;
/** Model Monitor's documented default of each threshold. */
const THRESHOLD = 0.1;

interface Common {
  readonly num_present: number;
  readonly num_missing: number;
}

export interface FeatureStatistics {
  readonly name: string;
  readonly inferred_type: 'Integral' | 'Fractional' | 'String' | 'Unknown';
  readonly numerical_statistics?: {
    readonly common: Common;
    /** The next five are absent without a finite value. */
    readonly mean?: number;
    readonly sum?: number;
    readonly std_dev?: number;
    readonly min?: number;
    readonly max?: number;
    readonly distribution: {
      /** Buckets of the profile's grid; no sketch, which a profile does not have. */
      readonly kll: {
        readonly buckets: readonly {
          readonly lower_bound: number;
          readonly upper_bound: number;
          readonly count: number;
        }[];
      };
    };
  };
  readonly string_statistics?: {
    readonly common: Common;
    readonly distinct_count: number;
    readonly distribution: {
      readonly categorical: {
        readonly buckets: readonly { readonly value: string; readonly count: number }[];
      };
    };
  };
}

/** `statistics.json`. Keys, times and ignored columns are left out: the profile does not compare them. */
export interface MonitorStatistics {
  readonly version: 0;
  readonly dataset: { readonly item_count: number };
  readonly features: readonly FeatureStatistics[];
}

export interface FeatureConstraints {
  readonly name: string;
  readonly inferred_type: FeatureStatistics['inferred_type'];
  /** Share of rows with a value, 0..1. */
  readonly completeness: number;
  readonly num_constraints?: { readonly is_non_negative: boolean };
  readonly string_constraints?: { readonly domains: readonly string[] };
}

/** `constraints.json`. */
export interface MonitorConstraints {
  readonly version: 0;
  readonly features: readonly FeatureConstraints[];
  readonly monitoring_config: object;
}

export function statisticsJson(profile: DatasetProfile): MonitorStatistics {
  return {
    version: 0,
    dataset: { item_count: profile.rows },
    features: compared(profile).map((column) => ({
      name: column.name,
      inferred_type: inferredType(column),
      ...(column.kind === 'numeric'
        ? { numerical_statistics: numericalStatistics(column) }
        : { string_statistics: stringStatistics(column) }),
    })),
  };
}

/** Suggested as the prebuilt container does: what the baseline always held, with the documented default thresholds. */
export function constraintsJson(profile: DatasetProfile): MonitorConstraints {
  return {
    version: 0,
    features: compared(profile).map((column) => ({
      name: column.name,
      inferred_type: inferredType(column),
      completeness: column.rows === 0 ? 0 : present(column) / column.rows,
      ...(column.kind === 'numeric'
        ? { num_constraints: { is_non_negative: column.negatives === 0 && column.negativeInfinite === 0 } }
        : column.other === 0 && column.values.length <= LARGEST_DOMAIN
          ? { string_constraints: { domains: column.values.map(([value]) => value) } }
          : {}),
    })),
    monitoring_config: {
      evaluate_constraints: 'Enabled',
      emit_metrics: 'Enabled',
      datatype_check_threshold: THRESHOLD,
      domain_content_threshold: THRESHOLD,
      distribution_constraints: {
        perform_comparison: 'Enabled',
        comparison_threshold: THRESHOLD,
        comparison_method: 'Simple',
        categorical_comparison_threshold: THRESHOLD,
        categorical_drift_method: 'LInfinity',
      },
    },
  };
}

function compared({ columns }: DatasetProfile): (NumericProfile | CategoricalProfile)[] {
  return columns.filter((column) => column.kind !== 'opaque');
}

function inferredType(column: NumericProfile | CategoricalProfile): FeatureStatistics['inferred_type'] {
  if (present(column) === 0) return 'Unknown';
  if (column.type === 'integer') return 'Integral';
  if (column.type === 'double') return 'Fractional';
  return 'String';
}

const present = ({ rows, missing }: ColumnProfile) => rows - missing;

const common = (column: ColumnProfile): Common => ({
  num_present: present(column),
  num_missing: column.missing,
});

/** Spark, which Model Monitor runs on, gives the deviation of the population. */
function numericalStatistics(column: NumericProfile): FeatureStatistics['numerical_statistics'] {
  const { n, mean, sum, m2, min, max } = column;
  return {
    common: common(column),
    ...(n === 0 ? {} : { mean, sum, std_dev: Math.sqrt(m2 / n), min, max }),
    distribution: { kll: { buckets: buckets(column) } },
  };
}

/**
 * Ten buckets with about as many values each: bins of the grid put together up to the deciles, so the counts are exact.
 * Fewer where deciles coincide. The bounds are the grid's, right-closed, the outer ones the range of the values.
 */
function buckets({ n, min, max, deciles, grid }: NumericProfile) {
  if (n === 0) return [];
  const found: { lower_bound: number; upper_bound: number; count: number }[] = [];
  let [lower, count] = [min!, 0];
  const ends = deciles.slice(0, BUCKETS - 1);
  for (const [bin, inBin] of grid.counts.entries()) {
    count += inBin;
    const edge = grid.edges[bin];
    const isEnd = edge === undefined || edge === ends[0];
    if (!isEnd) continue;
    ends.shift();
    const upper = edge === undefined ? max! : Math.min(edge, max!);
    if (count > 0) found.push({ lower_bound: lower, upper_bound: upper, count });
    [lower, count] = [Math.max(lower, upper), 0];
  }
  return found;
}

function stringStatistics(column: CategoricalProfile): FeatureStatistics['string_statistics'] {
  const listed = column.values.map(([value, count]) => ({ value, count }));
  return {
    common: common(column),
    distinct_count: column.distinct,
    distribution: { categorical: { buckets: listed } },
  };
}
