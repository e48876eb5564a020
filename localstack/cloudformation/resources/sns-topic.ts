/** AWS::SNS::Topic and AWS::SNS::TopicPolicy. */
import type { CreateTopicCommandOutput } from '@aws-sdk/client-sns';
import { unlessGone } from '../errors.ts';
import { arnOf, given, mustNotExist, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, type PropertyValues, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 256;

const TOPIC = {
  DisplayName: updates('string'),
  KmsMasterKeyId: updates('string'),
  SignatureVersion: updates('string'),
  Tags: updates(TAGS),
  TopicName: replaces('string'),
  TracingConfig: updates('string'),
} as const;

const SETTABLE = ['DisplayName', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'] as const;

function topicAttributes(properties: PropertyValues<typeof TOPIC>): Record<string, string> {
  return Object.fromEntries(
    SETTABLE.flatMap((name) => (properties[name] === undefined ? [] : [[name, String(properties[name])]])),
  );
}

export const topic = defineResource({
  type: 'AWS::SNS::Topic',
  properties: TOPIC,
  nameProperty: 'TopicName',
  attributes: ['TopicArn', 'TopicName'],
  tags: 'list',
  async create(properties, context) {
    const Name = properties.TopicName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    // CreateTopic answers with the topic that exists
    await mustNotExist('AWS::SNS::Topic', Name, () =>
      context.call('sns', 'GetTopicAttributes', { TopicArn: arnOf(context, 'sns', Name) }),
    );
    const input = given({ Name, Attributes: topicAttributes(properties), Tags: properties.Tags });
    const { TopicArn = '' } = await context.call<CreateTopicCommandOutput>('sns', 'CreateTopic', input);
    context.created(TopicArn);
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName: Name } };
  },
  async update({ physicalId: TopicArn, previous, next, changed }, context) {
    const before = topicAttributes(previous);
    const after = topicAttributes(next);
    for (const AttributeName of SETTABLE.filter((name) => before[name] !== after[name])) {
      const AttributeValue = after[AttributeName] ?? '';
      await context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
    }
    if (changed('Tags')) {
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('sns', 'UntagResource', { ResourceArn: TopicArn, TagKeys });
      if (next.Tags?.length)
        await context.call('sns', 'TagResource', { ResourceArn: TopicArn, Tags: next.Tags });
    }
    return undefined;
  },
  async delete({ physicalId: TopicArn }, _properties, context) {
    await unlessGone(context.call('sns', 'DeleteTopic', { TopicArn }));
  },
});

/** The policy that a topic has when nobody sets one: its owner may do everything. */
function defaultPolicy(topicArn: string, account: string): string {
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: [
      'SNS:GetTopicAttributes',
      'SNS:SetTopicAttributes',
      'SNS:AddPermission',
      'SNS:RemovePermission',
      'SNS:DeleteTopic',
      'SNS:Subscribe',
      'SNS:ListSubscriptionsByTopic',
      'SNS:Publish',
    ],
    Resource: topicArn,
    Condition: { StringEquals: { 'AWS:SourceOwner': account } },
  };
  return JSON.stringify({ Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] });
}

export const topicPolicy = defineResource({
  type: 'AWS::SNS::TopicPolicy',
  properties: { PolicyDocument: updates('json'), Topics: updates(['string']) },
  required: ['PolicyDocument', 'Topics'],
  attributes: ['Id'],
  async create({ PolicyDocument, Topics = [] }, context) {
    const physicalId = context.name({ maxLength: MAX_NAME_LENGTH });
    context.created(physicalId);
    for (const TopicArn of Topics) {
      const AttributeValue = policyText(PolicyDocument);
      await context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
    }
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update({ previous, next }, context) {
    const topics = next.Topics ?? [];
    for (const TopicArn of topics) {
      const AttributeValue = policyText(next.PolicyDocument);
      await context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
    }
    for (const TopicArn of (previous.Topics ?? []).filter((arn) => !topics.includes(arn))) {
      const AttributeValue = defaultPolicy(TopicArn, context.account);
      await unlessGone(
        context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue }),
      );
    }
    return undefined;
  },
  async delete(_physical, { Topics = [] }, context) {
    for (const TopicArn of Topics) {
      const AttributeValue = defaultPolicy(TopicArn, context.account);
      await unlessGone(
        context.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue }),
      );
    }
  },
});
