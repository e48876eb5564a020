/** Operations on queues: create, describe, configure, purge, delete, tag. */
import type {
  AddPermissionCommandInput,
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
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { withoutTags } from '../events/tags.ts';
import type { Messages } from './messages.ts';
import { describeAttributes, validateAttributes } from './queue-attributes.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import {
  type QueueRecord,
  type Queues,
  queueArn,
  queueNameOf,
  requireQueue,
  sourceQueuesOf,
} from './queues.ts';

type Attributes = Record<string, string>;

export function queueOperations(cloud: Cloud, queues: Queues, messages: Messages, metrics: QueueMetrics) {
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
      return {};
    },

    GetQueueUrl({ QueueName }: GetQueueUrlCommandInput) {
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

    ListDeadLetterSourceQueues({ QueueUrl }: ListDeadLetterSourceQueuesCommandInput) {
      const { arn } = requireQueue(queues, QueueUrl);
      return { queueUrls: sourceQueuesOf(queues, arn).map(({ name }) => urlOf(name)) };
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
      messages.purge(requireQueue(queues, QueueUrl).name);
      return {};
    },

    AddPermission(input: AddPermissionCommandInput) {
      throw new NotImplementedByLocalCloud(
        `sqs AddPermission on ${queueNameOf(input.QueueUrl)} (set Policy instead)`,
      );
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
      return { Tags: requireQueue(queues, QueueUrl).tags };
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
