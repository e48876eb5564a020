/** Lambda's checks of single members, in AWS's words. */
import { AwsError } from '../core/errors.ts';

/** Patterns of AWS's model, as its messages quote them. */
const REGION = String.raw`(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}`;
/** A function in whatever way it may be named. */
export const FUNCTION_NAME_PATTERN = String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?(${REGION}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`;
/** The same where a published `$LATEST` may be named, as in Invoke. */
export const INVOKED_NAME_PATTERN = String.raw`(arn:(aws[a-zA-Z-]*)?:lambda:)?(${REGION}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;
export const ROLE_PATTERN = String.raw`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`;
export const ALIAS_PATTERN = '(?!^[0-9]+$)([a-zA-Z0-9-_]+)';
export const STATEMENT_ID_PATTERN = '([a-zA-Z0-9-_]+)';
export const DESTINATION_PATTERN = String.raw`$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:(${REGION})?:(\d{12})?:(.*)`;
export const TAGGABLE_PATTERN = String.raw`arn:(aws[a-zA-Z-]*):lambda:${REGION}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)`;
export const LAYER_NAME_PATTERN = String.raw`(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+`;

/** The error of a member that breaks a constraint of the model. */
export const constraintError = (value: unknown, at: string, constraint: string) =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: ${constraint}`,
  );

/** @throws AwsError ValidationException below `low` or above `high` */
export function checkRange(at: string, value: number | undefined, low: number, high: number): void {
  if (value === undefined) return;
  if (value > high) {
    throw constraintError(value, at, `Member must have value less than or equal to ${high}`);
  }
  if (value < low) throw constraintError(value, at, `Member must have value greater than or equal to ${low}`);
}

/** @throws AwsError ValidationException unless the whole value matches */
export function checkPattern(at: string, value: string | undefined, pattern: string): void {
  if (value === undefined || new RegExp(`^(?:${pattern})$`).test(value)) return;
  throw constraintError(value, at, `Member must satisfy regular expression pattern: ${pattern}`);
}

/** @throws AwsError ValidationException unless it is one of the values */
export function checkEnum(at: string, value: string | undefined, values: readonly string[]): void {
  if (value === undefined || values.includes(value)) return;
  throw constraintError(value, at, `Member must satisfy enum value set: [${values.join(', ')}]`);
}
