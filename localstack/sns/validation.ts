/** SNS's checks of ARNs and message attributes, in AWS's words. */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError } from '../core/errors.ts';

const ARN_ELEMENTS = 6;
const LONGEST_ATTRIBUTE_NAME_BYTES = 256;

/** SNS's error for a parameter. */
export function invalidParameter(reason: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${reason}`);
}

/** @throws AwsError InvalidParameterException unless the text has the parts of an ARN */
export function checkArn(parameter: string, arn: string | undefined): void {
  if (!arn) throw invalidParameter(`${parameter} Reason: no value for required parameter`);
  const elements = arn.split(':').length;
  if (elements >= ARN_ELEMENTS) return;
  throw invalidParameter(
    `${parameter} Reason: An ARN must have at least ${ARN_ELEMENTS} elements, not ${elements}`,
  );
}

/** @throws AwsError ParameterValueInvalid, or ValidationError for an attribute without a type */
export function checkMessageAttributes(
  attributes: Readonly<Record<string, MessageAttributeValue>> | undefined,
): void {
  for (const [name, attribute] of Object.entries(attributes ?? {})) {
    checkName(name);
    checkValue(name, attribute);
  }
}

function checkName(name: string): void {
  if (Buffer.byteLength(name) > LONGEST_ATTRIBUTE_NAME_BYTES) {
    throw invalidValue(
      `Length of message attribute name must be less than ${LONGEST_ATTRIBUTE_NAME_BYTES} bytes.`,
    );
  }
  const [strange] = /[^a-zA-Z0-9_.-]/.exec(name) ?? [];
  if (strange) {
    const code = strange.charCodeAt(0).toString(16).toUpperCase();
    throw invalidValue(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
  if (name.startsWith('.'))
    throw invalidValue("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.'))
    throw invalidValue("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..')) {
    throw invalidValue("Message attribute name can not have successive '.' character.");
  }
}

function checkValue(name: string, { DataType, StringValue, BinaryValue }: MessageAttributeValue): void {
  if (!DataType) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value null at 'messageAttributes.${name}.member.dataType' failed to satisfy constraint: Member must not be null`,
    );
  }
  const type = /^(String|Number|Binary)(?:\..+)?$/.exec(DataType)?.[1];
  if (type === undefined) {
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const field = type === 'Binary' ? 'Binary' : 'String';
  const other = field === 'Binary' ? StringValue : BinaryValue;
  if (other?.length) {
    throw invalidValue(`The message attribute '${name}' with type '${DataType}' must use field '${field}'.`);
  }
  const value = field === 'Binary' ? BinaryValue : StringValue;
  if (value?.length) return;
  throw invalidValue(
    `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
  );
}

function invalidValue(message: string): AwsError {
  return new AwsError('ParameterValueInvalid', message);
}
