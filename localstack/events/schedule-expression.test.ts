import { describe, expect, test } from 'vitest';
import { parseSchedule } from './schedule-expression.ts';

function nextTimes(
  expression: string,
  after: string,
  count: number,
  timeZone = 'UTC',
  from = after,
): string[] {
  const schedule = parseSchedule(expression, timeZone)!;
  const times: string[] = [];
  let at = Date.parse(after);
  for (let index = 0; index < count; index += 1) {
    const next = schedule.next(at, Date.parse(from));
    if (next === undefined) break;
    times.push(new Date(next).toISOString().slice(0, 16));
    at = next;
  }
  return times;
}

describe('cron', () => {
  test.each<[string, string, string, string[]]>([
    ['every day', 'cron(0 12 * * ? *)', '2026-03-04T11:00:00Z', ['2026-03-04T12:00', '2026-03-05T12:00']],
    [
      'at the moment itself it is the next one',
      'cron(0 12 * * ? *)',
      '2026-03-04T12:00:00Z',
      ['2026-03-05T12:00'],
    ],
    ['weekdays by name', 'cron(15 8 ? * MON-FRI *)', '2026-03-06T09:00:00Z', ['2026-03-09T08:15']],
    ['weekdays by number: 1 is Sunday', 'cron(0 0 ? * 1 *)', '2026-03-04T00:00:00Z', ['2026-03-08T00:00']],
    ['steps', 'cron(0/20 5 * * ? *)', '2026-03-04T05:10:00Z', ['2026-03-04T05:20', '2026-03-04T05:40']],
    ['lists', 'cron(5,35 14 * * ? *)', '2026-03-04T14:10:00Z', ['2026-03-04T14:35', '2026-03-05T14:05']],
    ['the last day of the month', 'cron(0 10 L * ? *)', '2026-02-10T00:00:00Z', ['2026-02-28T10:00']],
    ['the weekday nearest to the first', 'cron(0 10 1W * ? *)', '2026-02-02T00:00:00Z', ['2026-02-02T10:00']],
    ['the second Tuesday', 'cron(0 9 ? * TUE#2 *)', '2026-03-04T00:00:00Z', ['2026-03-10T09:00']],
    ['the last Friday', 'cron(0 9 ? * 6L *)', '2026-03-04T00:00:00Z', ['2026-03-27T09:00']],
    ['months and years', 'cron(0 0 1 JAN ? 2028)', '2026-03-04T00:00:00Z', ['2028-01-01T00:00']],
    ['a leap day', 'cron(0 0 29 2 ? *)', '2026-03-04T00:00:00Z', ['2028-02-29T00:00']],
  ])('%s', (_name, expression, after, expected) => {
    expect(nextTimes(expression, after, expected.length)).toEqual(expected);
  });

  test('ends after its last year', () => {
    expect(nextTimes('cron(0 0 1 1 ? 2020)', '2026-03-04T00:00:00Z', 1)).toEqual([]);
  });

  test.each([
    'cron(0 12 * * * *)',
    'cron(0 12 ? * ? *)',
    'cron(0 12 * * ?)',
    'cron(60 12 * * ? *)',
    'cron(0 12 * FOO ? *)',
    'cron()',
  ])('%s is refused', (expression) => {
    expect(parseSchedule(expression, 'UTC')).toBeUndefined();
  });
});

describe('time zones', () => {
  test('follow daylight saving time', () => {
    // New York puts its clocks forward on 8 March 2026: 09:00 is 14:00 UTC before and 13:00 UTC after
    expect(nextTimes('cron(0 9 * * ? *)', '2026-03-07T00:00:00Z', 3, 'America/New_York')).toEqual([
      '2026-03-07T14:00',
      '2026-03-08T13:00',
      '2026-03-09T13:00',
    ]);
  });
  test('skip the hour that spring skips', () => {
    expect(nextTimes('cron(30 2 * * ? *)', '2026-03-07T12:00:00Z', 2, 'America/New_York')).toEqual([
      '2026-03-09T06:30',
      '2026-03-10T06:30',
    ]);
  });
  test('run once in the hour that autumn repeats', () => {
    expect(nextTimes('cron(30 1 * * ? *)', '2026-10-31T12:00:00Z', 2, 'America/New_York')).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
  });
  test('apply to at()', () => {
    expect(nextTimes('at(2026-07-01T09:00:00)', '2026-01-01T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-07-01T07:00',
    ]);
  });
});

describe('rate', () => {
  test('counts from when the schedule was made', () => {
    expect(nextTimes('rate(5 minutes)', '2026-03-04T00:07:00Z', 2, 'UTC', '2026-03-04T00:01:00Z')).toEqual([
      '2026-03-04T00:11',
      '2026-03-04T00:16',
    ]);
  });
  test.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'rate( 5 minutes )',
    'rate(5)',
  ])('%s is refused', (expression) => {
    expect(parseSchedule(expression, 'UTC')).toBeUndefined();
  });
});
