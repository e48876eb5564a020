/** EventBridge and CloudWatch: keys under conditions, encrypted targets, archives, patterns. */
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume } from '../assumption.ts';
import { makeKey, makeQueue, type PolicyStatement } from './made.ts';

/** As the stage's key allows EventBridge and CloudWatch. */
const deliveryTo = (account: Account, service: string): PolicyStatement => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
  Condition: { StringEquals: { 'aws:SourceAccount': account.accountId } },
});

/** A bus under the key with a rule that takes everything of source `verify`. */
async function makeBusWithRule(account: Account, keyArn: string, targetArn: string): Promise<string> {
  const events = account.client(EventBridgeClient);
  const Name = account.prefix;
  await events.send(new CreateEventBusCommand({ Name, KmsKeyIdentifier: keyArn }));
  account.undo(`bus ${Name}`, () => events.send(new DeleteEventBusCommand({ Name })));
  const rule = { Name, EventBusName: Name };
  await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify({ source: ['verify'] }) }));
  account.undo(`rule ${Name}`, () => events.send(new DeleteRuleCommand(rule)));
  const target = { Rule: Name, EventBusName: Name };
  await events.send(new PutTargetsCommand({ ...target, Targets: [{ Id: 'queue', Arn: targetArn }] }));
  account.undo(`target of ${Name}`, () =>
    events.send(new RemoveTargetsCommand({ ...target, Ids: ['queue'] })),
  );
  return Name;
}

