import {
  CreateArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { startCloud } from '../testing/start-cloud.ts';

const HERE = 'us-east-1:000000000000';
const BUS = `arn:aws:events:${HERE}:event-bus/default`;

test('a replay goes only to the rules that it names, with events of its time, and is not archived again', async () => {
  const running = await startCloud({ services: ['events', 'sqs', 'cloudwatch'] });
  const { clock } = running.cloud;
  const events = new EventBridgeClient(running.clientConfig);
  const sqs = new SQSClient(running.clientConfig);
  const urls: Record<string, string> = {};
  for (const name of ['named', 'other']) {
    const arn = `arn:aws:sqs:${HERE}:${name}`;
    const Statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:*' };
    const Policy = JSON.stringify({ Statement: { ...Statement, Resource: arn } });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
    urls[name] = QueueUrl!;
    await events.send(new PutRuleCommand({ Name: name, EventPattern: '{"source":["me"]}' }));
    await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: 't', Arn: arn }] }));
  }
  const receive = async (name: string) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: urls[name], MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body }) => JSON.parse(Body!) as { id: string; 'replay-name'?: string });
  };
  const { ArchiveArn } = await events.send(
    new CreateArchiveCommand({ ArchiveName: 'all', EventSourceArn: BUS }),
  );
  const put = () =>
    events.send(new PutEventsCommand({ Entries: [{ Source: 'me', DetailType: 'Test', Detail: '{}' }] }));
  await put();
  await clock.advanceTo(clock.now() + 3_600_000);
  await put();
  await clock.advanceTo(clock.now() + 1000);
  const [first] = await receive('named');
  await receive('other');

  const request = {
    EventSourceArn: ArchiveArn,
    EventStartTime: new Date(clock.now() - 2 * 3_600_000),
    EventEndTime: new Date(clock.now() - 1_800_000),
    Destination: { Arn: BUS, FilterArns: [`arn:aws:events:${HERE}:rule/named`] },
  };
  await events.send(new StartReplayCommand({ ...request, ReplayName: 'early' }));
  await clock.advanceTo(clock.now() + 5000);
  expect(await receive('named')).toMatchObject([{ id: first!.id, 'replay-name': 'early' }]);
  expect(await receive('other')).toEqual([]);
  const replay = await events.send(new DescribeReplayCommand({ ReplayName: 'early' }));
  expect(replay).toMatchObject({ State: 'COMPLETED', EventLastReplayedTime: expect.any(Date) });

  // had the replay been archived, this one would give its event twice
  await events.send(new StartReplayCommand({ ...request, ReplayName: 'again' }));
  await clock.advanceTo(clock.now() + 5000);
  expect(await receive('named')).toHaveLength(1);
  await running.stop();
});
