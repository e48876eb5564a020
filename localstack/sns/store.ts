/** What SNS keeps: topics and subscriptions. */
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import { checkArn } from './validation.ts';

export interface TopicRecord {
  readonly name: string;
  readonly arn: string;
  /** As set by callers: DisplayName, Policy, KmsMasterKeyId ... */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SubscriptionRecord {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: 'sqs' | 'lambda' | 'email' | 'email-json';
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly subscriberArn: string;
  /** Present until the address is confirmed. */
  readonly confirmationToken?: string;
}

/** A mail that AWS would have sent; the local cloud only keeps it. */
export interface MailRecord {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly topicArn: string;
  readonly time: string;
  /** False when AWS would not have sent it, because the address is not confirmed. */
  readonly isConfirmed: boolean;
}

export interface TopicStore {
  /** Keyed by ARN. */
  readonly topics: Collection<TopicRecord>;
  /** Keyed by ARN. */
  readonly subscriptions: Collection<SubscriptionRecord>;
  readonly mail: Collection<MailRecord>;
}

export function openTopicStore(cloud: Cloud): TopicStore {
  return {
    topics: cloud.collection('sns', 'topics'),
    subscriptions: cloud.collection('sns', 'subscriptions'),
    mail: cloud.collection('sns', 'mail'),
  };
}

/** ARN of a topic of this account. */
export function topicArn({ account, region }: Pick<Cloud, 'account' | 'region'>, name: string): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

/** The topic. @throws AwsError NotFoundException, InvalidParameterException */
export function requireTopic(
  store: TopicStore,
  arn: string | undefined,
  parameter = 'TopicArn',
): TopicRecord {
  checkArn(parameter, arn);
  const topic = store.topics.get(arn ?? '');
  if (!topic) throw new AwsError('NotFoundException', 'Topic does not exist', { status: 404 });
  return topic;
}

/** The subscription. @throws AwsError NotFoundException */
export function requireSubscription(store: TopicStore, arn: string | undefined): SubscriptionRecord {
  checkArn('SubscriptionArn', arn);
  const subscription = store.subscriptions.get(arn ?? '');
  if (!subscription) throw new AwsError('NotFoundException', 'Subscription does not exist', { status: 404 });
  return subscription;
}

/** Subscriptions of a topic. */
export function subscriptionsOf(store: TopicStore, arn: string): SubscriptionRecord[] {
  return store.subscriptions.values().filter((each) => each.topicArn === arn);
}

/** The topic's policy document: the one that was set, or the one that AWS gives every topic. */
export function policyOf(topic: TopicRecord, account: string): string {
  return topic.attributes.Policy ?? defaultPolicy(topic.arn, account, { AWS: '*' });
}

/** The same for evaluation, where everybody is `*`: `{"AWS": "*"}` stands for services too. */
export function policyToEvaluate(topic: TopicRecord, account: string): string {
  return topic.attributes.Policy ?? defaultPolicy(topic.arn, account, '*');
}

/** Lets the account's own services through: `AWS:SourceOwner` is known only of calls that a service makes. */
function defaultPolicy(arn: string, account: string, Principal: '*' | { AWS: '*' }): string {
  const actions = [
    'GetTopicAttributes',
    'SetTopicAttributes',
    'AddPermission',
    'RemovePermission',
    'DeleteTopic',
    'Subscribe',
    'ListSubscriptionsByTopic',
    'Publish',
  ];
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal,
        Action: actions.map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
}
