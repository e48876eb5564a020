/** AWS::SQS::Queue and AWS::SQS::QueuePolicy. */
import type { CreateQueueCommandOutput, GetQueueUrlCommandOutput } from '@aws-sdk/client-sqs';
import { unlessGone } from '../errors.ts';
import { arnOf, mustNotExist, policyText, removedTagKeys, TAGS, tagMap } from './common.ts';
import { defineResource, type PropertyValues, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 80;

const QUEUE = {
  DelaySeconds: updates('integer'),
  KmsDataKeyReusePeriodSeconds: updates('integer'),
  KmsMasterKeyId: updates('string'),
  MaximumMessageSize: updates('integer'),
  MessageRetentionPeriod: updates('integer'),
  QueueName: replaces('string'),
  ReceiveMessageWaitTimeSeconds: updates('integer'),
  RedriveAllowPolicy: updates('json'),
  RedrivePolicy: updates('json'),
  SqsManagedSseEnabled: updates('boolean'),
  Tags: updates(TAGS),
  VisibilityTimeout: updates('integer'),
} as const;

type QueueProperties = PropertyValues<typeof QUEUE>;

/** What an attribute goes back to when a template no longer sets it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  KmsDataKeyReusePeriodSeconds: '300',
  KmsMasterKeyId: '',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  RedriveAllowPolicy: '',
  RedrivePolicy: '',
  VisibilityTimeout: '30',
};

function queueAttributes({ QueueName: _, Tags: __, ...properties }: QueueProperties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

export const queue = defineResource({
  type: 'AWS::SQS::Queue',
  properties: QUEUE,
  nameProperty: 'QueueName',
  attributes: ['Arn', 'QueueName', 'QueueUrl'],
  tags: 'list',
  async create(properties, context) {
    const QueueName = properties.QueueName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    await mustNotExist('AWS::SQS::Queue', QueueName, () =>
      context.call<GetQueueUrlCommandOutput>('sqs', 'GetQueueUrl', { QueueName }),
    );
    const { QueueUrl = '' } = await context.call<CreateQueueCommandOutput>('sqs', 'CreateQueue', {
      QueueName,
      Attributes: queueAttributes(properties),
      tags: tagMap(properties.Tags),
    });
    return {
      physicalId: QueueUrl,
      attributes: { Arn: arnOf(context, 'sqs', QueueName), QueueName, QueueUrl },
    };
  },
  async update({ physicalId: QueueUrl, previous, next, changed }, context) {
    const after = queueAttributes(next);
    const before = queueAttributes(previous);
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const Attributes = Object.fromEntries(
      names
        .filter((name) => before[name] !== after[name])
        .map((name) => [name, after[name] ?? DEFAULTS[name] ?? '']),
    );
    if (Object.keys(Attributes).length > 0)
      await context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
    if (changed('Tags')) {
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('sqs', 'UntagQueue', { QueueUrl, TagKeys });
      if (next.Tags?.length) await context.call('sqs', 'TagQueue', { QueueUrl, Tags: tagMap(next.Tags) });
    }
    return undefined;
  },
  async delete({ physicalId: QueueUrl }, _properties, context) {
    await unlessGone(context.call('sqs', 'DeleteQueue', { QueueUrl }));
  },
});

export const queuePolicy = defineResource({
  type: 'AWS::SQS::QueuePolicy',
  properties: { PolicyDocument: updates('json'), Queues: updates(['string']) },
  required: ['PolicyDocument', 'Queues'],
  attributes: ['Id'],
  async create({ PolicyDocument, Queues = [] }, context) {
    const physicalId = context.name({ maxLength: MAX_NAME_LENGTH });
    context.created(physicalId);
    for (const QueueUrl of Queues) {
      const Attributes = { Policy: policyText(PolicyDocument) };
      await context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
    }
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update({ previous, next }, context) {
    const queues = next.Queues ?? [];
    for (const QueueUrl of queues) {
      const Attributes = { Policy: policyText(next.PolicyDocument) };
      await context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
    }
    for (const QueueUrl of (previous.Queues ?? []).filter((url) => !queues.includes(url))) {
      await unlessGone(context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } }));
    }
    return undefined;
  },
  async delete(_physical, { Queues = [] }, context) {
    for (const QueueUrl of Queues) {
      await unlessGone(context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } }));
    }
  },
});
