/** AWS::SNS::Subscription. */
import type { SubscribeCommandOutput } from '@aws-sdk/client-sns';
import { unlessGone } from '../errors.ts';
import { defineResource, type PropertyValues, replaces, updates } from './handler.ts';

const SUBSCRIPTION = {
  DeliveryPolicy: updates('json'),
  Endpoint: replaces('string'),
  FilterPolicy: updates('json'),
  FilterPolicyScope: updates('string'),
  Protocol: replaces('string'),
  RawMessageDelivery: updates('boolean'),
  RedrivePolicy: updates('json'),
  TopicArn: replaces('string'),
} as const;

const SETTABLE = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
] as const;

const DEFAULTS: Readonly<Record<string, string>> = {
  DeliveryPolicy: '',
  FilterPolicy: '{}',
  FilterPolicyScope: 'MessageAttributes',
  RawMessageDelivery: 'false',
  RedrivePolicy: '{}',
};

function attributes(properties: PropertyValues<typeof SUBSCRIPTION>): Record<string, string> {
  return Object.fromEntries(
    SETTABLE.flatMap((name) => {
      const value = properties[name];
      if (value === undefined) return [];
      return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]];
    }),
  );
}

export const subscription = defineResource({
  type: 'AWS::SNS::Subscription',
  properties: SUBSCRIPTION,
  required: ['Protocol', 'TopicArn'],
  attributes: ['Arn'],
  async create(properties, context) {
    const { TopicArn, Protocol, Endpoint } = properties;
    const { SubscriptionArn = '' } = await context.call<SubscribeCommandOutput>('sns', 'Subscribe', {
      TopicArn,
      Protocol,
      Endpoint,
      Attributes: attributes(properties),
      ReturnSubscriptionArn: true,
    });
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  async update({ physicalId: SubscriptionArn, previous, next }, context) {
    const before = attributes(previous);
    const after = attributes(next);
    for (const AttributeName of SETTABLE.filter((name) => before[name] !== after[name])) {
      const AttributeValue = after[AttributeName] ?? DEFAULTS[AttributeName];
      await context.call('sns', 'SetSubscriptionAttributes', {
        SubscriptionArn,
        AttributeName,
        AttributeValue,
      });
    }
    return undefined;
  },
  async delete({ physicalId: SubscriptionArn }, _properties, context) {
    await unlessGone(context.call('sns', 'Unsubscribe', { SubscriptionArn }));
  },
});
