/** Laws that hold for any text: expressions, searches and rules are taken or refused in CloudWatch's terms. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { parseCompositeRule } from './composite-rule.ts';
import { type AlarmRule, judgeAlarm } from './judge-alarm.ts';
import { evaluateMath, type MathScope, pointsOf } from './metric-math.ts';
import { parseMath } from './metric-math-parser.ts';
import { parseSearch } from './search-expression.ts';

function pieces(...texts: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...texts) }, fc.string({ maxLength: 3 }));
  return fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(''));
}
function refusalOf(work: () => unknown): AwsError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}
const CODES = ['ValidationError', 'NotImplementedByLocalCloud'];
const METRIC = { namespace: 'N', name: 'CustomCount1', dimensions: [{ Name: 'D', Value: 'v' }] };
const scope: MathScope = {
  length: 3,
  periodSeconds: 60,
  seriesOf: () => ({ kind: 'series', points: [1, undefined, 3] }),
  metrics: () => [{ label: 'm', points: [1, 2, undefined] }],
  search: (text) => (parseSearch(text)(METRIC) ? [{ label: 'found', points: [1, 2, 3] }] : []),
};

test('any expression is evaluated or refused', () => {
  const texts = pieces(
    'm1',
    ' + ',
    ' / ',
    '(',
    ')',
    '[',
    ']',
    ',',
    'FILL(',
    'IF(',
    'SUM(',
    'METRICS()',
    'RATE(',
    'RUNNING_SUM(',
    "SEARCH('{N,D} x', 'Sum')",
    '0',
    '1e3',
    ' > ',
    ' AND ',
    '-',
    'REPEAT',
    '"t"',
  );
  fc.assert(
    fc.property(texts, (text) => {
      const error = refusalOf(() => evaluateMath(parseMath(text), scope));
      if (error) expect(CODES).toContain(error.code);
    }),
    { numRuns: 3000 },
  );
});

test('sums and differences of numbers are those of arithmetic', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 6 }), (numbers) => {
      const value = evaluateMath(parseMath(numbers.join(' - ')), scope);
      const expected = numbers.slice(1).reduce((rest, each) => rest - each, numbers[0]!);
      expect(pointsOf(value, scope)).toEqual([expected, expected, expected]);
    }),
  );
});

test('any search is taken or refused', () => {
  const texts = pieces(
    '{N,D}',
    '{',
    '}',
    'MetricName=',
    '"Count"',
    'custom',
    ' OR ',
    ' AND ',
    ' NOT ',
    '(',
    ')',
    '=',
    '"',
  );
  fc.assert(
    fc.property(texts, (text) => {
      const error = refusalOf(() => parseSearch(text)(METRIC));
      if (error) expect(CODES).toContain(error.code);
    }),
    { numRuns: 2000 },
  );
});

test('any rule of a composite alarm is taken or refused', () => {
  const texts = pieces('ALARM(', 'OK(', '"a"', ')', ' AND ', ' OR ', 'NOT ', '(', 'TRUE', 'FALSE', 'a');
  fc.assert(
    fc.property(texts, (text) => {
      const error = refusalOf(() => parseCompositeRule(text).holds(() => 'ALARM'));
      if (error) expect(error.code).toBe('ValidationError');
    }),
    { numRuns: 2000 },
  );
});

describe('judging alarms', () => {
  const point = fc.option(fc.constantFrom(0, 10), { nil: undefined });
  const rules = fc.record({
    evaluationPeriods: fc.integer({ min: 1, max: 5 }),
    datapointsToAlarm: fc.integer({ min: 1, max: 5 }),
    treatMissing: fc.constantFrom<AlarmRule['treatMissing'][]>(
      'missing',
      'ignore',
      'breaching',
      'notBreaching',
    ),
  });
  const judge = (
    values: readonly (number | undefined)[],
    rule: Pick<AlarmRule, 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissing'>,
  ) =>
    judgeAlarm(
      values.map((value, epochMs) => (value === undefined ? undefined : { value, epochMs })),
      {
        ...rule,
        datapointsToAlarm: Math.min(rule.datapointsToAlarm, rule.evaluationPeriods),
        comparison: 'GreaterThanThreshold',
        threshold: 5,
      },
    ).state;

  test('a full range alarms exactly when M of its last N periods breach', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 10), { minLength: 7, maxLength: 7 }), rules, (values, rule) => {
        const breaching = values.slice(-rule.evaluationPeriods).filter((value) => value > 5).length;
        const needed = Math.min(rule.datapointsToAlarm, rule.evaluationPeriods);
        expect(judge(values, rule)).toBe(breaching >= needed ? 'ALARM' : 'OK');
      }),
    );
  });

  test('one more breaching value never ends an alarm', () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 7, maxLength: 7 }),
        rules,
        fc.nat({ max: 6 }),
        (values, rule, at) => {
          if (values[at] === undefined || judge(values, rule) !== 'ALARM') return;
          expect(judge(values.with(at, 10), rule)).toBe('ALARM');
        },
      ),
    );
  });
});
