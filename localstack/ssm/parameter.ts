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

const MAX_NAMES = 10;
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

const NAME_FORM =
  'If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of ' +
  'letters, numbers and the following 3 symbols .-_';

/** @throws AwsError when a new parameter's name is not allowed, with AWS's sentence for each case */
export function checkName(name: string): void {
  const isPath = name.startsWith('/');
  if (isPath && /^\/aws/i.test(name)) {
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      isPath
        ? `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${NAME_FORM}`
        : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  const isFormed = /^[a-zA-Z0-9_.\-/]+$/.test(name) && !name.includes('//') && !name.endsWith('/');
  if (!isFormed || (name.includes('/') && !isPath)) {
    throw new AwsError(
      'ValidationException',
      `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${NAME_FORM}`,
    );
  }
}

/** @throws AwsError with AWS's sentence for what is not a path of parameters */
export function checkPath(path: string): void {
  if (path === '/' || (/^(\/[a-zA-Z0-9_.-]+)+\/?$/.test(path) && !/^\/(aws|ssm)/i.test(path))) return;
  throw new AwsError(
    'ValidationException',
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". ' +
      'It can\'t be prefixed with \\"aws\\" or \\"ssm\\" (case-insensitive). It must use only letters, numbers, or the following ' +
      'symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, ' +
      'must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  );
}

/** @throws AwsError for more names than a call takes */
export function checkNames(names: readonly string[]): void {
  if (names.length <= MAX_NAMES) return;
  throw constraint('names', `[${names.join(', ')}]`, `have length less than or equal to ${MAX_NAMES}`);
}

/** @throws AwsError for a page size out of AWS's range */
export function checkPageSize(size: number | undefined, largest: number): void {
  if (size === undefined) return;
  if (size > largest) {
    throw constraint('maxResults', String(size), `have value less than or equal to ${largest}`);
  }
  if (size < 1) throw constraint('maxResults', String(size), 'have value greater than or equal to 1');
}

function constraint(member: string, value: string, must: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${must}`,
  );
}

/** The tier that a value fits in. @throws AwsError when it fits none, or not the one asked for */
export function tierFor(value: string, asked: string | undefined): 'Standard' | 'Advanced' {
  if (value === '') {
    throw constraint('value', '', 'have length greater than or equal to 1');
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
