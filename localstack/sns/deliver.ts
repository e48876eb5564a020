/** Delivery of a notification to one subscription, with retries and its dead-letter queue. */
import { randomUUID } from 'node:crypto';
import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Cloud } from '../core/cloud.ts';
import { queueUrl } from '../events/send-to-target.ts';
import { envelope, lambdaEvent, messageFor, type Notification } from './notification.ts';
import { sendWithRetries } from './retry.ts';
import type { SubscriptionRecord, TopicStore } from './store.ts';
import { deadLetterArnOf } from './subscription-attributes.ts';

const SNS_PRINCIPAL = 'sns.amazonaws.com';

/** Delivers; never rejects. A fault may make it twice, late or not at all. */
export async function deliverNotification(
  cloud: Cloud,
  store: TopicStore,
  notification: Notification,
  subscription: SubscriptionRecord,
): Promise<void> {
  if (subscription.protocol === 'email' || subscription.protocol === 'email-json') {
    keepMail(cloud, store, notification, subscription);
    return;
  }
  await cloud.faults.deliver({ service: 'sns', target: subscription.endpoint }, () =>
    deliverOnce(cloud, notification, subscription),
  );
}

async function deliverOnce(
  cloud: Cloud,
  notification: Notification,
  subscription: SubscriptionRecord,
): Promise<void> {
  const error = await sendWithRetries(cloud, `notification to ${subscription.endpoint}`, () =>
    send(cloud, notification, subscription),
  );
  countNotification(
    cloud,
    notification,
    error ? 'NumberOfNotificationsFailed' : 'NumberOfNotificationsDelivered',
  );
  if (!error) return;
  const summary = `topic ${notification.topicArn} could not notify ${subscription.endpoint}: ${error.message}`;
  const deadLetterArn = deadLetterArnOf(subscription.attributes.RedrivePolicy);
  if (deadLetterArn === undefined) {
    console.error(`local cloud: sns: ${summary} (no dead-letter queue: the message is lost)`);
    return;
  }
  try {
    await sendToQueue(cloud, deadLetterArn, notification, subscription);
  } catch (failure) {
    console.error(
      `local cloud: sns: ${summary}; its dead-letter queue refused it: ${(failure as Error).message}`,
    );
  }
}

async function send(
  cloud: Cloud,
  notification: Notification,
  subscription: SubscriptionRecord,
): Promise<void> {
  if (subscription.protocol === 'sqs') {
    await sendToQueue(cloud, subscription.endpoint, notification, subscription);
    return;
  }
  await cloud.call(
    'lambda',
    'Invoke',
    {
      FunctionName: subscription.endpoint,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(lambdaEvent(cloud, notification, subscription))),
    },
    cloud.servicePrincipal(SNS_PRINCIPAL, notification.topicArn),
  );
}

async function sendToQueue(
  cloud: Cloud,
  queueArn: string,
  notification: Notification,
  subscription: SubscriptionRecord,
): Promise<void> {
  const isRaw = subscription.attributes.RawMessageDelivery?.toLowerCase() === 'true';
  const attributes = isRaw ? (notification.attributes ?? {}) : {};
  await cloud.call(
    'sqs',
    'SendMessage',
    {
      QueueUrl: queueUrl(cloud, queueArn),
      MessageBody: isRaw
        ? messageFor(notification, 'sqs')
        : JSON.stringify(envelope(cloud, notification, subscription)),
      ...(notification.groupId !== undefined && { MessageGroupId: notification.groupId }),
      ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    },
    cloud.servicePrincipal(SNS_PRINCIPAL, notification.topicArn),
  );
}

function keepMail(
  cloud: Cloud,
  store: TopicStore,
  notification: Notification,
  subscription: SubscriptionRecord,
): void {
  const isConfirmed = subscription.confirmationToken === undefined;
  const body =
    subscription.protocol === 'email'
      ? messageFor(notification, 'email')
      : JSON.stringify(envelope(cloud, notification, subscription));
  store.mail.put(randomUUID(), {
    to: subscription.endpoint,
    subject: notification.subject ?? 'AWS Notification Message',
    body,
    topicArn: notification.topicArn,
    time: notification.time,
    isConfirmed,
  });
  if (isConfirmed) countNotification(cloud, notification, 'NumberOfNotificationsDelivered');
}

/** Counts one event of a topic in `AWS/SNS`. */
export function countNotification(
  cloud: Cloud,
  { topicArn }: Pick<Notification, 'topicArn'>,
  metricName: string,
): void {
  const dimension = { Name: 'TopicName', Value: topicArn.split(':').at(-1) };
  publishMetrics(cloud, 'AWS/SNS', [
    {
      MetricName: metricName,
      Dimensions: [dimension],
      Value: 1,
      Unit: 'Count',
      Timestamp: cloud.clock.date(),
    },
  ]);
}
