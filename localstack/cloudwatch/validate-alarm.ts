/** Checks of PutMetricAlarm and PutCompositeAlarm. */
import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { requireConstraints } from '../events/constraints.ts';
import { validateActions } from './alarm-actions.ts';
import type { AlarmRecord } from './alarm-record.ts';
import { parseCompositeRule } from './composite-rule.ts';
import { validateQueries, validateStatistic } from './metric-queries.ts';
import { isStatistic } from './sample.ts';

const COMPARISONS = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
];
/** In the order of AWS's message. */
const COMPARISON_OPERATORS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'GreaterThanUpperThreshold',
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'LessThanOrEqualToThreshold',
  'LessThanThreshold',
];
const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];
const TREATMENTS = ['breaching', 'notBreaching', 'ignore', 'missing'];
const UNSUPPORTED: readonly (keyof PutMetricAlarmInput)[] = [
  'ThresholdMetricId',
  'EvaluationWindow',
  'WarmUpConfiguration',
  'EvaluationCriteria',
  'EvaluationInterval',
  'ActionConfiguration',
];
const UNSUPPORTED_COMPOSITE: readonly (keyof PutCompositeAlarmInput)[] = [
  'ActionsSuppressor',
  'ActionsSuppressorWaitPeriod',
  'ActionsSuppressorExtensionPeriod',
  'ActionConfiguration',
];
/** Periods times evaluation periods may not exceed a day, or a week for periods of an hour and more. */
const LONGEST_RANGE_SECONDS = 86_400;
const LONGEST_RANGE_OF_HOURS_SECONDS = 7 * 86_400;

/** @throws AwsError ValidationError, or NotImplementedByLocalCloud for anomaly detection and the like. */
export function validateMetricAlarm(settings: PutMetricAlarmInput): void {
  const { ComparisonOperator = '', EvaluationPeriods = 0, DatapointsToAlarm, Metrics } = settings;
  requireConstraints('ValidationError', [
    { path: 'alarmName', value: settings.AlarmName, minLength: 1, maxLength: 255 },
    { path: 'alarmDescription', value: settings.AlarmDescription, maxLength: 1024 },
    { path: 'comparisonOperator', value: settings.ComparisonOperator, oneOf: COMPARISON_OPERATORS },
    { path: 'evaluationPeriods', value: settings.EvaluationPeriods, min: 1 },
    { path: 'datapointsToAlarm', value: DatapointsToAlarm, min: 1 },
    { path: 'period', value: settings.Period, min: 1 },
    { path: 'statistic', value: settings.Statistic, oneOf: STATISTICS },
    { path: 'treatMissingData', value: settings.TreatMissingData, minLength: 1, maxLength: 255 },
  ]);
  for (const name of UNSUPPORTED) {
    if (settings[name] !== undefined)
      throw new NotImplementedByLocalCloud(`monitoring PutMetricAlarm ${name}`);
  }
  if (!COMPARISONS.includes(ComparisonOperator)) {
    throw new NotImplementedByLocalCloud(`alarm comparison ${ComparisonOperator} (anomaly detection)`);
  }
  if (settings.Threshold === undefined) throw invalid('Threshold has to be given.');
  if (
    DatapointsToAlarm !== undefined &&
    !(DatapointsToAlarm >= 1 && DatapointsToAlarm <= EvaluationPeriods)
  ) {
    throw invalid('DatapointsToAlarm has to be between 1 and EvaluationPeriods.');
  }
  if (settings.TreatMissingData !== undefined && !TREATMENTS.includes(settings.TreatMissingData)) {
    throw invalid(`TreatMissingData ${settings.TreatMissingData} is not one of ${TREATMENTS.join(', ')}.`);
  }
  validateActions(settings.AlarmActions, settings.OKActions, settings.InsufficientDataActions);
  if (Metrics) validateMath(settings, Metrics);
  else validateSingle(settings, EvaluationPeriods);
}

function validateMath(
  settings: PutMetricAlarmInput,
  Metrics: NonNullable<PutMetricAlarmInput['Metrics']>,
): void {
  for (const name of [
    'MetricName',
    'Namespace',
    'Statistic',
    'ExtendedStatistic',
    'Period',
    'Dimensions',
  ] as const) {
    const value = settings[name];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      // https://github.com/aws-cloudformation/cfn-lint/issues/766
      throw invalid(`${name} should not be set if list of Metrics is set.`);
    }
  }
  validateQueries(Metrics, 'Metrics');
  if (Metrics.some(({ Expression }) => /\bSEARCH\s*\(/i.test(Expression ?? ''))) {
    throw invalid('SEARCH is not supported on Metric Alarms.');
  }
  const returning = Metrics.filter(({ ReturnData }) => ReturnData !== false);
  if (returning.length !== 1) throw invalid('Exactly one element of the metrics list should return data.');
}

function validateSingle(settings: PutMetricAlarmInput, evaluationPeriods: number): void {
  const { MetricName, Namespace, Statistic, ExtendedStatistic, Period = 0 } = settings;
  // https://github.com/aws-cloudformation/cfn-lint/pull/771
  if (!MetricName) throw invalid('MetricName must not be null');
  if (!Namespace) throw invalid('Namespace must not be null');
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalid('Exactly one of Statistic and ExtendedStatistic has to be given.');
  }
  if (ExtendedStatistic !== undefined && !isStatistic(ExtendedStatistic)) {
    throw new AwsError(
      'InvalidParameterValue',
      `The value ${ExtendedStatistic} for parameter ExtendedStatistic is not supported.`,
    );
  }
  const low = settings.EvaluateLowSampleCountPercentile;
  if (low !== undefined && low !== 'evaluate' && low !== 'ignore') {
    throw invalid(
      `Option ${low} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore.`,
    );
  }
  if (low === 'ignore') {
    throw new NotImplementedByLocalCloud('monitoring PutMetricAlarm EvaluateLowSampleCountPercentile ignore');
  }
  validateStatistic(Statistic ?? ExtendedStatistic!, Period);
  const longest = Period >= 3600 ? LONGEST_RANGE_OF_HOURS_SECONDS : LONGEST_RANGE_SECONDS;
  if (Period * evaluationPeriods > longest) {
    throw invalid(
      `Metrics cannot be checked across more than ${longest === LONGEST_RANGE_SECONDS ? 'a day' : 'a week'} (EvaluationPeriods * Period must be <= ${longest}).`,
    );
  }
}

/** @throws AwsError ValidationError, or NotImplementedByLocalCloud for suppressors. */
export function validateCompositeAlarm(
  settings: PutCompositeAlarmInput,
  alarms: Collection<AlarmRecord>,
): void {
  for (const name of UNSUPPORTED_COMPOSITE) {
    if (settings[name] !== undefined)
      throw new NotImplementedByLocalCloud(`monitoring PutCompositeAlarm ${name}`);
  }
  requireConstraints('ValidationError', [
    { path: 'alarmName', value: settings.AlarmName, minLength: 1, maxLength: 255 },
    { path: 'alarmDescription', value: settings.AlarmDescription, maxLength: 1024 },
    { path: 'alarmRule', value: settings.AlarmRule, minLength: 1, maxLength: 10_240 },
  ]);
  validateActions(settings.AlarmActions, settings.OKActions, settings.InsufficientDataActions);
  const { children } = parseCompositeRule(settings.AlarmRule ?? '');
  const unknown = children.filter((child) => !alarms.has(child.slice(child.lastIndexOf(':') + 1)));
  if (unknown.length > 0) {
    throw invalid(
      `Could not save the composite alarm as alarms [${unknown.join(', ')}] in the alarm rule do not exist`,
    );
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
