/** Checks of names and sizes that the operations of CloudWatch Logs share. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { requireConstraints } from '../events/constraints.ts';

const LONGEST_NAME = 512;
const CODE = 'InvalidParameterException';

/** A group's name. @throws AwsError InvalidParameterException */
export function requireGroupName(name: string | undefined): void {
  requireName('logGroupName', name, '[\\.\\-_/#A-Za-z0-9]+');
}

/** A stream's name. @throws AwsError InvalidParameterException */
export function requireStreamName(name: string | undefined): void {
  requireName('logStreamName', name, '[^:*]*');
}

function requireName(path: string, name: string | undefined, pattern: string): void {
  if (name !== undefined && name.length > LONGEST_NAME) {
    throw new AwsError(
      CODE,
      'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
    );
  }
  requireConstraints(CODE, [{ path, value: name, minLength: 1, pattern }]);
}

/** Name of a metric filter. @throws AwsError InvalidParameterException */
export function requireFilterName(name: string | undefined): void {
  requireConstraints(CODE, [
    { path: 'filterName', value: name, minLength: 1, maxLength: LONGEST_NAME, pattern: '[^:*]*' },
  ]);
}

/** How many a list may give at once. @throws AwsError InvalidParameterException */
export function requireLimit(limit: number | undefined, max: number): void {
  requireConstraints(CODE, [{ path: 'limit', value: limit, min: 1, max }]);
}

/** Only one of the two may name a group. @throws AwsError ValidationException */
export function requireOneGroup(name: string | undefined, identifier: string | undefined): void {
  if (name === undefined || identifier === undefined) return;
  throw new AwsError(
    'ValidationException',
    'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
  );
}

/** @throws NotImplementedByLocalCloud for the first member that is set, rather than leaving it out of account */
export function refuseMembers(operation: string, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== false) {
      throw new NotImplementedByLocalCloud(`logs ${operation} ${name}`);
    }
  }
}
