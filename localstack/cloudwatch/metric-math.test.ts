import { describe, expect, test } from 'vitest';
import { evaluateMath, type MathScope, type Points } from './metric-math.ts';
import { parseMath } from './metric-math-parser.ts';

const SERIES: Record<string, Points> = {
  m1: [1, 2, undefined, 4],
  m2: [10, undefined, 30, 0],
  e1: [5, 5, 5, 5],
};
const scope: MathScope = {
  length: 4,
  periodSeconds: 60,
  seriesOf: (id) => ({ kind: 'series', points: SERIES[id]! }),
  metrics: (part) =>
    ['m1', 'm2'].filter((id) => id.includes(part ?? '')).map((id) => ({ label: id, points: SERIES[id]! })),
  search: () => [],
};
function evaluate(expression: string) {
  const value = evaluateMath(parseMath(expression), scope);
  return value.kind === 'scalar' ? value.value : value.kind === 'series' ? value.points : value;
}

describe('metric math', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3 ^ 2', 19],
    ['(1 + 2) * -3', -9],
    ['m1 + m2', [11, undefined, undefined, 4]],
    ['m1 / m2', [0.1, undefined, undefined, undefined]],
    ['m1 * 100', [100, 200, undefined, 400]],
    ['SUM([m1, m2])', [11, 2, 30, 4]],
    ['SUM(METRICS())', [11, 2, 30, 4]],
    ['MAX(METRICS("m"))', [10, 2, 30, 4]],
    ['SUM(m1)', 7],
    ['AVG(m2)', 40 / 3],
    ['MIN([m1, e1])', [1, 2, 5, 4]],
    ['FILL(m1, 0)', [1, 2, 0, 4]],
    ['FILL(m1, REPEAT)', [1, 2, 2, 4]],
    ['FILL(m1, 0) + FILL(m2, 0)', [11, 2, 30, 4]],
    ['IF(m1 > 1, m1, 0)', [0, 2, undefined, 4]],
    ['IF(FILL(m2, 0) > 5 AND e1 == 5, 1, 0)', [1, 0, 1, 0]],
    ['m1 >= 2 OR e1 != 5', [0, 1, undefined, 1]],
    ['DIFF(e1)', [undefined, 0, 0, 0]],
    ['RUNNING_SUM(m1)', [1, 3, undefined, 7]],
    ['METRIC_COUNT(METRICS())', 2],
    ['ABS(0 - m1)', [1, 2, undefined, 4]],
    ['PERIOD(m1)', 60],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  test.each(['m1 +', '(m1', 'm1 m2', 'm1 ! m2'])('refuses %s', (expression) => {
    expect(() => parseMath(expression)).toThrow(`Error in expression '${expression}'`);
  });
  test('names a function that it does not have', () => {
    expect(() => evaluate('ANOMALY(m1)')).toThrow(
      'not implemented by the local cloud: metric math function ANOMALY',
    );
  });
});
