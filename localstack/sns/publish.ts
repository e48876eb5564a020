/** Publish and PublishBatch. */
import { randomUUID } from 'node:crypto';
import type {
  PublishBatchCommandInput,
  PublishBatchRequestEntry,
  PublishCommandInput,
} from '@aws-sdk/client-sns';
import type { Cloud } from '../core/cloud.ts';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { runEntries } from '../sqs/batch.ts';
import { useKey } from '../sqs/key-use.ts';
import { countNotification, deliverNotification } from './deliver.ts';
import { messageFor, type Notification } from './notification.ts';
import { checkEntries, LARGEST_MESSAGE_BYTES, messageBytes } from './publish-batch.ts';
import { requireTopic, subscriptionsOf, type TopicRecord, type TopicStore } from './store.ts';
import { passesFilter } from './subscription-attributes.ts';
import { checkMessageAttributes, invalidParameter as invalid } from './validation.ts';

type Publishable = Omit<PublishBatchRequestEntry, 'Id'>;

export function publishOperations(cloud: Cloud, store: TopicStore) {
  /** An encrypted topic takes messages only from principals that may use its key, services included. */
  async function useTopicKey(topic: TopicRecord, call: Call): Promise<void> {
    const keyId = topic.attributes.KmsMasterKeyId;
    if (!keyId) return;
    await useKey(cloud, {
      keyId,
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      principal: call.principal,
      call,
      via: 'sns',
      encryptionContext: { 'aws:sns:topicArn': topic.arn },
    });
  }

  function topicOf({ TopicArn, TargetArn }: PublishCommandInput): TopicRecord {
    if (TargetArn?.split(':')[5]?.startsWith('endpoint/')) {
      throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
    }
    return requireTopic(store, TopicArn ?? TargetArn, TopicArn === undefined ? 'TargetArn' : 'TopicArn');
  }

  function publish(topic: TopicRecord, input: Publishable, call: Call) {
    const notification = toNotification(topic, input, call);
    countNotification(cloud, notification, 'NumberOfMessagesPublished');
    for (const subscription of subscriptionsOf(store, topic.arn)) {
      const message = messageFor(notification, subscription.protocol);
      if (!passesFilter(subscription, message, notification.attributes)) continue;
      cloud.background(`notification to ${subscription.endpoint}`, () =>
        deliverNotification(cloud, store, notification, subscription),
      );
    }
    return { MessageId: notification.messageId };
  }

  return {
    async Publish(input: PublishCommandInput, call: Call) {
      if (input.PhoneNumber !== undefined)
        throw new NotImplementedByLocalCloud('sns Publish to a phone number');
      const topic = topicOf(input);
      await useTopicKey(topic, call);
      return publish(topic, input, call);
    },

    async PublishBatch({ TopicArn, PublishBatchRequestEntries = [] }: PublishBatchCommandInput, call: Call) {
      const topic = requireTopic(store, TopicArn);
      checkEntries(PublishBatchRequestEntries);
      await useTopicKey(topic, call);
      return runEntries(PublishBatchRequestEntries, (entry) => publish(topic, entry, call));
    },
  };
}

function toNotification(topic: TopicRecord, input: Publishable, call: Call): Notification {
  const message = input.Message ?? '';
  if (message === '') throw invalid('Empty message');
  checkMessageAttributes(input.MessageAttributes);
  if (messageBytes(input) > LARGEST_MESSAGE_BYTES) throw invalid('Message too long');
  if (input.Subject !== undefined && (input.Subject.length > 100 || !/^[ -~]+$/.test(input.Subject))) {
    throw invalid('Subject');
  }
  if (input.MessageDeduplicationId !== undefined) {
    throw invalid(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  const byProtocol = input.MessageStructure === 'json' ? parseStructure(message) : undefined;
  return {
    messageId: randomUUID(),
    topicArn: topic.arn,
    ...(input.Subject !== undefined && { subject: input.Subject }),
    ...(input.MessageGroupId !== undefined && { groupId: input.MessageGroupId }),
    message: byProtocol?.default ?? message,
    ...(byProtocol && { messageByProtocol: byProtocol }),
    ...(input.MessageAttributes && { attributes: input.MessageAttributes }),
    time: call.now.toISOString(),
    ...(topic.attributes.SignatureVersion && { signatureVersion: topic.attributes.SignatureVersion }),
  };
}

function parseStructure(message: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null || !('default' in parsed)) {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  return parsed as Record<string, string>;
}
