import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';
import type { MailRecord } from './store.ts';

let running: RunningCloud;
let sns: SNSClient;
let sqs: SQSClient;

beforeAll(async () => {
  running = await startCloud({ services: ['sns', 'sqs', 'cloudwatch'] });
  sns = new SNSClient(running.clientConfig);
  sqs = new SQSClient(running.clientConfig);
});
afterAll(() => running.stop());

async function makeTopic(Name: string): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name }))).TopicArn!;
}

async function makeQueue(QueueName: string, isOpen = true): Promise<{ url: string; arn: string }> {
  const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
  };
  const Attributes = { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, ...(isOpen && { Attributes }) }));
  return { url: QueueUrl!, arn };
}

async function receive(QueueUrl: string) {
  await running.cloud.clock.advanceTo(running.cloud.clock.now());
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}
const subscribe = (TopicArn: string, Endpoint: string, Attributes: Record<string, string> = {}) =>
  sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));

test('a queue gets the envelope, a raw one the message with its attributes', async () => {
  const TopicArn = await makeTopic('both');
  const plain = await makeQueue('plain');
  const raw = await makeQueue('raw');
  await subscribe(TopicArn, plain.arn);
  await subscribe(TopicArn, raw.arn, { RawMessageDelivery: 'true' });
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
  await sns.send(new PublishCommand({ TopicArn, Message: 'hello', Subject: 'Hi', MessageAttributes }));
  const [enveloped] = await receive(plain.url);
  expect(JSON.parse(enveloped!.Body!)).toMatchObject({
    Type: 'Notification',
    TopicArn,
    Subject: 'Hi',
    Message: 'hello',
    MessageAttributes: { kind: { Type: 'String', Value: 'x' } },
  });
  const [bare] = await receive(raw.url);
  expect(bare).toMatchObject({ Body: 'hello', MessageAttributes: { kind: { StringValue: 'x' } } });
});

test('filter policies look at attributes or at the body', async () => {
  const TopicArn = await makeTopic('filtered');
  const byAttribute = await makeQueue('by-attribute');
  const byBody = await makeQueue('by-body');
  await subscribe(TopicArn, byAttribute.arn, {
    FilterPolicy: '{"size":[{"numeric":[">",5]}]}',
    RawMessageDelivery: 'true',
  });
  await subscribe(TopicArn, byBody.arn, {
    FilterPolicy: '{"level":["loud"]}',
    FilterPolicyScope: 'MessageBody',
    RawMessageDelivery: 'true',
  });
  for (const size of ['3', '7']) {
    const MessageAttributes = { size: { DataType: 'Number', StringValue: size } };
    const Message = JSON.stringify({ level: size === '3' ? 'loud' : 'quiet' });
    await sns.send(new PublishCommand({ TopicArn, Message, MessageAttributes }));
  }
  expect((await receive(byAttribute.url)).map(({ Body }) => Body)).toEqual(['{"level":"quiet"}']);
  expect((await receive(byBody.url)).map(({ Body }) => Body)).toEqual(['{"level":"loud"}']);
});

test('what a queue refuses goes to the dead letters of the subscription', async () => {
  const TopicArn = await makeTopic('refused');
  const closed = await makeQueue('closed', false);
  const deadLetters = await makeQueue('dead-letters');
  await subscribe(TopicArn, closed.arn, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn }),
  });
  await sns.send(new PublishCommand({ TopicArn, Message: 'lost?' }));
  const [letter] = await receive(deadLetters.url);
  expect(JSON.parse(letter!.Body!)).toMatchObject({ Message: 'lost?' });
  // recorded from AWS: localstack/localstack, test_sns.snapshot.json, test_redrive_policy_sqs_queue_subscription
  expect(letter).not.toHaveProperty('MessageAttributes');
});

test('mail is kept, never sent, and waits for its confirmation', async () => {
  const TopicArn = await makeTopic('mailed');
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }),
  );
  expect(SubscriptionArn).toBe('pending confirmation');
  const mail = running.cloud.collection<MailRecord>('sns', 'mail');
  const Token = /token (\w+)/.exec(mail.values()[0]!.body)![1];
  await sns.send(new PublishCommand({ TopicArn, Message: 'too early' }));
  await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'news', Subject: 'S' }));
  await running.cloud.clock.advanceTo(running.cloud.clock.now());
  expect(mail.values().slice(1)).toMatchObject([
    { to: 'a@example.com', body: 'too early', isConfirmed: false },
    { to: 'a@example.com', subject: 'S', body: 'news', isConfirmed: true },
  ]);
});

test('the default policy lets alarms of the account publish, but no other service', async () => {
  const TopicArn = await makeTopic('guarded');
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(JSON.parse(Attributes!.Policy!)).toMatchObject({ Id: '__default_policy_ID' });
  const { cloud } = running;
  const publish = (service: string) =>
    cloud.call('sns', 'Publish', { TopicArn, Message: 'm' }, cloud.servicePrincipal(service));
  await expect(publish('cloudwatch.amazonaws.com')).resolves.toHaveProperty('MessageId');
  await expect(publish('events.amazonaws.com')).rejects.toThrow('not authorized');
});

test('an unknown topic is not found', async () => {
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:none';
  await expect(sns.send(new PublishCommand({ TopicArn, Message: 'm' }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});
