/** Whether an endpoint answers as its model did when it was evaluated. Pure. */
import type { SmokeTest } from '../evaluation/contract.ts';
import type { SmokeTestResult } from './contract.ts';

/**
 * Compares answers with those of the evaluation.
 * @param tolerance largest absolute difference of any number that passes; a difference equal to it passes.
 */
export function compareAnswers(
  rows: SmokeTest['rows'],
  answers: readonly (readonly number[])[],
  tolerance: number,
): SmokeTestResult {
  const counted = { rows: rows.length };
  if (rows.length === 0) {
    return { ...counted, passed: false, reason: 'there are no rows to test with', maximumDifference: 0 };
  }
  if (answers.length !== rows.length) {
    const reason = `${answers.length} answers for ${rows.length} rows`;
    return { ...counted, passed: false, reason, maximumDifference: 1 };
  }
  const maximumDifference = answers.reduce(
    (largest, answer, index) => Math.max(largest, differenceOf(answer, rows[index]!.answer)),
    0,
  );
  const passed = maximumDifference <= tolerance;
  const told = `the largest of ${rows.length} differences is ${maximumDifference.toExponential(2)}`;
  const reason = `${told}, ${passed ? 'within' : 'beyond'} the tolerance of ${tolerance}`;
  return { ...counted, passed, reason, maximumDifference };
}

const differenceOf = (a: readonly number[], b: readonly number[]) =>
  a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);
