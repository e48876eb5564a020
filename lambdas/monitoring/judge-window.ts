/** A window's verdict and what is told of it, from its parts. */
import type { Verdict } from '../shared/verdict.ts';
import type { ColumnReport, DataQualityReport, DriftReport, QualityReport, Violation } from './contract.ts';

export interface WindowParts {
  readonly drift: DriftReport;
  readonly dataQuality: DataQualityReport;
  readonly quality: QualityReport;
}

/** The worst of what could be judged. Labels that are still to come do not hold a verdict back. */
export function windowVerdict({ drift, dataQuality, quality }: WindowParts): Verdict {
  const verdicts = [drift.verdict, dataQuality.verdict, quality.verdict];
  if (verdicts.includes('FAIL')) return 'FAIL';
  return verdicts.includes('WARN') ? 'WARN' : drift.verdict;
}

/** What failed, for a person: drifted features by falling index, the prediction, broken inputs, the quality metric. */
export function failedParts({ drift, dataQuality, quality }: WindowParts): string[] {
  const broken = dataQuality.checks.filter(({ verdict }) => verdict === 'FAIL');
  return [
    ...drift.driftedFeatures,
    ...(drift.prediction.verdict === 'FAIL' ? ['prediction'] : []),
    ...broken.map(({ column, metric }) => (column === undefined ? metric : `${metric} of ${column}`)),
    ...(quality.verdict === 'FAIL' ? [quality.metric] : []),
  ];
}

/** Names of Model Monitor's checks. */
const CHECK_TYPE: Readonly<Record<string, Violation['constraint_check_type']>> = {
  missing: 'completeness_check',
  invalid: 'data_type_check',
  newCategories: 'categorical_values_check',
  outOfRange: 'baseline_drift_check',
  malformed: 'extra_column_check',
};

/** What went wrong, in the shape of SageMaker Model Monitor's violations. */
export function violationsOf({ drift, dataQuality, quality }: WindowParts): Violation[] {
  const drifted = (column: ColumnReport): Violation[] =>
    column.verdict === 'FAIL'
      ? [
          {
            feature_name: column.name,
            constraint_check_type: 'baseline_drift_check',
            description: `Baseline drift distance: ${column.psi} exceeds threshold: ${column.alert}`,
          },
        ]
      : [];
  const broken = dataQuality.checks
    .filter(({ verdict }) => verdict === 'FAIL')
    .map(({ column = 'all', metric, value, threshold }): Violation => {
      const description = `Share of ${metric} rose by ${value}, which reaches the threshold: ${threshold}`;
      return { feature_name: column, constraint_check_type: CHECK_TYPE[metric]!, description };
    });
  const violations = [...[...drift.features, drift.prediction].flatMap(drifted), ...broken];
  if (quality.verdict === 'FAIL') {
    const description = `Metric ${quality.metric} with ${quality.estimate!.value} is beyond its bound: ${quality.bound!}`;
    violations.push({
      feature_name: quality.metric,
      constraint_check_type: 'model_quality_check',
      description,
    });
  }
  return violations;
}
