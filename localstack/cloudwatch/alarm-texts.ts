/** The sentences and dates in which CloudWatch explains a state. */
import type { ComparisonOperator } from '@aws-sdk/client-cloudwatch';
import type { AlarmRule, DataPoint, Judgement } from './judge-alarm.ts';
import { isBreaching } from './judge-alarm.ts';

const WORDS: Readonly<Record<string, string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
} satisfies Partial<Record<ComparisonOperator, string>>;
const TREATED_AS = {
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
  missing: 'Missing',
  ignore: 'Ignored',
};

/** Why the state is what it is. */
export function reasonOf(state: string, { considered, missing }: Judgement, rule: AlarmRule): string {
  if (state === 'INSUFFICIENT_DATA') {
    return `Insufficient Data: ${missing} ${missing === 1 ? 'datapoint was' : 'datapoints were'} unknown.`;
  }
  const treated =
    missing === 0
      ? ''
      : `${missing} missing ${missing === 1 ? 'datapoint was' : 'datapoints were'} treated as [${TREATED_AS[rule.treatMissing]}]`;
  if (considered.length === 0) {
    return `Threshold Crossed: no datapoints were received for ${missing} ${missing === 1 ? 'period' : 'periods'} and ${treated}.`;
  }
  const isAlarm = state === 'ALARM';
  const supporting = considered.filter(({ value }) => isBreaching(value, rule) === isAlarm);
  const count = supporting.length;
  const needed = isAlarm ? rule.datapointsToAlarm : rule.evaluationPeriods - rule.datapointsToAlarm + 1;
  const were = `${count === 1 ? 'was' : 'were'}${isAlarm ? '' : ' not'}`;
  const also = treated === '' ? '' : ` and ${treated}`;
  const crossed = `${were} ${WORDS[rule.comparison]} the threshold (${decimal(rule.threshold)})${also}`;
  if (!rule.isMOutOfN) {
    const points = count === 1 ? 'datapoint' : 'datapoints';
    return `Threshold Crossed: ${count} ${points} [${listPoints(supporting)}] ${crossed}.`;
  }
  const minimum = `minimum ${needed} ${needed === 1 ? 'datapoint' : 'datapoints'} for ${isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'} transition`;
  return `Threshold Crossed: ${count} out of the last ${considered.length} datapoints [${listPoints(supporting)}] ${crossed} (${minimum}).`;
}

/** Newest first, each with its time: `3.0 (04/03/26 05:05:00)`. */
function listPoints(points: readonly DataPoint[]): string {
  return points
    .toReversed()
    .map(({ value, epochMs }) => {
      const iso = new Date(epochMs).toISOString();
      const date = `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)}`;
      return `${decimal(value)} (${date} ${iso.slice(11, 19)})`;
    })
    .join(', ');
}

/** A number as CloudWatch's sentences write it: `3.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `2026-03-04T05:06:07.100+0000` */
export function alarmTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000');
}

/** `Friday 10 March, 2023 10:47:42 UTC`, in reasons of composite alarms. */
export function longTime(epochMs: number): string {
  const part = Object.fromEntries(
    new Intl.DateTimeFormat('en-US', {
      weekday: 'long',
      day: '2-digit',
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    })
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, value]),
  );
  const time = new Date(epochMs).toISOString().slice(11, 19);
  return `${part.weekday} ${part.day} ${part.month}, ${part.year} ${time} UTC`;
}
