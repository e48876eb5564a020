/**
 * The state that an alarm's data points give it: M out of N, and what is missing.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html "Configuring how
 * CloudWatch alarms treat missing data"
 */
import type { ComparisonOperator, StateValue } from '@aws-sdk/client-cloudwatch';

/** CloudWatch looks this many periods further back than an alarm asks, to find data points for the missing ones. */
export const EXTRA_PERIODS = 2;

export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** Whether the alarm names how many of its periods have to breach: its reasons are worded by that. */
  readonly isMOutOfN?: boolean;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  readonly treatMissing: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

export interface DataPoint {
  readonly value: number;
  /** Epoch milliseconds at which its period begins. */
  readonly epochMs: number;
}

export interface Judgement {
  /** Undefined: the alarm keeps its state. */
  readonly state: StateValue | undefined;
  /** Data points that counted, oldest first. */
  readonly considered: readonly DataPoint[];
  readonly missing: number;
}

/**
 * Judges the evaluation range.
 * @param range one entry per period, oldest first, undefined where there is no data; at least `evaluationPeriods` long.
 */
export function judgeAlarm(range: readonly (DataPoint | undefined)[], rule: AlarmRule): Judgement {
  const present = range.filter((point) => point !== undefined);
  const considered = present.slice(-rule.evaluationPeriods);
  const missing = rule.evaluationPeriods - considered.length;
  const breaching = considered.filter((point) => isBreaching(point.value, rule)).length;
  return {
    state: stateOf(range, rule, { breaching, present: considered.length, missing }),
    considered,
    missing,
  };
}

function stateOf(
  range: readonly (DataPoint | undefined)[],
  rule: AlarmRule,
  { breaching, present, missing }: { breaching: number; present: number; missing: number },
): StateValue | undefined {
  const treat = rule.treatMissing;
  const counted = breaching + (treat === 'breaching' ? missing : 0);
  if (counted >= rule.datapointsToAlarm) return 'ALARM';
  if (present === 0) {
    if (treat === 'missing') return 'INSUFFICIENT_DATA';
    return treat === 'notBreaching' ? 'OK' : undefined;
  }
  if (missing === 0 || treat === 'breaching' || treat === 'notBreaching' || present > breaching) return 'OK';
  // only breaching data points, too few of them: an early alarm if they are old enough, else nothing is known yet
  const oldestIndex = range.findIndex((point) => point !== undefined);
  const oldestAge = range.length - oldestIndex;
  return treat === 'missing' && oldestAge >= rule.datapointsToAlarm ? 'ALARM' : undefined;
}

/** Whether a value is beyond the threshold. */
export function isBreaching(
  value: number,
  { comparison, threshold }: Pick<AlarmRule, 'comparison' | 'threshold'>,
): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    default:
      return value <= threshold;
  }
}
