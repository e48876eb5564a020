/**
 * The bias report in the shape of SageMaker Clarify's `analysis.json`, which model packages refer to. Intervals are
 * members of ours beside Clarify's.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
 */
import type { BiasMetric } from '../../shared/settings.ts';
import type { BiasFinding } from '../contract.ts';
import { jsonNumber } from '../gates/fairness.ts';
import type { BiasEstimate } from './estimate.ts';

export interface BiasReport {
  readonly version: '1.0';
  readonly pre_training_bias_metrics: BiasStageReport;
  readonly post_training_bias_metrics: BiasStageReport;
}

export interface BiasStageReport {
  readonly label: string;
  readonly label_value_or_threshold: string;
  readonly facets: Readonly<Record<string, readonly FacetReport[]>>;
}

export interface FacetReport {
  readonly value_or_threshold: string;
  readonly metrics: readonly {
    readonly name: BiasMetric;
    readonly description: string;
    readonly value: BiasFinding['estimate'];
    readonly error?: string;
    readonly low?: BiasFinding['estimate'];
    readonly high?: BiasFinding['estimate'];
    readonly method?: string;
  }[];
}

/** Metrics of one facet value. */
export interface FacetEstimates {
  readonly column: string;
  readonly value: string;
  readonly estimates: readonly BiasEstimate[];
}

export interface ReportOptions {
  /** Name of the target column. */
  readonly label: string;
  /** Names of the positive classes. */
  readonly positive: readonly string[];
  readonly pre: readonly FacetEstimates[];
  readonly post: readonly FacetEstimates[];
}

export function biasReport({ label, positive, pre, post }: ReportOptions): BiasReport {
  const stage = (facets: readonly FacetEstimates[]): BiasStageReport => ({
    label,
    label_value_or_threshold: positive.join(','),
    facets: Object.fromEntries(
      [...new Set(facets.map(({ column }) => column))].map((column) => [
        column,
        facets.filter((facet) => facet.column === column).map(facetReport),
      ]),
    ),
  });
  return {
    version: '1.0',
    pre_training_bias_metrics: stage(pre),
    post_training_bias_metrics: stage(post),
  };
}

function facetReport({ value, estimates }: FacetEstimates): FacetReport {
  const metrics = estimates.map(({ metric, value: estimate, low, high, method, error }) => ({
    name: metric,
    description: `${DESCRIPTIONS[metric]} (${metric})`,
    value: jsonNumber(estimate),
    ...(error === undefined ? {} : { error }),
    ...(low === undefined ? {} : { low: jsonNumber(low) }),
    ...(high === undefined ? {} : { high: jsonNumber(high) }),
    ...(method === undefined ? {} : { method }),
  }));
  return { value_or_threshold: value, metrics };
}

const DESCRIPTIONS: Readonly<Record<BiasMetric, string>> = {
  CI: 'Class Imbalance',
  DPL: 'Difference in Positive Proportions in Labels',
  KL: 'Kullback-Leibler Divergence',
  JS: 'Jensen-Shannon Divergence',
  LP: 'L-p Norm',
  TVD: 'Total Variation Distance',
  KS: 'Kolmogorov-Smirnov Distance',
  CDDL: 'Conditional Demographic Disparity in Labels',
  DPPL: 'Difference in Positive Proportions in Predicted Labels',
  DI: 'Disparate Impact',
  DCA: 'Difference in Conditional Acceptance',
  DCR: 'Difference in Conditional Rejections',
  RD: 'Recall Difference',
  SD: 'Specificity Difference',
  DAR: 'Difference in Acceptance Rates',
  DRR: 'Difference in Rejection Rates',
  AD: 'Accuracy Difference',
  TE: 'Treatment Equality',
  CDDPL: 'Conditional Demographic Disparity in Predicted Labels',
  FT: 'Flip Test',
  GE: 'Generalized Entropy',
};
