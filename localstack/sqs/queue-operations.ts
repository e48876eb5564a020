/** Operations on queues: create, describe, configure, purge, delete, tag. */
import type {
  CreateQueueCommandInput,
  DeleteQueueCommandInput,
  GetQueueAttributesCommandInput,
  GetQueueUrlCommandInput,
  ListDeadLetterSourceQueuesCommandInput,
  ListQueuesCommandInput,
  ListQueueTagsCommandInput,
  PurgeQueueCommandInput,
  SetQueueAttributesCommandInput,
  TagQueueCommandInput,
  UntagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { withoutTags } from '../events/tags.ts';
import type { Messages } from './messages.ts';
import { describeAttributes, isAttribute, validateAttributes } from './queue-attributes.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import {
  type QueueRecord,
  type Queues,
  queueArn,
  queueDoesNotExist,
  requireQueue,
  sourceQueuesOf,
} from './queues.ts';

type Attributes = Record<string, string>;

const MINUTE_MS = 60_000;

export function queueOperations(cloud: Cloud, queues: Queues, messages: Messages, metrics: QueueMetrics) {
  const deletions: Collection<number> = cloud.collection('sqs', 'deleted-queues');
  const urlOf = (name: string) => `${cloud.endpoint}/${cloud.account}/${name}`;

  function change(queue: QueueRecord, changes: Partial<QueueRecord>): void {
    queues.put(queue.name, { ...queue, ...changes, modifiedAtEpochMs: cloud.clock.now() });
  }

  return {
    CreateQueue(input: CreateQueueCommandInput) {
      const name = input.QueueName ?? '';
      const attributes = (input.Attributes ?? {}) as Attributes;
      if (name.endsWith('.fifo')) throw new NotImplementedByLocalCloud(`sqs FIFO queues (${name})`);
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
        throw new AwsError(
          'InvalidParameterValue',
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
        );
      }
      validateAttributes(queues, attributes);
      const existing = queues.get(name);
      if (existing) {
        requireSame(existing, attributes);
        return { QueueUrl: urlOf(name) };
      }
      const now = cloud.clock.now();
      if (now - (deletions.get(name) ?? 0) < MINUTE_MS) {
        throw new AwsError(
          'QueueDeletedRecently',
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
        );
      }
      deletions.delete(name);
      queues.put(name, {
        name,
        arn: queueArn(cloud, name),
        attributes,
        tags: input.tags ?? {},
        createdAtEpochMs: now,
        modifiedAtEpochMs: now,
      });
      return { QueueUrl: urlOf(name) };
    },

    DeleteQueue({ QueueUrl }: DeleteQueueCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      messages.purge(queue.name);
      queues.delete(queue.name);
      deletions.put(queue.name, cloud.clock.now());
      return {};
    },

    GetQueueUrl({ QueueName, QueueOwnerAWSAccountId }: GetQueueUrlCommandInput) {
      if ((QueueOwnerAWSAccountId ?? cloud.account) !== cloud.account) throw queueDoesNotExist();
      return { QueueUrl: urlOf(requireQueue(queues, QueueName).name) };
    },

    ListQueues({ QueueNamePrefix, MaxResults, NextToken }: ListQueuesCommandInput) {
      const names = queues
        .keys()
        .filter((name) => name.startsWith(QueueNamePrefix ?? ''))
        .sort();
      const { items, nextToken } = pageOf(names, { size: MaxResults ?? 1000, token: NextToken });
      return { QueueUrls: items.map(urlOf), NextToken: nextToken };
    },

    ListDeadLetterSourceQueues(input: ListDeadLetterSourceQueuesCommandInput) {
      const { arn } = requireQueue(queues, input.QueueUrl);
      const urls = sourceQueuesOf(queues, arn).map(({ name }) => urlOf(name));
      const { items, nextToken } = pageOf(urls, { size: input.MaxResults ?? 1000, token: input.NextToken });
      return { queueUrls: items, NextToken: nextToken };
    },

    GetQueueAttributes({ QueueUrl, AttributeNames = [] }: GetQueueAttributesCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      metrics.count(queue.name);
      const { visible, inFlight, delayed } = messages.counts(queue);
      const all: Attributes = {
        ...describeAttributes(queue),
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      };
      if (AttributeNames.includes('All')) return { Attributes: all };
      const unknown = AttributeNames.find((name) => !isAttribute(name) && !Object.hasOwn(all, name));
      if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
      const wanted = AttributeNames.filter((name) => Object.hasOwn(all, name));
      return { Attributes: Object.fromEntries(wanted.map((name) => [name, all[name]!])) };
    },

    SetQueueAttributes({ QueueUrl, Attributes }: SetQueueAttributesCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      validateAttributes(queues, (Attributes ?? {}) as Attributes);
      change(queue, { attributes: { ...queue.attributes, ...(Attributes as Attributes) } });
      return {};
    },

    PurgeQueue({ QueueUrl }: PurgeQueueCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      const now = cloud.clock.now();
      if (queue.purgedAtEpochMs !== undefined && now - queue.purgedAtEpochMs < MINUTE_MS) {
        throw new AwsError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          { status: 403 },
        );
      }
      messages.purge(queue.name);
      queues.put(queue.name, { ...queue, purgedAtEpochMs: now });
      return {};
    },

    TagQueue({ QueueUrl, Tags }: TagQueueCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      change(queue, { tags: { ...queue.tags, ...Tags } });
      return {};
    },
    UntagQueue({ QueueUrl, TagKeys }: UntagQueueCommandInput) {
      const queue = requireQueue(queues, QueueUrl);
      change(queue, { tags: withoutTags(queue.tags, TagKeys) });
      return {};
    },
    ListQueueTags({ QueueUrl }: ListQueueTagsCommandInput) {
      const { tags } = requireQueue(queues, QueueUrl);
      return Object.keys(tags).length > 0 ? { Tags: tags } : {};
    },
  };
}

/** Creating a queue again is harmless with the same attributes. @throws AwsError QueueNameExists */
function requireSame(queue: QueueRecord, attributes: Attributes): void {
  const current = describeAttributes(queue);
  for (const [name, value] of Object.entries(attributes)) {
    if (current[name] === value) continue;
    throw new AwsError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${name}`,
    );
  }
}
