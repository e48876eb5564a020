/** A published message as subscribers get it. */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { Cloud } from '../core/cloud.ts';
import type { SubscriptionRecord } from './store.ts';

export interface Notification {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
  /** Handed on to queues. */
  readonly groupId?: string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
  readonly time: string;
  /** As the topic says; the signature itself is none. */
  readonly signatureVersion?: string;
  /** Bodies by protocol, for `MessageStructure` json. */
  readonly messageByProtocol?: Readonly<Record<string, string>>;
}

/** The text for a protocol. */
export function messageFor(notification: Notification, protocol: string): string {
  return notification.messageByProtocol?.[protocol] ?? notification.message;
}

/** The JSON envelope of a delivery that is not raw. */
export function envelope(cloud: Cloud, notification: Notification, subscription: SubscriptionRecord) {
  return {
    Type: 'Notification',
    MessageId: notification.messageId,
    TopicArn: notification.topicArn,
    ...(notification.subject !== undefined && { Subject: notification.subject }),
    Message: messageFor(notification, subscription.protocol),
    Timestamp: notification.time,
    SignatureVersion: notification.signatureVersion ?? '1',
    Signature: 'unsigned-by-the-local-cloud',
    SigningCertURL: `${cloud.endpoint}/SimpleNotificationService.pem`,
    UnsubscribeURL: `${cloud.endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(notification.attributes && { MessageAttributes: envelopeAttributes(notification.attributes) }),
  };
}

/** The event with which SNS invokes a function. */
export function lambdaEvent(cloud: Cloud, notification: Notification, subscription: SubscriptionRecord) {
  const { SigningCertURL, UnsubscribeURL, ...content } = envelope(cloud, notification, subscription);
  const Sns = {
    ...content,
    Subject: notification.subject ?? null,
    MessageAttributes: envelopeAttributes(notification.attributes ?? {}),
    // the function's event spells these two differently from the envelope
    SigningCertUrl: SigningCertURL,
    UnsubscribeUrl: UnsubscribeURL,
  };
  return {
    Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }],
  };
}

function envelopeAttributes(attributes: Readonly<Record<string, MessageAttributeValue>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: BinaryValue ? Buffer.from(BinaryValue).toString('base64') : StringValue },
    ]),
  );
}