export const DELIVERY: readonly Assumption[] = [
  {
    id: 'events-text-of-a-template',
    statement:
      'A text that a template puts between quotes is delivered as it is, also with quotes and backslashes of its own; an event without it is not held up.',
    where: ['lib/governance/notifications.ts'],
    creates: ['rule', 'queue'],
    usd: 0,
    minutes: 3,
    async check(account) {
      const events = account.client(EventBridgeClient);
      const queue = await makeQueue(account, { service: 'events.amazonaws.com' });
      const Name = account.prefix;
      await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: [Name] }) }));
      account.undo(`rule ${Name}`, () => events.send(new DeleteRuleCommand({ Name })));
      const InputTransformer = {
        InputPathsMap: { reason: '$.detail.reason', upload: '$.detail.upload' },
        InputTemplate: '"upload <upload>: <reason>"',
      };
      const target = { Id: 'queue', Arn: queue.arn, InputTransformer };
      await events.send(new PutTargetsCommand({ Rule: Name, Targets: [target] }));
      account.undo(`target of ${Name}`, () =>
        events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['queue'] })),
      );
      const tell = async (detail: object) => {
        const entry = { Source: Name, DetailType: 'Verify', Detail: JSON.stringify(detail) };
        await events.send(new PutEventsCommand({ Entries: [entry] }));
        return queue.next('the text').catch(() => undefined);
      };
      const reason = 'File "a\\b.csv", row 2: "x".';
      // a new rule is not everywhere at once
      const text = await account.eventually('the text', () => tell({ upload: 'one', reason }));
      assume('the text', text, `"upload one: ${reason}"`);
      assume('the text without a reason', await tell({ upload: 'two' }), '"upload two: "');
    },
  },
  {
    id: 'events-encrypted-delivery',
    statement:
      'EventBridge uses a key under a condition on aws:SourceAccount to encrypt a bus and to write to an encrypted queue.',
    where: ['lib/shared/stage-key.ts', 'lib/stacks/platform-stack.ts'],
    creates: ['key (deletion scheduled for 7 days later)', 'event bus', 'rule', 'queue'],
    usd: 0.01,
    minutes: 3,
    async check(account) {
      const service = 'events.amazonaws.com';
      const keyArn = await makeKey(account, [deliveryTo(account, service)]);
      const queue = await makeQueue(account, { service, keyArn });
      const EventBusName = await makeBusWithRule(account, keyArn, queue.arn);
      const events = account.client(EventBridgeClient);
      const entry = { EventBusName, Source: 'verify', DetailType: 'Verify', Detail: '{"n":1}' };
      const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
      assume('entries that failed', FailedEntryCount, 0);
      const event = JSON.parse(await queue.next('the event')) as { detail: unknown };
      assume('its detail', event.detail, { n: 1 });
    },
  },
  {
    id: 'events-archive-of-encrypted-bus',
    statement: 'A bus with a customer managed key takes an archive that names no key of its own.',
    where: ['lib/stacks/platform-stack.ts'],
    creates: ['key (deletion scheduled for 7 days later)', 'event bus', 'archive'],
    usd: 0.01,
    minutes: 3,
    async check(account) {
      const keyArn = await makeKey(account, [deliveryTo(account, 'events.amazonaws.com')]);
      const events = account.client(EventBridgeClient);
      const Name = account.prefix;
      const { EventBusArn } = await events.send(
        new CreateEventBusCommand({ Name, KmsKeyIdentifier: keyArn }),
      );
      account.undo(`bus ${Name}`, () => events.send(new DeleteEventBusCommand({ Name })));
      const ArchiveName = Name;
      await events.send(
        new CreateArchiveCommand({ ArchiveName, EventSourceArn: EventBusArn, RetentionDays: 1 }),
      );
      account.undo(`archive ${Name}`, () => events.send(new DeleteArchiveCommand({ ArchiveName })));
      const state = await account.eventually('the archive', async () => {
        const { State } = await events.send(new DescribeArchiveCommand({ ArchiveName }));
        return State === 'CREATING' ? undefined : State;
      });
      assume('state of the archive', state, 'ENABLED');
    },
  },
  {
    id: 'events-patterns-by-wildcard',
    statement:
      'Wildcards match the names of our buckets and alarms in events as S3 and CloudWatch write them.',
    where: ['lib/shared/event-rule.ts', 'lib/retraining/retraining.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    async check(account) {
      const events = account.client(EventBridgeClient);
      const matches = async (source: string, detailType: string, pattern: object, detail: object) => {
        const { Result } = await events.send(
          new TestEventPatternCommand({
            EventPattern: JSON.stringify({ source: [source], 'detail-type': [detailType], detail: pattern }),
            Event: JSON.stringify({
              id: '00000000-0000-0000-0000-000000000000',
              account: account.accountId,
              region: account.region,
              time: '2026-11-23T00:00:00Z',
              resources: [],
              source,
              'detail-type': detailType,
              detail,
            }),
          }),
        );
        return Result;
      };
      const bucket = { name: [{ wildcard: 'driftless-dev-*-data-*' }] };
      const pattern = { bucket, object: { key: [{ prefix: 'incoming/' }] } };
      const object = { key: 'incoming/rows 1.csv', size: 5 };
      const created = (name: string) =>
        matches('aws.s3', 'Object Created', pattern, { bucket: { name }, object });
      assume('our bucket', await created(`driftless-dev-one-data-${account.accountId}-us-east-1`), true);
      assume('another bucket', await created('driftless-prod-one-data-1-us-east-1'), false);
      const alarm = { alarmName: [{ wildcard: 'driftless-dev-*-drift' }], state: { value: ['ALARM'] } };
      const detail = { alarmName: 'driftless-dev-one-drift', state: { value: 'ALARM' } };
      const rang = await matches('aws.cloudwatch', 'CloudWatch Alarm State Change', alarm, detail);
      assume('our alarm', rang, true);
    },
  },
  {
    id: 'alarm-to-encrypted-topic',
    statement:
      'An alarm notifies a topic under a key whose policy lets CloudWatch use it under a condition on aws:SourceAccount.',
    where: ['lib/shared/stage-key.ts', 'lib/stacks/platform-stack.ts'],
    creates: ['key (deletion scheduled for 7 days later)', 'topic', 'queue', 'alarm'],
    usd: 0.01,
    minutes: 3,
    async check(account) {
      const keyArn = await makeKey(account, [
        deliveryTo(account, 'cloudwatch.amazonaws.com'),
        deliveryTo(account, 'sns.amazonaws.com'),
      ]);
      const queue = await makeQueue(account, { service: 'sns.amazonaws.com' });
      const sns = account.client(SNSClient);
      const { TopicArn = '' } = await sns.send(
        new CreateTopicCommand({ Name: account.prefix, Attributes: { KmsMasterKeyId: keyArn } }),
      );
      account.undo(`topic ${TopicArn}`, () => sns.send(new DeleteTopicCommand({ TopicArn })));
      const statement = {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TopicArn,
        Condition: { StringEquals: { 'aws:SourceAccount': account.accountId } },
      };
      await sns.send(
        new SetTopicAttributesCommand({
          TopicArn,
          AttributeName: 'Policy',
          AttributeValue: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        }),
      );
      await sns.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: queue.arn,
          Attributes: { RawMessageDelivery: 'true' },
        }),
      );
      const cloudwatch = account.client(CloudWatchClient);
      const AlarmName = account.prefix;
      await cloudwatch.send(
        new PutMetricAlarmCommand({
          AlarmName,
          Namespace: 'DriftlessVerify',
          MetricName: 'Nothing',
          Statistic: 'Maximum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 0,
          ComparisonOperator: 'GreaterThanThreshold',
          TreatMissingData: 'notBreaching',
          AlarmActions: [TopicArn],
        }),
      );
      account.undo(`alarm ${AlarmName}`, () =>
        cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] })),
      );
      await cloudwatch.send(
        new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'verify:aws' }),
      );
      const message = JSON.parse(await queue.next('the notification')) as Record<string, unknown>;
      assume('state in the message', message.NewStateValue, 'ALARM');
      assume('reason in the message', message.NewStateReason, 'verify:aws');
    },
  },
];
