/** A stored parameter and what may be said of it. */
import type { ParameterType } from '@aws-sdk/client-ssm';
import { AwsError } from '../core/errors.ts';

export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  /** Plain text, or base64 ciphertext of a SecureString. */
  readonly value: string;
  readonly keyId?: string;
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly tier: 'Standard' | 'Advanced';
  readonly dataType: string;
  readonly modified: Date;
  readonly modifiedBy: string;
}

export interface ParameterRecord {
  readonly name: string;
  /** Oldest first; never empty. */
  readonly versions: readonly ParameterVersion[];
  readonly tags: Readonly<Record<string, string>>;
}

/** AWS keeps this many versions of a parameter. */
export const MAX_VERSIONS = 100;
const STANDARD_LIMIT = 4096;
const ADVANCED_LIMIT = 8192;
const TIER_HELP =
  'For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

/** ARN of a parameter; a leading slash of its name is not doubled. */
export function parameterArn(region: string, account: string, name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}

/** Name and version selector of `name`, `name:3` or an ARN of either. */
export function splitSelector(nameOrArn: string): { readonly name: string; readonly selector?: string } {
  const arn = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(nameOrArn);
  const [, plain = nameOrArn, selector] = /^([^:]+):([^:]+)$/.exec(arn?.[1] ?? nameOrArn) ?? [
    undefined,
    arn?.[1],
  ];
  return selector === undefined ? { name: plain } : { name: plain, selector };
}

/** @throws AwsError when a new parameter's name is not allowed */
export function checkName(name: string): void {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || name.includes('//') || name.endsWith('/')) {
    throw new AwsError(
      'ValidationException',
      `Invalid parameter name '${name}'. Only a mix of letters, numbers and the symbols .-_/ is allowed, and no empty path part`,
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive) or "aws" (case-insensitive).',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw new AwsError(
      'ValidationException',
      `Parameter name '${name}' must be fully qualified: begin it with a slash`,
    );
  }
}

/** The tier that a value fits in. @throws AwsError when it fits none, or not the one asked for */
export function tierFor(value: string, asked: string | undefined): 'Standard' | 'Advanced' {
  if (value === '') {
    throw new AwsError(
      'ValidationException',
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  const length = Buffer.byteLength(value);
  if (length > ADVANCED_LIMIT) {
    throw new AwsError(
      'ValidationException',
      `Advanced tier parameters support a maximum parameter value of ${ADVANCED_LIMIT} characters. ${TIER_HELP}`,
    );
  }
  if (asked === 'Advanced') return 'Advanced';
  if (length <= STANDARD_LIMIT) return 'Standard';
  if (asked === 'Intelligent-Tiering') return 'Advanced';
  throw new AwsError(
    'ValidationException',
    `Standard tier parameters support a maximum parameter value of ${STANDARD_LIMIT} characters. ` +
      `To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. ${TIER_HELP}`,
  );
}
