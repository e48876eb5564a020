/** Operations on subscriptions. */
import { randomUUID } from 'node:crypto';
import type {
  ConfirmSubscriptionCommandInput,
  GetSubscriptionAttributesCommandInput,
  ListSubscriptionsByTopicCommandInput,
  ListSubscriptionsCommandInput,
  SetSubscriptionAttributesCommandInput,
  SubscribeCommandInput,
  UnsubscribeCommandInput,
} from '@aws-sdk/client-sns';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Call } from '../core/service.ts';
import {
  requireSubscription,
  requireTopic,
  type SubscriptionRecord,
  subscriptionsOf,
  type TopicStore,
} from './store.ts';
import { validateSubscriptionAttribute } from './subscription-attributes.ts';

const ENDPOINTS: Readonly<Record<SubscriptionRecord['protocol'], RegExp>> = {
  sqs: /^arn:aws:sqs:[^:]+:\d+:[^:]+$/,
  lambda: /^arn:aws:lambda:[^:]+:\d+:function:.+$/,
  email: /^[^@\s]+@[^@\s]+$/,
  'email-json': /^[^@\s]+@[^@\s]+$/,
};
const PENDING = 'pending confirmation';

export function subscriptionOperations(cloud: Cloud, store: TopicStore) {
  function sendConfirmation(subscription: SubscriptionRecord, token: string): void {
    store.mail.put(randomUUID(), {
      to: subscription.endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      body: `You have chosen to subscribe to the topic: ${subscription.topicArn}\nConfirm with ConfirmSubscription, token ${token}`,
      topicArn: subscription.topicArn,
      time: cloud.clock.date().toISOString(),
      isConfirmed: true,
    });
  }

  function page(all: readonly SubscriptionRecord[], token: string | undefined) {
    const { items, nextToken } = pageOf(all, { size: 100, token });
    const Subscriptions = items.map((each) => ({
      SubscriptionArn: each.confirmationToken === undefined ? each.arn : 'PendingConfirmation',
      Owner: cloud.account,
      Protocol: each.protocol,
      Endpoint: each.endpoint,
      TopicArn: each.topicArn,
    }));
    return { Subscriptions, NextToken: nextToken };
  }

  return {
    Subscribe(input: SubscribeCommandInput, call: Call) {
      const topic = requireTopic(store, input.TopicArn);
      const { protocol, endpoint } = requireEndpoint(input);
      const attributes = input.Attributes ?? {};
      for (const [name, value] of Object.entries(attributes)) validateSubscriptionAttribute(name, value);
      const existing = subscriptionsOf(store, topic.arn).find(
        (each) => each.protocol === protocol && each.endpoint === endpoint,
      );
      if (existing) return { SubscriptionArn: answerOf(requireSame(existing, attributes), input) };
      const token = protocol.startsWith('email') ? randomUUID().replaceAll('-', '') : undefined;
      const subscription: SubscriptionRecord = {
        arn: `${topic.arn}:${randomUUID()}`,
        topicArn: topic.arn,
        protocol,
        endpoint,
        attributes,
        subscriberArn: call.principal.arn,
        ...(token !== undefined && { confirmationToken: token }),
      };
      store.subscriptions.put(subscription.arn, subscription);
      if (token !== undefined) sendConfirmation(subscription, token);
      return { SubscriptionArn: answerOf(subscription, input) };
    },

    ConfirmSubscription({ TopicArn, Token }: ConfirmSubscriptionCommandInput) {
      const topic = requireTopic(store, TopicArn);
      const subscription = subscriptionsOf(store, topic.arn).find((each) => each.confirmationToken === Token);
      if (!subscription || Token === undefined) {
        throw new AwsError('InvalidParameterException', 'Invalid parameter: Token');
      }
      const { confirmationToken: _, ...confirmed } = subscription;
      store.subscriptions.put(subscription.arn, confirmed);
      return { SubscriptionArn: subscription.arn };
    },

    /** Unsubscribing what does not exist succeeds. */
    Unsubscribe({ SubscriptionArn }: UnsubscribeCommandInput) {
      store.subscriptions.delete(SubscriptionArn ?? '');
      return {};
    },

    GetSubscriptionAttributes({ SubscriptionArn }: GetSubscriptionAttributesCommandInput) {
      const subscription = requireSubscription(store, SubscriptionArn);
      const isPending = subscription.confirmationToken !== undefined;
      const Attributes: Record<string, string> = {
        RawMessageDelivery: 'false',
        ...subscription.attributes,
        ...(subscription.attributes.FilterPolicy && {
          FilterPolicyScope: subscription.attributes.FilterPolicyScope ?? 'MessageAttributes',
        }),
        SubscriptionArn: subscription.arn,
        TopicArn: subscription.topicArn,
        Protocol: subscription.protocol,
        Endpoint: subscription.endpoint,
        Owner: cloud.account,
        PendingConfirmation: String(isPending),
        ConfirmationWasAuthenticated: String(!isPending),
        SubscriptionPrincipal: subscription.subscriberArn,
      };
      return { Attributes };
    },

    SetSubscriptionAttributes(input: SetSubscriptionAttributesCommandInput) {
      const subscription = requireSubscription(store, input.SubscriptionArn);
      const { AttributeName = '', AttributeValue = '' } = input;
      validateSubscriptionAttribute(AttributeName, AttributeValue);
      const { [AttributeName]: _, ...others } = subscription.attributes;
      const attributes = AttributeValue === '' ? others : { ...others, [AttributeName]: AttributeValue };
      store.subscriptions.put(subscription.arn, { ...subscription, attributes });
      return {};
    },

    ListSubscriptions: ({ NextToken }: ListSubscriptionsCommandInput) =>
      page(store.subscriptions.values(), NextToken),
    ListSubscriptionsByTopic({ TopicArn, NextToken }: ListSubscriptionsByTopicCommandInput) {
      return page(subscriptionsOf(store, requireTopic(store, TopicArn).arn), NextToken);
    },
  };
}

function requireEndpoint({ Protocol = '', Endpoint = '' }: SubscribeCommandInput) {
  const protocol = Object.keys(ENDPOINTS).find((each) => each === Protocol) as
    | SubscriptionRecord['protocol']
    | undefined;
  if (protocol === undefined)
    throw new NotImplementedByLocalCloud(`sns subscriptions of protocol ${Protocol}`);
  if (Endpoint.endsWith('.fifo')) {
    throw new AwsError(
      'InvalidParameterException',
      'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  }
  if (!ENDPOINTS[protocol].test(Endpoint)) {
    throw new AwsError(
      'InvalidParameterException',
      `Invalid parameter: Endpoint Reason: ${Endpoint} does not suit ${protocol}`,
    );
  }
  return { protocol, endpoint: Endpoint };
}

function requireSame(
  existing: SubscriptionRecord,
  attributes: Readonly<Record<string, string>>,
): SubscriptionRecord {
  const names = Object.keys(attributes);
  if (names.some((name) => existing.attributes[name] !== attributes[name])) {
    throw new AwsError(
      'InvalidParameterException',
      'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    );
  }
  return existing;
}

function answerOf(subscription: SubscriptionRecord, input: SubscribeCommandInput): string {
  const isHidden = subscription.confirmationToken !== undefined && !input.ReturnSubscriptionArn;
  return isHidden ? PENDING : subscription.arn;
}
