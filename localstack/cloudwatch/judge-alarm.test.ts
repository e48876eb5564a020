import { describe, expect, test } from 'vitest';
import { type AlarmRule, judgeAlarm } from './judge-alarm.ts';

/** `-` is missing, `0` is fine, `X` breaches; oldest first, as in the tables of CloudWatch's user guide. */
function range(text: string) {
  return text
    .split(' ')
    .map((each, index) => (each === '-' ? undefined : { value: each === 'X' ? 10 : 0, epochMs: index }));
}
function judge(text: string, m: number, n: number, treatMissing: AlarmRule['treatMissing']) {
  const rule = {
    evaluationPeriods: n,
    datapointsToAlarm: m,
    comparison: 'GreaterThanThreshold',
    threshold: 5,
    treatMissing,
  } as const;
  return judgeAlarm(range(text), rule).state ?? 'retained';
}

// rows of "How alarm state is evaluated when data is missing": range, then missing, ignore, breaching, notBreaching
const THREE_OF_THREE: [string, string, string, string, string][] = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', 'retained', 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'ALARM', 'retained', 'ALARM', 'OK'],
];
const TWO_OF_THREE: [string, string, string, string, string][] = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'ALARM', 'retained', 'ALARM', 'OK'],
];

describe.each([
  [3, THREE_OF_THREE],
  [2, TWO_OF_THREE],
] as const)('%i out of 3', (m, rows) => {
  test.each(rows)('%s', (text, missing, ignore, breaching, notBreaching) => {
    expect(judge(text, m, 3, 'missing')).toBe(missing);
    expect(judge(text, m, 3, 'ignore')).toBe(ignore);
    expect(judge(text, m, 3, 'breaching')).toBe(breaching);
    expect(judge(text, m, 3, 'notBreaching')).toBe(notBreaching);
  });
});

test('a single recent breach of three is too early to tell', () => {
  expect(judge('- - - - X', 3, 3, 'missing')).toBe('retained');
});

test.each([
  ['GreaterThanThreshold', 5, 'OK'],
  ['GreaterThanOrEqualToThreshold', 5, 'ALARM'],
  ['LessThanThreshold', 5, 'OK'],
  ['LessThanOrEqualToThreshold', 5, 'ALARM'],
] as const)('%s at the threshold', (comparison, value, state) => {
  const rule = {
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    threshold: 5,
    treatMissing: 'missing',
    comparison,
  } as const;
  expect(judgeAlarm([{ value, epochMs: 0 }], rule).state).toBe(state);
});
