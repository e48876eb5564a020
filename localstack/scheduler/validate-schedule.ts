/** Checks of CreateSchedule and UpdateSchedule, and those that the lists share. */
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { AwsError } from '../core/errors.ts';
import { requireConstraints } from '../events/constraints.ts';
import { isTimeZone } from '../events/local-time.ts';
import { parseSchedule } from '../events/schedule-expression.ts';
import { validateTarget } from './target-call.ts';

/** Of the names of schedules and groups, as AWS's refusals write it: https://github.com/webiny/webiny-js/pull/5445 */
const NAME_PATTERN = '[0-9a-zA-Z-_.]+';
const EARLIEST_START_MS = 5 * 60_000;

/** @throws AwsError ValidationException, or NotImplementedByLocalCloud for targets that are not there */
export function validateSchedule(input: CreateScheduleCommandInput, nowEpochMs: number): void {
  const { ScheduleExpression = '', ScheduleExpressionTimezone = 'UTC', FlexibleTimeWindow, Target } = input;
  requireName(input.Name);
  requireConstraints('ValidationException', [
    { path: 'groupName', value: input.GroupName, minLength: 1, maxLength: 64, pattern: NAME_PATTERN },
    { path: 'scheduleExpression', value: input.ScheduleExpression, minLength: 1, maxLength: 256 },
    { path: 'scheduleExpressionTimezone', value: ScheduleExpressionTimezone, minLength: 1, maxLength: 50 },
    { path: 'description', value: input.Description, maxLength: 512 },
    { path: 'state', value: input.State, oneOf: ['ENABLED', 'DISABLED'] },
    { path: 'actionAfterCompletion', value: input.ActionAfterCompletion, oneOf: ['NONE', 'DELETE'] },
    { path: 'flexibleTimeWindow.mode', value: FlexibleTimeWindow?.Mode, oneOf: ['OFF', 'FLEXIBLE'] },
    {
      path: 'flexibleTimeWindow.maximumWindowInMinutes',
      value: FlexibleTimeWindow?.MaximumWindowInMinutes,
      min: 1,
      max: 1440,
    },
    { path: 'target.arn', value: Target?.Arn, minLength: 1, maxLength: 1600 },
    { path: 'target.input', value: Target?.Input, minLength: 1 },
    {
      path: 'target.retryPolicy.maximumEventAgeInSeconds',
      value: Target?.RetryPolicy?.MaximumEventAgeInSeconds,
      min: 60,
      max: 86_400,
    },
    {
      path: 'target.retryPolicy.maximumRetryAttempts',
      value: Target?.RetryPolicy?.MaximumRetryAttempts,
      min: 0,
      max: 185,
    },
  ]);
  if (!isTimeZone(ScheduleExpressionTimezone)) {
    throw invalid(`The ScheduleExpressionTimezone ${ScheduleExpressionTimezone} is not valid.`);
  }
  if (!parseSchedule(ScheduleExpression, ScheduleExpressionTimezone)) {
    throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
  }
  const minutes = FlexibleTimeWindow?.MaximumWindowInMinutes;
  if ((FlexibleTimeWindow?.Mode === 'FLEXIBLE') !== (minutes !== undefined)) {
    throw invalid('MaximumWindowInMinutes is to be given with the mode FLEXIBLE, and only then.');
  }
  validateDates(input, nowEpochMs);
  validateTarget(Target!);
}

/** Dates bound what recurs; a one-time schedule has them ignored. */
function validateDates(
  { ScheduleExpression = '', StartDate, EndDate }: CreateScheduleCommandInput,
  nowEpochMs: number,
): void {
  if (ScheduleExpression.startsWith('at(')) return;
  if (StartDate && StartDate.getTime() < nowEpochMs - EARLIEST_START_MS) {
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
  }
  if (StartDate && EndDate && StartDate >= EndDate)
    throw invalid('The StartDate has to be before the EndDate.');
}

/** A name of a schedule or group. @throws AwsError ValidationException */
export function requireName(name: string | undefined): void {
  requireConstraints('ValidationException', [
    { path: 'name', value: name ?? '', minLength: 1, maxLength: 64, pattern: NAME_PATTERN },
  ]);
}

/** The size that a list can be asked for. @throws AwsError ValidationException */
export function requireMaxResults(maxResults: number | undefined): void {
  requireConstraints('ValidationException', [{ path: 'maxResults', value: maxResults, min: 1, max: 100 }]);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
