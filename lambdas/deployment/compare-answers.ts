/** Whether an endpoint answers as its model did when it was evaluated. Pure. */
import type { SmokeTest } from '../evaluation/contract.ts';
import type { SmokeTestResult } from './contract.ts';

/** Probabilities of a text/csv answer, one a line; a line that is no number is NaN. */
export function parseScores(body: string): number[] {
  const lines = body.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map(Number);
}

/**
 * Compares answers with scores.
 * @param tolerance largest absolute difference of probabilities that passes; a difference equal to it passes.
 */
export function compareAnswers(
  rows: SmokeTest['rows'],
  answers: readonly number[],
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
  const broken = answers.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) {
    const reason = `the answer to row ${broken} is no number`;
    return { ...counted, passed: false, reason, maximumDifference: 1 };
  }
  const maximumDifference = answers.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - rows[index]!.score)),
    0,
  );
  const passed = maximumDifference <= tolerance;
  const told = `the largest of ${rows.length} differences is ${maximumDifference.toExponential(2)}`;
  const reason = `${told}, ${passed ? 'within' : 'beyond'} the tolerance of ${tolerance}`;
  return { ...counted, passed, reason, maximumDifference };
}
