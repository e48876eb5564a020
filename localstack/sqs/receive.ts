/** ReceiveMessage with long polling, DeleteMessage, ChangeMessageVisibility. */
import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteMessageCommandInput,
  Message,
  ReceiveMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import type { Arrivals } from './arrivals.ts';
import { eachEntry } from './batch.ts';
import { useKey } from './key-use.ts';
import { attributesDigest, bodyDigest } from './message-digest.ts';
import type { Messages, StoredMessage } from './messages.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import { numberAttribute, type QueueRecord, type Queues, requireQueue } from './queues.ts';

const LONGEST_VISIBILITY_SECONDS = 43_200;

export function receiveOperations(
  cloud: Cloud,
  queues: Queues,
  messages: Messages,
  arrivals: Arrivals,
  metrics: QueueMetrics,
) {
  async function useQueueKey(queue: QueueRecord, call: Call): Promise<void> {
    const keyId = queue.attributes.KmsMasterKeyId;
    if (!keyId) return;
    await useKey(cloud, {
      keyId,
      actions: ['kms:Decrypt'],
      principal: call.principal,
      call,
      via: 'sqs',
      encryptionContext: { 'aws:sqs:arn': queue.arn },
    });
  }

  async function receiveUntil(
    queueUrl: string | undefined,
    most: number,
    visibility: number | undefined,
    end: number,
  ) {
    for (;;) {
      // looked up each time: attributes may change and the queue may go while this waits
      const queue = requireQueue(queues, queueUrl);
      const visibilitySeconds = visibility ?? numberAttribute(queue, 'VisibilityTimeout');
      const taken = messages.receive(queue, most, visibilitySeconds);
      const received = cloud.faults.deliveries({ service: 'sqs', target: queue.arn }, taken).slice(0, most);
      if (received.length > 0 || cloud.clock.now() >= end) return received;
      await arrivals.wait(queue.name, Math.min(end, messages.nextVisibleAt(queue.name) ?? end));
    }
  }

  function changeVisibility(queue: QueueRecord, receipt: string | undefined, seconds = 0): void {
    requireRange('VisibilityTimeout', seconds, 0, LONGEST_VISIBILITY_SECONDS);
    messages.changeVisibility(queue, receipt ?? '', seconds);
    metrics.count(queue.name);
  }

  function remove(queue: QueueRecord, receipt: string | undefined): void {
    messages.delete(queue, receipt ?? '');
    metrics.count(queue.name, 'NumberOfMessagesDeleted');
  }

  return {
    async ReceiveMessage(input: ReceiveMessageCommandInput, call: Call) {
      const queue = requireQueue(queues, input.QueueUrl);
      const most = input.MaxNumberOfMessages ?? 1;
      const waitSeconds = input.WaitTimeSeconds ?? numberAttribute(queue, 'ReceiveMessageWaitTimeSeconds');
      requireRange('MaxNumberOfMessages', most, 1, 10, 'Must be between 1 and 10, if provided.');
      requireRange('WaitTimeSeconds', waitSeconds, 0, 20, 'Must be >= 0 and <= 20, if provided.');
      requireRange('VisibilityTimeout', input.VisibilityTimeout ?? 0, 0, LONGEST_VISIBILITY_SECONDS);
      if (input.ReceiveRequestAttemptId !== undefined) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value ${input.ReceiveRequestAttemptId} for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter that is not valid for this queue type.`,
        );
      }
      await useQueueKey(queue, call);
      const end = cloud.clock.now() + waitSeconds * 1000;
      const received = await receiveUntil(input.QueueUrl, most, input.VisibilityTimeout, end);
      if (received.length === 0) {
        metrics.count(queue.name, 'NumberOfEmptyReceives');
        return {};
      }
      metrics.count(queue.name, 'NumberOfMessagesReceived', received.length);
      return { Messages: received.map(({ message, receipt }) => toMessage(message, receipt, input)) };
    },

    DeleteMessage({ QueueUrl, ReceiptHandle }: DeleteMessageCommandInput) {
      remove(requireQueue(queues, QueueUrl), ReceiptHandle);
      return {};
    },
    DeleteMessageBatch({ QueueUrl, Entries = [] }: DeleteMessageBatchCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      return eachEntry(Entries, ({ ReceiptHandle }) => {
        remove(queue, ReceiptHandle);
        return {};
      });
    },

    ChangeMessageVisibility(input: ChangeMessageVisibilityCommandInput) {
      changeVisibility(requireQueue(queues, input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout);
      return {};
    },
    ChangeMessageVisibilityBatch({ QueueUrl, Entries = [] }: ChangeMessageVisibilityBatchCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      return eachEntry(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
        changeVisibility(queue, ReceiptHandle, VisibilityTimeout);
        return {};
      });
    },
  };
}

function toMessage(message: StoredMessage, receipt: string, input: ReceiveMessageCommandInput): Message {
  const system: Record<string, string> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAtEpochMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtEpochMs),
    ...(message.deadLetterSourceArn && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.systemAttributes?.AWSTraceHeader?.StringValue && {
      AWSTraceHeader: message.systemAttributes.AWSTraceHeader.StringValue,
    }),
  };
  const wantedSystem: readonly string[] = [
    ...(input.MessageSystemAttributeNames ?? []),
    ...(input.AttributeNames ?? []),
  ];
  const Attributes = Object.fromEntries(
    Object.entries(system).filter(([name]) => wantedSystem.includes('All') || wantedSystem.includes(name)),
  );
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes ?? {}).filter(([name]) =>
      isWanted(name, input.MessageAttributeNames ?? []),
    ),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: receipt,
    MD5OfBody: bodyDigest(message.body),
    Body: message.body,
    ...(Object.keys(Attributes).length > 0 && { Attributes }),
    ...(Object.keys(MessageAttributes).length > 0 && {
      MessageAttributes,
      MD5OfMessageAttributes: attributesDigest(MessageAttributes),
    }),
  };
}

function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.some(
    (each) =>
      each === 'All' ||
      each === '.*' ||
      each === name ||
      (each.endsWith('.*') && name.startsWith(each.slice(0, -1))),
  );
}

function requireRange(name: string, value: number, low: number, high: number, reason?: string): void {
  if (value >= low && value <= high) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: ${reason ?? `Must be between ${low} and ${high}.`}`,
  );
}
