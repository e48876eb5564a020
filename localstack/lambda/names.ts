/** Names and ARNs of functions, as callers may write them. */
import type { Cloud } from '../core/cloud.ts';
import { functionNotFound, invalidParameter, notFound } from './errors.ts';
import { type FunctionRecord, type FunctionVersion, LATEST } from './records.ts';
import { checkPattern, FUNCTION_NAME_PATTERN } from './validation.ts';

const LONGEST_NAME = 64;

export interface FunctionReference {
  readonly name: string;
  /** Version or alias, when one was named. */
  readonly qualifier?: string;
}

/**
 * What a `FunctionName` parameter names: a name, a partial ARN (`account:function:name`) or an ARN, each with or
 * without a qualifier, which the separate parameter may also give.
 * @param pattern what the operation's model says of the member.
 * @throws AwsError ValidationException; InvalidParameterValueException when both qualifiers are given and differ.
 */
export function parseFunctionName(
  value: string | undefined,
  qualifier?: string,
  pattern = FUNCTION_NAME_PATTERN,
): FunctionReference {
  checkPattern('functionName', value ?? '', pattern);
  const parts = (value ?? '').replace(/^arn:aws[\w-]*:lambda:[\w-]*:/, '').split(':');
  const tail = parts[1] === 'function' ? parts.slice(2) : parts[0] === 'function' ? parts.slice(1) : parts;
  const [name = '', inName, ...rest] = tail;
  if (name.length > LONGEST_NAME || rest.length > 0) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_NAME}`,
    );
  }
  if (inName !== undefined && qualifier !== undefined && inName !== qualifier) {
    throw invalidParameter(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const named = inName ?? qualifier;
  return { name, ...(named !== undefined && { qualifier: named }) };
}

/** @throws AwsError ResourceNotFoundException for an ARN of another region */
export function checkReachable({ region }: Pick<Cloud, 'region'>, functionName: string | undefined): void {
  const named = /^arn:[^:]*:lambda:([^:]*):/.exec(functionName ?? '')?.[1];
  if (named === undefined || named === region) return;
  throw notFound(`Functions from '${named}' are not reachable in this region ('${region}')`);
}

export const functionArn = (cloud: Pick<Cloud, 'region' | 'account'>, name: string, qualifier?: string) =>
  `arn:aws:lambda:${cloud.region}:${cloud.account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;

export const layerArn = (cloud: Pick<Cloud, 'region' | 'account'>, name: string) =>
  `arn:aws:lambda:${cloud.region}:${cloud.account}:layer:${name}`;

/** A layer's bare name from a name or a layer ARN. */
export const layerNameOf = (nameOrArn: string) =>
  nameOrArn.startsWith('arn:') ? (nameOrArn.split(':')[6] ?? '') : nameOrArn;

/**
 * The version that a qualifier stands for; an alias with weights gives one of its two by `random` (0..1).
 * @throws AwsError ResourceNotFoundException
 */
export function resolveVersion(
  record: FunctionRecord,
  qualifier: string | undefined,
  random = Math.random,
): FunctionVersion {
  if (qualifier === undefined || qualifier === LATEST) return record.latest;
  const alias = record.aliases[qualifier];
  let number = alias?.functionVersion ?? qualifier;
  const weights = Object.entries(alias?.routing?.AdditionalVersionWeights ?? {});
  if (weights.length > 0 && random() < weights[0]![1]) number = weights[0]![0];
  const version = number === LATEST ? record.latest : record.versions[number];
  if (!version) throw functionNotFound(`${record.arn}:${qualifier}`);
  return version;
}
