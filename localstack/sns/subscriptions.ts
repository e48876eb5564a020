/** Operations on subscriptions. */
import { randomBytes, randomUUID } from 'node:crypto';
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
import { checkArn, invalidParameter } from './validation.ts';

const ENDPOINTS: Readonly<Record<SubscriptionRecord['protocol'], RegExp>> = {
  sqs: /^arn:aws:sqs:[^:]+:\d+:[^:]+$/,
  lambda: /^arn:aws:lambda:[^:]+:\d+:function:.+$/,
  email: /^[^@\s]+@[^@\s]+$/,
  'email-json': /^[^@\s]+@[^@\s]+$/,
};
const ENDPOINT_NAMES: Readonly<Record<SubscriptionRecord['protocol'], string>> = {
  sqs: 'SQS endpoint ARN',
  lambda: 'Lambda endpoint ARN',
  email: 'Email address',
  'email-json': 'Email address',
};
const PENDING = 'pending confirmation';
const TOKEN_BYTES = 144;
/** Ids are UUIDs. */
const SUBSCRIPTION_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const TOKEN = /^[0-9a-f]{288}$/;
/** What SNS has and this cloud has not. */
const OTHER_PROTOCOLS = ['http', 'https', 'sms', 'application', 'firehose'];

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
      validateAll(attributes);
      const existing = subscriptionsOf(store, topic.arn).find(
        (each) => each.protocol === protocol && each.endpoint === endpoint,
      );
      if (existing) return { SubscriptionArn: answerOf(requireSame(existing, attributes), input) };
      const token = protocol.startsWith('email') ? randomBytes(TOKEN_BYTES).toString('hex') : undefined;
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

    ConfirmSubscription({ TopicArn, Token, AuthenticateOnUnsubscribe }: ConfirmSubscriptionCommandInput) {
      checkArn('TopicArn', TopicArn);
      if (AuthenticateOnUnsubscribe === 'true') {
        throw new NotImplementedByLocalCloud('sns ConfirmSubscription AuthenticateOnUnsubscribe');
      }
      if (!TOKEN.test(Token ?? '')) throw new AwsError('InvalidParameterException', 'Invalid token');
      const subscription = subscriptionsOf(store, TopicArn ?? '').find(
        (each) => each.confirmationToken === Token,
      );
      if (!subscription) throw invalidParameter('Token');
      const { confirmationToken: _, ...confirmed } = subscription;
      store.subscriptions.put(subscription.arn, confirmed);
      return { SubscriptionArn: subscription.arn };
    },

    /** Unsubscribing what does not exist succeeds. */
    Unsubscribe({ SubscriptionArn }: UnsubscribeCommandInput) {
      checkArn('SubscriptionArn', SubscriptionArn);
      if (!SUBSCRIPTION_ID.test(SubscriptionArn?.split(':')[6] ?? ''))
        throw invalidParameter('SubscriptionId');
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
      const scope = subscription.attributes.FilterPolicyScope;
      validateSubscriptionAttribute(AttributeName, AttributeValue, scope);
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
  if (protocol === undefined && OTHER_PROTOCOLS.includes(Protocol)) {
    throw new NotImplementedByLocalCloud(`sns subscriptions of protocol ${Protocol}`);
  }
  if (protocol === undefined) {
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${Protocol}`);
  }
  if (Endpoint.endsWith('.fifo')) {
    throw new AwsError(
      'InvalidParameterException',
      'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  }
  if (!ENDPOINTS[protocol].test(Endpoint)) {
    throw invalidParameter(ENDPOINT_NAMES[protocol]);
  }
  return { protocol, endpoint: Endpoint };
}

/** Subscribe says that it was an attribute that was wrong. */
function validateAll(attributes: Readonly<Record<string, string>>): void {
  try {
    for (const [name, value] of Object.entries(attributes)) {
      validateSubscriptionAttribute(name, value, attributes.FilterPolicyScope);
    }
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'InvalidParameterException') throw error;
    throw invalidParameter(`Attributes Reason: ${error.message.replace('Invalid parameter: ', '')}`);
  }
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
