/** Operations on topics. */
import type {
  CreateTopicCommandInput,
  DeleteTopicCommandInput,
  GetTopicAttributesCommandInput,
  ListTagsForResourceCommandInput,
  ListTopicsCommandInput,
  SetTopicAttributesCommandInput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sns';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { recordToTags, tagsToRecord, withoutTags } from '../events/tags.ts';
import {
  policyOf,
  requireTopic,
  subscriptionsOf,
  type TopicRecord,
  type TopicStore,
  topicArn,
} from './store.ts';

import { checkArn } from './validation.ts';

const SETTABLE = ['DisplayName', 'Policy', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'];
const REFUSED = [
  'FifoTopic',
  'ContentBasedDeduplication',
  'ArchivePolicy',
  'DeliveryPolicy',
  'DataProtectionPolicy',
];
const EFFECTIVE_DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
});

export function topicOperations(cloud: Cloud, store: TopicStore) {
  function change(topic: TopicRecord, changes: Partial<TopicRecord>): void {
    store.topics.put(topic.arn, { ...topic, ...changes });
  }

  return {
    CreateTopic(input: CreateTopicCommandInput) {
      const name = input.Name ?? '';
      const attributes = input.Attributes ?? {};
      if (name.endsWith('.fifo') || attributes.FifoTopic === 'true') {
        throw new NotImplementedByLocalCloud(`sns FIFO topics (${name})`);
      }
      if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalid('Invalid parameter: Topic Name');
      if (input.DataProtectionPolicy !== undefined) {
        throw new NotImplementedByLocalCloud('sns DataProtectionPolicy');
      }
      for (const [attribute, value] of Object.entries(attributes)) validateAttribute(attribute, value);
      const arn = topicArn(cloud, name);
      const tags = readTags(input.Tags);
      const existing = store.topics.get(arn);
      if (!existing) {
        store.topics.put(arn, { name, arn, attributes, tags });
      } else if (Object.entries(attributes).some(([key, value]) => existing.attributes[key] !== value)) {
        throw invalid('Invalid parameter: Attributes Reason: Topic already exists with different attributes');
      } else if (Object.entries(tags).some(([key, value]) => existing.tags[key] !== value)) {
        throw invalid('Invalid parameter: Tags Reason: Topic already exists with different tags');
      }
      return { TopicArn: arn };
    },

    /** Deleting what does not exist succeeds. */
    DeleteTopic({ TopicArn }: DeleteTopicCommandInput) {
      checkArn('TopicArn', TopicArn);
      for (const subscription of subscriptionsOf(store, TopicArn ?? '')) {
        store.subscriptions.delete(subscription.arn);
      }
      store.topics.delete(TopicArn ?? '');
      return {};
    },

    GetTopicAttributes({ TopicArn }: GetTopicAttributesCommandInput) {
      const topic = requireTopic(store, TopicArn);
      const subscriptions = subscriptionsOf(store, topic.arn);
      const pending = subscriptions.filter((each) => each.confirmationToken !== undefined).length;
      const Attributes: Record<string, string> = {
        DisplayName: '',
        ...topic.attributes,
        TopicArn: topic.arn,
        Owner: cloud.account,
        Policy: policyOf(topic, cloud.account),
        EffectiveDeliveryPolicy: EFFECTIVE_DELIVERY_POLICY,
        SubscriptionsPending: String(pending),
        SubscriptionsConfirmed: String(subscriptions.length - pending),
        SubscriptionsDeleted: '0',
      };
      return { Attributes };
    },

    SetTopicAttributes({ TopicArn, AttributeName = '', AttributeValue }: SetTopicAttributesCommandInput) {
      const topic = requireTopic(store, TopicArn);
      validateAttribute(AttributeName, AttributeValue ?? '');
      const { [AttributeName]: _, ...others } = topic.attributes;
      change(topic, { attributes: AttributeValue ? { ...others, [AttributeName]: AttributeValue } : others });
      return {};
    },

    ListTopics({ NextToken }: ListTopicsCommandInput) {
      const { items, nextToken } = pageOf(store.topics.keys().sort(), { size: 100, token: NextToken });
      return { Topics: items.map((TopicArn) => ({ TopicArn })), NextToken: nextToken };
    },

    TagResource({ ResourceArn, Tags }: TagResourceCommandInput) {
      const topic = requireTagged(store, ResourceArn);
      change(topic, { tags: { ...topic.tags, ...readTags(Tags) } });
      return {};
    },
    UntagResource({ ResourceArn, TagKeys }: UntagResourceCommandInput) {
      const topic = requireTagged(store, ResourceArn);
      change(topic, { tags: withoutTags(topic.tags, TagKeys) });
      return {};
    },
    ListTagsForResource({ ResourceArn }: ListTagsForResourceCommandInput) {
      return { Tags: recordToTags(requireTagged(store, ResourceArn).tags) };
    },
  };
}

function validateAttribute(name: string, value: string): void {
  if (REFUSED.includes(name) && value !== 'false')
    throw new NotImplementedByLocalCloud(`sns topic attribute ${name}`);
  if (REFUSED.includes(name)) return;
  if (!SETTABLE.includes(name)) {
    throw invalid(`Invalid parameter: Attributes Reason: Invalid attribute name: ${name}`);
  }
  if (name === 'TracingConfig' && value === 'Active') {
    throw new NotImplementedByLocalCloud('sns active tracing');
  }
  if (name !== 'Policy' || value === '') return;
  try {
    JSON.parse(value);
  } catch (cause) {
    throw new AwsError('InvalidParameterException', 'Invalid parameter: Policy Error: null', { cause });
  }
}

function readTags(tags: readonly Tag[] | undefined): Record<string, string> {
  if (new Set(tags?.map(({ Key }) => Key)).size < (tags?.length ?? 0)) {
    throw invalid('Invalid parameter: Duplicated keys are not allowed.');
  }
  return tagsToRecord(tags as Tag[] | undefined);
}

function requireTagged(store: TopicStore, arn: string | undefined): TopicRecord {
  const topic = store.topics.get(arn ?? '');
  if (!topic) throw new AwsError('ResourceNotFoundException', 'Resource does not exist', { status: 404 });
  return topic;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
