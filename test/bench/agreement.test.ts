import { describe, expect, it } from 'vitest';
import { difference, pairsOf } from '../../bench/compare/agreement.ts';

const agrees = (metric: string, ours: number, theirs: number) =>
  pairsOf({ [metric]: ours }, { [metric]: theirs })[0]!.agrees;

describe('agreement with a peer', () => {
  it.each([
    ['auc', 0.7, 0.7, true],
    ['auc', 0.7, 0.7 + 1e-12, true],
    ['auc', 0.7, 0.7 + 1e-8, false],
    ['ks x', 0.1, 0.11, true],
    ['ks x', 0.11, 0.1, false],
    ['ks x', 0.1, 0.13, false],
    ['wasserstein x', 0.1, 0.11, true],
    ['wasserstein x', 0.11, 0.1, false],
    ['f1', Number.NaN, 0.1, false],
  ])('of %s %d with %d is %s', (metric, ours, theirs, expected) => {
    expect(agrees(metric, ours, theirs)).toBe(expected);
  });
  it('is not there for a number of theirs that we do not have', () => {
    expect(() => pairsOf({}, { auc: 0.5 })).toThrow('no number of ours for "auc"');
  });
  it('tells the largest difference first', () => {
    const pairs = pairsOf({ a: 1, b: 2 }, { a: 1, b: 1 });
    expect(pairs.map(({ metric }) => metric)).toEqual(['b', 'a']);
    expect(difference(pairs[0]!)).toBe(1);
  });
});
