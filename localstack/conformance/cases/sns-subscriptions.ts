/** SNS: subscriptions and their filters. */
import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { expect } from 'vitest';
import type { MailRecord } from '../../sns/store.ts';
import { serviceCases } from '../operation-case.ts';
import {
  deniedSns,
  invalidSns,
  makeTopic,
  NO_SUBSCRIPTION,
  NO_SUBSCRIPTION_ARN,
  NO_TOPIC,
  NO_TOPIC_ARN,
  RECORDED_SNS,
  snsPage,
  subscribeQueue,
} from './sns-material.ts';
import { roleWithoutPolicies } from './without-policies.ts';

export const snsSubscriptionCases = serviceCases({
  service: 'sns',
  folders: ['sns'],
  makeClient: ({ clientConfig }) => new SNSClient(clientConfig),
  operations: {
    Subscribe: {
      source: snsPage('Subscribe'),
      answers: async ({ client }) => {
        const { TopicArn, SubscriptionArn } = await subscribeQueue(client, 'subscribed');
        expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
      },
      refuses: ({ client }) =>
        subscribeQueue(client, 'subscribed-wrongly', { RawMessageDelivery: 'wrongvalue' }),
      refusal: invalidSns(
        'Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.',
      ),
      refusalSource: RECORDED_SNS,
    },
    ConfirmSubscription: {
      source: snsPage('ConfirmSubscription'),
      answers: async ({ client, running }) => {
        const TopicArn = await makeTopic(client, 'confirmed');
        const Endpoint = 'somebody@example.com';
        await client.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
        // the mail that AWS would have sent
        const mails = running.cloud.collection<MailRecord>('sns', 'mail').values();
        const Token = /token (\w+)/.exec(mails.find(({ to }) => to === Endpoint)!.body)![1];
        const { SubscriptionArn } = await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
        expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:`));
      },
      refuses: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'not-confirmed');
        return client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: 'randomtoken' }));
      },
      refusal: { name: 'InvalidParameterException', message: 'Invalid token', status: 400 },
      refusalSource: RECORDED_SNS,
    },
    Unsubscribe: {
      source: snsPage('Unsubscribe'),
      answers: async ({ client }) => {
        const { SubscriptionArn, TopicArn } = await subscribeQueue(client, 'unsubscribed');
        await client.send(new UnsubscribeCommand({ SubscriptionArn }));
        const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
        expect(Subscriptions).toEqual([]);
      },
      refuses: ({ client }) => client.send(new UnsubscribeCommand({ SubscriptionArn: 'randomstring' })),
      refusal: invalidSns('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'),
      refusalSource: RECORDED_SNS,
    },
    GetSubscriptionAttributes: {
      source: snsPage('GetSubscriptionAttributes'),
      answers: async ({ client }) => {
        const { Endpoint, SubscriptionArn, TopicArn } = await subscribeQueue(client, 'sub-described', {
          RawMessageDelivery: 'true',
        });
        const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
        // recorded: test_create_subscriptions_with_attributes
        expect(Attributes).toEqual({
          ConfirmationWasAuthenticated: 'true',
          Endpoint,
          Owner: '000000000000',
          PendingConfirmation: 'false',
          Protocol: 'sqs',
          RawMessageDelivery: 'true',
          SubscriptionArn,
          SubscriptionPrincipal: 'arn:aws:iam::000000000000:root',
          TopicArn,
        });
      },
      refuses: ({ client }) =>
        client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: NO_SUBSCRIPTION_ARN })),
      refusal: NO_SUBSCRIPTION,
      refusalSource: RECORDED_SNS,
    },
    SetSubscriptionAttributes: {
      source: snsPage('SetSubscriptionAttributes'),
      answers: async ({ client }) => {
        const { SubscriptionArn } = await subscribeQueue(client, 'sub-filtered');
        const change = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"a":["b"]}' };
        await client.send(new SetSubscriptionAttributesCommand(change));
        const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
        expect(Attributes).toMatchObject({
          FilterPolicy: '{"a":["b"]}',
          FilterPolicyScope: 'MessageAttributes',
        });
      },
      refuses: async ({ client }) => {
        const { SubscriptionArn } = await subscribeQueue(client, 'sub-scoped');
        return client.send(
          new SetSubscriptionAttributesCommand({
            SubscriptionArn,
            AttributeName: 'FilterPolicyScope',
            AttributeValue: 'RandomValue',
          }),
        );
      },
      refusal: invalidSns(
        'FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes',
      ),
      refusalSource: RECORDED_SNS,
    },
    ListSubscriptions: {
      source: snsPage('ListSubscriptions'),
      answers: async ({ client }) => {
        const { SubscriptionArn, TopicArn, Endpoint } = await subscribeQueue(client, 'sub-listed');
        const { Subscriptions } = await client.send(new ListSubscriptionsCommand({}));
        expect(Subscriptions).toContainEqual({
          SubscriptionArn,
          TopicArn,
          Endpoint,
          Protocol: 'sqs',
          Owner: '000000000000',
        });
      },
      refuses: async ({ running }) =>
        new SNSClient(await roleWithoutPolicies(running, 'sub-lister')).send(
          new ListSubscriptionsCommand({}),
        ),
      refusal: deniedSns('sub-lister', 'ListSubscriptions', 'arn:aws:sns:us-east-1:000000000000:*'),
      refusalSource: 'https://github.com/nccgroup/Scout2/issues/129',
    },
    ListSubscriptionsByTopic: {
      source: snsPage('ListSubscriptionsByTopic'),
      answers: async ({ client }) => {
        const { SubscriptionArn, TopicArn } = await subscribeQueue(client, 'sub-of-topic');
        const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
        expect(Subscriptions?.map((each) => each.SubscriptionArn)).toEqual([SubscriptionArn]);
      },
      refuses: ({ client }) => client.send(new ListSubscriptionsByTopicCommand({ TopicArn: NO_TOPIC_ARN })),
      refusal: NO_TOPIC,
      refusalSource: RECORDED_SNS,
    },
  },
});
