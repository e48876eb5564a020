/** SendMessage and SendMessageBatch. */
import type {
  MessageAttributeValue,
  SendMessageBatchCommandInput,
  SendMessageBatchRequestEntry,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { eachEntry } from './batch.ts';
import { useKey } from './key-use.ts';
import { attributesDigest, bodyDigest } from './message-digest.ts';
import type { Messages } from './messages.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import { numberAttribute, type QueueRecord, type Queues, requireQueue } from './queues.ts';

const LARGEST_BATCH_BYTES = 1_048_576;

type Sendable = Omit<SendMessageBatchRequestEntry, 'Id'>;

export function sendOperations(cloud: Cloud, queues: Queues, messages: Messages, metrics: QueueMetrics) {
  async function useQueueKey(queue: QueueRecord, call: Call): Promise<void> {
    const keyId = queue.attributes.KmsMasterKeyId;
    if (!keyId) return;
    await useKey(cloud, {
      keyId,
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      principal: call.principal,
      call,
      via: 'sqs',
      encryptionContext: { 'aws:sqs:arn': queue.arn },
    });
  }

  function send(queue: QueueRecord, input: Sendable, call: Call, isBatch = false) {
    validateMessage(queue, input, isBatch);
    const now = call.now.getTime();
    const delayMs = (input.DelaySeconds ?? numberAttribute(queue, 'DelaySeconds')) * 1000;
    const systemAttributes = input.MessageSystemAttributes as
      | Record<string, MessageAttributeValue>
      | undefined;
    const message = messages.add({
      queueName: queue.name,
      body: input.MessageBody!,
      ...(input.MessageAttributes && { attributes: input.MessageAttributes }),
      ...(systemAttributes && { systemAttributes }),
      ...(input.MessageGroupId !== undefined && { groupId: input.MessageGroupId }),
      senderId: call.principal.arn,
      sentAtEpochMs: now,
      enteredAtEpochMs: now,
      visibleAtEpochMs: now + delayMs,
      isDelayed: delayMs > 0,
      receiveCount: 0,
    });
    metrics.count(queue.name, 'NumberOfMessagesSent');
    return {
      MessageId: message.id,
      MD5OfMessageBody: bodyDigest(message.body),
      MD5OfMessageAttributes: attributesDigest(input.MessageAttributes),
      MD5OfMessageSystemAttributes: attributesDigest(systemAttributes),
    };
  }

  return {
    async SendMessage(input: SendMessageCommandInput, call: Call) {
      const queue = requireQueue(queues, input.QueueUrl);
      await useQueueKey(queue, call);
      return send(queue, input, call);
    },

    async SendMessageBatch({ QueueUrl, Entries = [] }: SendMessageBatchCommandInput, call: Call) {
      const queue = requireQueue(queues, QueueUrl);
      const bytes = Entries.reduce((total, entry) => total + sizeOf(entry), 0);
      if (bytes > LARGEST_BATCH_BYTES) {
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${LARGEST_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
        );
      }
      await useQueueKey(queue, call);
      return eachEntry(Entries, (entry) => send(queue, entry, call, true));
    },
  };
}

function validateMessage(queue: QueueRecord, input: Sendable, isBatch: boolean): void {
  if (!input.MessageBody) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (input.MessageGroupId !== undefined && !/^[!-~]{1,128}$/.test(input.MessageGroupId)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${input.MessageGroupId} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  if (input.MessageDeduplicationId !== undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${input.MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  }
  const delay = input.DelaySeconds ?? 0;
  if (delay < 0 || delay > 900) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  const largest = numberAttribute(queue, 'MaximumMessageSize');
  if (sizeOf(input) > largest) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters ${isBatch ? 'cannot be validated' : 'are invalid'}. Reason: Message must be shorter than ${largest} bytes.`,
    );
  }
  for (const [name, attribute] of Object.entries(input.MessageAttributes ?? {}))
    validateAttribute(name, attribute);
}

function validateAttribute(
  name: string,
  { DataType = '', StringValue, BinaryValue }: MessageAttributeValue,
): void {
  const [, kind] = /^(String|Number|Binary)(?:\..+)?$/.exec(DataType) ?? [];
  if (kind === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const isEmpty = kind === 'Binary' ? !BinaryValue?.length : !StringValue;
  if (isEmpty) {
    throw new AwsError(
      'InvalidParameterValue',
      `Message (user) attribute '${name}' must contain a non-empty value of type '${kind === 'Number' ? 'String' : kind}'.`,
    );
  }
}

function sizeOf({ MessageBody, MessageAttributes = {} }: Sendable): number {
  let bytes = Buffer.byteLength(MessageBody ?? '');
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name + DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue));
  }
  return bytes;
}
