/** Checking what a subscription is set to, and judging messages by its filter policy. */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { PatternProblem } from '../events/json-tokens.ts';
import { parsePattern } from '../events/pattern.ts';
import type { SubscriptionRecord } from './store.ts';

const MOST_FILTER_KEYS = 5;
/** @see https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MOST_COMBINATIONS = 150;

/**
 * Checks one attribute; `scope` is what the filter policy looks at.
 * @throws AwsError InvalidParameterException, or NotImplementedByLocalCloud
 */
export function validateSubscriptionAttribute(
  name: string,
  value: string,
  scope = 'MessageAttributes',
): void {
  switch (name) {
    case 'RawMessageDelivery':
      if (!/^(?:true|false)$/i.test(value)) {
        throw invalid(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
      }
      return;
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody') {
        throw invalid(
          `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
        );
      }
      return;
    case 'FilterPolicy':
      if (value !== '' && value !== '{}') validateFilter(value, scope);
      return;
    case 'RedrivePolicy':
      if (value !== '') deadLetterArnOf(value);
      return;
    case 'DeliveryPolicy':
    case 'ReplayPolicy':
    case 'SubscriptionRoleArn':
      throw new NotImplementedByLocalCloud(`sns subscription attribute ${name}`);
    default:
      throw invalid('AttributeName');
  }
}

function validateFilter(text: string, scope: string): void {
  try {
    parsePattern(text);
  } catch (error) {
    if (error instanceof PatternProblem) throw invalid(`FilterPolicy: ${error.message}`);
    throw error;
  }
  const policy = JSON.parse(text) as Record<string, unknown>;
  const isNested = Object.entries(policy).some(([key, value]) => key !== '$or' && !Array.isArray(value));
  if (isNested && scope === 'MessageAttributes') {
    throw invalid('Filter policy scope MessageAttributes does not support nested filter policy');
  }
  const { keys, combinations } = complexity(policy, 1);
  if (keys > MOST_FILTER_KEYS) throw invalid('FilterPolicy: Filter policy can not have more than 5 keys');
  if (combinations > MOST_COMBINATIONS) throw invalid('FilterPolicy: Filter policy is too complex');
}

/** Keys that hold conditions, and the product over them of conditions and depth. */
function complexity(policy: object, depth: number): { keys: number; combinations: number } {
  let keys = 0;
  let combinations = 1;
  for (const value of Object.values(policy) as (unknown[] | object)[]) {
    const inner = Array.isArray(value)
      ? { keys: 1, combinations: value.length * depth }
      : complexity(value, depth + 1);
    keys += inner.keys;
    combinations *= inner.combinations;
  }
  return { keys, combinations };
}

/** ARN of the dead-letter queue in a redrive policy. @throws AwsError InvalidParameterException */
export function deadLetterArnOf(text: string | undefined): string | undefined {
  if (!text) return undefined;
  let arn: unknown;
  try {
    arn = (JSON.parse(text) as { deadLetterTargetArn?: unknown }).deadLetterTargetArn;
  } catch {
    throw invalid('RedrivePolicy: failed to parse JSON.');
  }
  if (typeof arn !== 'string' || !/^arn:aws:sqs:[^:]+:\d+:[^:]+$/.test(arn)) {
    throw invalid('RedrivePolicy: deadLetterTargetArn is an invalid arn');
  }
  return arn;
}

/** Whether the subscription's filter policy lets the message through. */
export function passesFilter(
  subscription: SubscriptionRecord,
  message: string,
  attributes: Readonly<Record<string, MessageAttributeValue>> | undefined,
): boolean {
  const policy = subscription.attributes.FilterPolicy;
  if (!policy || policy === '{}') return true;
  const pattern = parsePattern(policy);
  if (subscription.attributes.FilterPolicyScope !== 'MessageBody')
    return pattern.matches(filterable(attributes ?? {}));
  try {
    return pattern.matches(JSON.parse(message));
  } catch {
    // a body that is no JSON matches no policy on bodies
    return false;
  }
}

function filterable(attributes: Readonly<Record<string, MessageAttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, { DataType }]) => DataType !== 'Binary')
      .map(([name, { DataType, StringValue = '' }]) => [name, filterableValue(DataType ?? '', StringValue)]),
  );
}

function filterableValue(dataType: string, text: string): unknown {
  if (dataType.startsWith('Number')) return Number(text);
  if (dataType !== 'String.Array') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${reason}`);
}
