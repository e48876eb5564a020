/** Queues and their attributes. */
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';

export interface QueueRecord {
  readonly name: string;
  readonly arn: string;
  /** As set by callers; what is absent has its default. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAtEpochMs: number;
  readonly modifiedAtEpochMs: number;
  readonly purgedAtEpochMs?: number;
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export type Queues = Collection<QueueRecord>;

/** ARN of a queue of this account. */
export function queueArn({ account, region }: Pick<Cloud, 'account' | 'region'>, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** Name in a queue's URL; a bare name is taken too. */
export function queueNameOf(url: string | undefined): string {
  return (url ?? '').slice((url ?? '').lastIndexOf('/') + 1);
}

/** The queue. @throws AwsError QueueDoesNotExist */
export function requireQueue(queues: Queues, url: string | undefined): QueueRecord {
  const queue = queues.get(queueNameOf(url));
  if (!queue) throw queueDoesNotExist();
  return queue;
}

/** SQS's error for a queue that is not there. */
export const queueDoesNotExist = () =>
  new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');

/** A numeric attribute with SQS's default. */
export function numberAttribute(queue: QueueRecord, name: keyof typeof DEFAULT_NUMBERS): number {
  return Number(queue.attributes[name] ?? DEFAULT_NUMBERS[name]);
}

/** Seconds, except `MaximumMessageSize` in bytes. */
export const DEFAULT_NUMBERS = {
  DelaySeconds: 0,
  MaximumMessageSize: 1_048_576,
  MessageRetentionPeriod: 345_600,
  ReceiveMessageWaitTimeSeconds: 0,
  VisibilityTimeout: 30,
} as const;

/** The queue's redrive policy, if it has one. */
export function redrivePolicyOf(queue: QueueRecord): RedrivePolicy | undefined {
  const text = queue.attributes.RedrivePolicy;
  if (!text) return undefined;
  const policy = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  return { deadLetterTargetArn: policy.deadLetterTargetArn, maxReceiveCount: Number(policy.maxReceiveCount) };
}

/** Whether a dead-letter queue's redrive allow policy lets a queue name it as its target; without one all may. */
export function allowsRedrive(deadLetterQueue: QueueRecord, sourceArn: string): boolean {
  const text = deadLetterQueue.attributes.RedriveAllowPolicy;
  if (!text) return true;
  const policy = JSON.parse(text) as { redrivePermission: string; sourceQueueArns?: string[] };
  if (policy.redrivePermission === 'byQueue') return policy.sourceQueueArns?.includes(sourceArn) ?? false;
  return policy.redrivePermission === 'allowAll';
}

/** ARNs of the queues whose dead letters this queue takes. */
export function sourceQueuesOf(queues: Queues, deadLetterArn: string): QueueRecord[] {
  return queues.values().filter((queue) => redrivePolicyOf(queue)?.deadLetterTargetArn === deadLetterArn);
}
