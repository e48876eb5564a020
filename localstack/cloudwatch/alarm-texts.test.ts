import { expect, test } from 'vitest';
import { reasonOf } from './alarm-texts.ts';
import type { AlarmRule } from './judge-alarm.ts';

const RULE: AlarmRule = {
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  comparison: 'GreaterThanThreshold',
  threshold: 50,
  treatMissing: 'missing',
};
const at = (iso: string, value: number) => ({ value, epochMs: Date.parse(iso) });

test('an alarm that names M says M out of N, as in the user guide (sample event of an alarm)', () => {
  const considered = [at('2019-10-02T16:59:00Z', 99.50160229693434)];
  expect(reasonOf('ALARM', { state: 'ALARM', considered, missing: 0 }, { ...RULE, isMOutOfN: true })).toBe(
    'Threshold Crossed: 1 out of the last 1 datapoints [99.50160229693434 (02/10/19 16:59:00)] was greater than the threshold (50.0) (minimum 1 datapoint for OK -> ALARM transition).',
  );
});

// recorded on a real account, test_put_metric_alarm in
// https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json
test('an alarm without M says how many', () => {
  const considered = [at('2026-02-26T10:13:00Z', 21.5)];
  expect(reasonOf('ALARM', { state: 'ALARM', considered, missing: 0 }, { ...RULE, threshold: 21 })).toBe(
    'Threshold Crossed: 1 datapoint [21.5 (26/02/26 10:13:00)] was greater than the threshold (21.0).',
  );
});

// recorded likewise, test_breaching_alarm_actions in the same file
test('an alarm on nothing says how nothing was treated', () => {
  const rule: AlarmRule = { ...RULE, evaluationPeriods: 2, datapointsToAlarm: 2, treatMissing: 'breaching' };
  expect(reasonOf('ALARM', { state: 'ALARM', considered: [], missing: 2 }, rule)).toBe(
    'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].',
  );
});
