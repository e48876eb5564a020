import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascending } from '../../lambdas/shared/statistics/ascending.ts';

const sorted = (values: readonly number[]) =>
  values
    .map((value, index) => ({ value: value + 0, index }))
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.index - b.index))
    .map(({ index }) => index);

describe('ascending', () => {
  test.each([1, 100, 4095, 4096, 5000])('orders %i values as a stable comparison sort does', (length) => {
    const value = fc.oneof(
      fc.double({ noNaN: true }),
      fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, 5e-324, -5e-324),
    );
    const values = fc.array(value, { minLength: length, maxLength: length, size: 'max' });
    fc.assert(
      fc.property(values, (numbers) => {
        expect([...ascending(Float64Array.from(numbers))]).toEqual(sorted(numbers));
      }),
      { numRuns: 10 },
    );
  });

  test('leaves equal values where they are', () => {
    expect([...ascending(new Float64Array(5000))]).toEqual(Array.from({ length: 5000 }, (_, index) => index));
  });

  test('of nothing is nothing', () => {
    expect(ascending(new Float64Array())).toHaveLength(0);
  });
});
