/** A window's verdict and what is told of it, from its parts. */
import type { Verdict } from '../shared/verdict.ts';
import type { ColumnReport, DriftReport, QualityReport, Violation } from './contract.ts';

/** FAIL when drift or quality fails; else what drift says. Labels that are still to come do not hold a verdict back. */
export function windowVerdict(drift: DriftReport, quality: QualityReport): Verdict {
  return quality.verdict === 'FAIL' ? 'FAIL' : drift.verdict;
}

/** What went wrong, in the shape of SageMaker Model Monitor's violations. */
export function violationsOf(drift: DriftReport, quality: QualityReport): Violation[] {
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
  const violations = [...drift.features, drift.prediction].flatMap(drifted);
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
