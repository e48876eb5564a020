import { describe, expect, it } from 'vitest';
import { compareAnswers } from '../../lambdas/deployment/compare-answers.ts';

const rows = [0.25, 0.5].map((score, row) => ({ row, request: `${row}`, answer: [score] }));

describe('compareAnswers', () => {
  it.each([
    ['equal answers', [0.25, 0.5], true, 0],
    ['a difference at the tolerance', [0.25, 0.625], true, 0.125],
    ['a difference beyond it', [0.25, 0.65], false, 0.15],
    ['a difference below the score', [0, 0.5], false, 0.25],
    ['too few answers', [0.25], false, 1],
    ['too many answers', [0.25, 0.5, 0.5], false, 1],
  ])('%s', (_case, answers, passed, difference) => {
    const result = compareAnswers(
      rows,
      answers.map((answer) => [answer]),
      0.125,
    );
    expect(result.passed).toBe(passed);
    expect(result.maximumDifference).toBeCloseTo(difference, 12);
    expect(result.reason).not.toBe('');
  });

  it('looks at every number of an answer', () => {
    const classes = [{ row: 0, request: '', answer: [0.2, 0.3, 0.5] }];
    expect(compareAnswers(classes, [[0.2, 0.3, 0.9]], 0.1)).toMatchObject({ passed: false });
  });

  it('does not pass without rows: nothing was tested', () => {
    expect(compareAnswers([], [], 1)).toMatchObject({ passed: false, rows: 0 });
  });
});
