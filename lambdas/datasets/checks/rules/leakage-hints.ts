/** Features that give the answer away. */
import type { Check } from '../../contract.ts';
import { checkSettings, severityOf } from '../check-settings.ts';
import { LEAST_OF_A_CLASS, singleFeatureAuc } from '../single-feature-auc.ts';
import { against, notApplicable, passes, tableRule } from './rule.ts';

const CHECK = 'leakage-hints';
const DEFAULT_AUC = 0.99;

/**
 * Warns of a feature that alone tells the classes apart with an AUC of 0.99 or more (`auc`), in a sample with as many
 * rows of either class. Such a feature is mostly known only after the outcome, and then the model is worthless in
 * production. A hint, no proof: some problems are that easy.
 */
export const leakageHints = tableRule(CHECK, 'warn', ({ settings }, { sample }, general) => {
  if (settings.problem !== undefined && settings.problem.type !== 'binary') {
    return [notApplicable(CHECK, general, 'It is told of two classes only.')];
  }
  if (!sample || sample.columns.length === 0)
    return [notApplicable(CHECK, general, 'There is no feature to look at.')];
  const { positives, negatives, columns } = sample;
  if (Math.min(positives.length, negatives.length) < LEAST_OF_A_CLASS) {
    const reason = `A class has fewer than ${LEAST_OF_A_CLASS} rows: too few to tell.`;
    return [notApplicable(CHECK, general, reason)];
  }
  const findings: Check[] = [];
  for (const [index, { name }] of columns.entries()) {
    const severity = severityOf(settings, CHECK, 'warn', name);
    if (severity === 'off') continue;
    const limit = checkSettings(settings, CHECK, name).auc ?? DEFAULT_AUC;
    const auc = singleFeatureAuc(sample, index);
    if (auc < limit) continue;
    const reason = `Feature "${name}" alone predicts the target almost perfectly (AUC ${auc.toFixed(3)} on ${positives.length + negatives.length} sampled rows). If it is known only after the outcome, give it the role ignored.`;
    findings.push(against({ check: CHECK, column: name, severity, reason }));
  }
  return findings.length > 0
    ? findings
    : [passes(CHECK, general, `None of ${columns.length} features alone predicts the target.`)];
});
