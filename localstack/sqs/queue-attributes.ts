/** Checking and completing a queue's attributes. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { DEFAULT_NUMBERS, numberAttribute, type QueueRecord, type Queues, queueNameOf } from './queues.ts';

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};
/** Most queues that a redrive allow policy names. */
const MOST_ALLOWED_SOURCES = 10;
const JSON_ATTRIBUTES = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];
const FIFO_ATTRIBUTES = [
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

/** Whether SQS knows an attribute of this name. */
export function isAttribute(name: string): boolean {
  return (
    name in RANGES ||
    [...JSON_ATTRIBUTES, ...FIFO_ATTRIBUTES, 'KmsMasterKeyId', 'SqsManagedSseEnabled'].includes(name)
  );
}

/**
 * Checks attributes given to CreateQueue or SetQueueAttributes.
 * @throws AwsError InvalidAttributeName, InvalidAttributeValue; NotImplementedByLocalCloud for FIFO queues.
 */
export function validateAttributes(queues: Queues, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (FIFO_ATTRIBUTES.includes(name)) {
      if (name === 'FifoQueue' && value === 'false') throw invalidName(name);
      throw new NotImplementedByLocalCloud(`sqs FIFO queues (${name})`);
    }
    validateAttribute(queues, name, value);
  }
  if (attributes.KmsMasterKeyId && attributes.SqsManagedSseEnabled === 'true') {
    throw new AwsError(
      'InvalidAttributeValue',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  }
}

function validateAttribute(queues: Queues, name: string, value: string): void {
  const range = RANGES[name];
  if (range) {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < range[0] || number > range[1]) throw invalidValue(name);
    return;
  }
  if (JSON_ATTRIBUTES.includes(name)) {
    if (value === '') return;
    const parsed = parseObject(name, value);
    if (name === 'RedrivePolicy') validateRedrive(queues, value, parsed);
    if (name === 'RedriveAllowPolicy') validateRedriveAllow(value, parsed);
    return;
  }
  if (name === 'SqsManagedSseEnabled') {
    if (value !== 'true' && value !== 'false') throw invalidValue(name);
    return;
  }
  if (name !== 'KmsMasterKeyId') throw invalidName(name);
}

function validateRedrive(queues: Queues, text: string, policy: Record<string, unknown>): void {
  const refuse = (reason: string) =>
    new AwsError(
      'InvalidParameterValue',
      `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  const count = Number(policy.maxReceiveCount);
  if (policy.maxReceiveCount === undefined || !(count >= 1 && count <= 1000)) {
    throw refuse('Invalid value for maxReceiveCount: it must be between 1 and 1000.');
  }
  const arn = policy.deadLetterTargetArn;
  if (typeof arn !== 'string' || !queues.has(queueNameOf(arn.replaceAll(':', '/')))) {
    throw refuse('Dead letter target does not exist.');
  }
}

function validateRedriveAllow(text: string, policy: Record<string, unknown>): void {
  const { redrivePermission: permission, sourceQueueArns: arns } = policy;
  const isList = Array.isArray(arns) && arns.length >= 1 && arns.length <= MOST_ALLOWED_SOURCES;
  const isRight = permission === 'byQueue' ? isList : arns === undefined;
  if (isRight && ['allowAll', 'denyAll', 'byQueue'].includes(String(permission))) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.`,
  );
}

function parseObject(name: string, value: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // refused below
  }
  throw invalidValue(name);
}

/** What GetQueueAttributes says besides the message counts. */
export function describeAttributes(queue: QueueRecord): Record<string, string> {
  const numbers = Object.keys(DEFAULT_NUMBERS).map((name) => [
    name,
    String(numberAttribute(queue, name as keyof typeof DEFAULT_NUMBERS)),
  ]);
  const { KmsMasterKeyId, SqsManagedSseEnabled } = queue.attributes;
  return {
    ...(Object.fromEntries(numbers) as Record<string, string>),
    ...Object.fromEntries(Object.entries(queue.attributes).filter(([, value]) => value !== '')),
    ...(KmsMasterKeyId && {
      KmsDataKeyReusePeriodSeconds: queue.attributes.KmsDataKeyReusePeriodSeconds ?? '300',
    }),
    SqsManagedSseEnabled: KmsMasterKeyId ? 'false' : (SqsManagedSseEnabled ?? 'true'),
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAtEpochMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAtEpochMs / 1000)),
  };
}

function invalidName(name: string): AwsError {
  return new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

function invalidValue(name: string): AwsError {
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}
