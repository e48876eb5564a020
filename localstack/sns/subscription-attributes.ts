/** Checking what a subscription is set to, and judging messages by its filter policy. */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { parsePattern } from '../events/pattern.ts';
import { PatternProblem } from '../events/pattern-operators.ts';
import type { SubscriptionRecord } from './store.ts';

const MOST_FILTER_KEYS = 5;

/** @throws AwsError InvalidParameterException, or NotImplementedByLocalCloud */
export function validateSubscriptionAttribute(name: string, value: string): void {
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
      if (value !== '' && value !== '{}') validateFilter(value);
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

function validateFilter(text: string): void {
  try {
    parsePattern(text);
  } catch (error) {
    if (error instanceof PatternProblem) throw invalid(`FilterPolicy: ${error.message}`);
    throw error;
  }
  if (Object.keys(JSON.parse(text) as object).length > MOST_FILTER_KEYS) {
    throw invalid('FilterPolicy: Filter policy can not have more than 5 keys');
  }
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
