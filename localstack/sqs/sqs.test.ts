import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

let running: RunningCloud;
let sqs: SQSClient;

beforeAll(async () => {
  running = await startCloud({ services: ['sqs', 'kms', 'cloudwatch'] });
  sqs = new SQSClient(running.clientConfig);
});
afterAll(() => running.stop());

async function makeQueue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
}
const send = (QueueUrl: string, MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
async function receive(QueueUrl: string, options: object = {}) {
  const input = {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All' as const],
    ...options,
  };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}
const step = (seconds: number) => running.cloud.clock.advanceTo(running.cloud.clock.now() + seconds * 1000);
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

describe('visibility', () => {
  test('hides what was received until its time-out', async () => {
    const url = await makeQueue('visibility', { VisibilityTimeout: '60' });
    await send(url, 'one');
    const [first] = await receive(url);
    expect(first).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '1' } });
    expect(await receive(url)).toEqual([]);
    await step(60);
    const [again] = await receive(url);
    expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: again!.ReceiptHandle }));
    await step(60);
    expect(await receive(url)).toEqual([]);
  });

  test('ends at once when it is changed to 0', async () => {
    const url = await makeQueue('released');
    await send(url, 'one');
    const [first] = await receive(url);
    const release = { QueueUrl: url, ReceiptHandle: first!.ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(release));
    expect(await receive(url)).toHaveLength(1);
  });

  test('counts visible, hidden and delayed messages', async () => {
    const url = await makeQueue('counted');
    await send(url, 'a');
    await receive(url);
    await send(url, 'b');
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'c', DelaySeconds: 30 }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      VisibilityTimeout: '30',
      SqsManagedSseEnabled: 'true',
    });
  });
});

test('long polling waits for a message that is sent meanwhile', async () => {
  const url = await makeQueue('polled');
  const waiting = receive(url, { WaitTimeSeconds: 20 });
  await send(url, 'late');
  expect(await waiting).toHaveLength(1);
});

test('what is received too often goes to the dead letters and comes back by a move task', async () => {
  const deadUrl = await makeQueue('dead');
  const redrive = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 });
  const url = await makeQueue('source', { RedrivePolicy: redrive, VisibilityTimeout: '0' });
  await send(url, 'poison');
  expect(await receive(url)).toHaveLength(1);
  expect(await receive(url)).toHaveLength(1);
  expect(await receive(url)).toEqual([]);
  const [letter] = await receive(deadUrl, { VisibilityTimeout: 0 });
  expect(letter).toMatchObject({
    Body: 'poison',
    // counting goes on in the dead-letter queue; recorded from AWS: test_dead_letter_queue_message_attributes
    Attributes: { DeadLetterQueueSourceArn: arnOf('source'), ApproximateReceiveCount: '3' },
  });
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('dead') }));
  expect(await receive(url)).toHaveLength(1);
});

test('a queue that does not let another use it gets no dead letters of it', async () => {
  const RedriveAllowPolicy = JSON.stringify({ redrivePermission: 'denyAll' });
  const deadUrl = await makeQueue('closed-dead', { RedriveAllowPolicy });
  const redrive = JSON.stringify({ deadLetterTargetArn: arnOf('closed-dead'), maxReceiveCount: 1 });
  const url = await makeQueue('not-allowed', { RedrivePolicy: redrive, VisibilityTimeout: '0' });
  await send(url, 'poison');
  for (let count = 0; count < 3; count += 1) expect(await receive(url)).toHaveLength(1);
  expect(await receive(deadUrl)).toEqual([]);
});

test('a receipt may change the visibility of a message that shows itself again', async () => {
  const url = await makeQueue('shown', { VisibilityTimeout: '1' });
  await send(url, 'one');
  const [first] = await receive(url);
  await step(2);
  // recorded from AWS: test_change_message_visibility_after_visibility_timeout_expiration
  const change = { QueueUrl: url, ReceiptHandle: first!.ReceiptHandle, VisibilityTimeout: 60 };
  await sqs.send(new ChangeMessageVisibilityCommand(change));
  expect(await receive(url)).toEqual([]);
});

test('a fault hands a message out twice', async () => {
  const url = await makeQueue('twice');
  running.cloud.faults.add({ service: 'sqs', operation: 'Deliver', duplicate: 1, times: 1 });
  await send(url, 'one');
  expect((await receive(url)).map(({ Body }) => Body)).toEqual(['one', 'one']);
  running.cloud.faults.clear();
});

test('standard queues hand on the message group', async () => {
  const url = await makeQueue('fair');
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'm', MessageGroupId: 'test' }));
  // recorded from AWS: test_fair_queue_with_message_group_id
  expect((await receive(url))[0]?.Attributes?.MessageGroupId).toBe('test');
});

test('messages end with their retention', async () => {
  const url = await makeQueue('short', { MessageRetentionPeriod: '60' });
  await send(url, 'old');
  await step(61);
  expect(await receive(url)).toEqual([]);
});

test('a batch fails entry by entry', async () => {
  const url = await makeQueue('batch', { MaximumMessageSize: '1024' });
  const Entries = [
    { Id: 'a', MessageBody: 'fine' },
    { Id: 'b', MessageBody: 'x'.repeat(2000) },
  ];
  const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  expect(Successful?.map(({ Id }) => Id)).toEqual(['a']);
  expect(Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameterValue', SenderFault: true }]);
});

describe('refusal', () => {
  test('of a queue that does not exist', async () => {
    await expect(send(`${running.endpoint}/000000000000/none`, 'x')).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });
  test('of a redrive policy to nowhere', async () => {
    const url = await makeQueue('hopeless');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('none'), maxReceiveCount: 1 });
    await expect(
      sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy } })),
    ).rejects.toThrow('Dead letter target does not exist.');
  });
  test('of FIFO queues, by name', async () => {
    await expect(makeQueue('x.fifo', { FifoQueue: 'true' })).rejects.toThrow(
      'not implemented by the local cloud: sqs FIFO',
    );
  });
  test('of a sender who may not use the key of the queue', async () => {
    const kms = new KMSClient(running.clientConfig);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const url = await makeQueue('encrypted', { KmsMasterKeyId: KeyMetadata!.KeyId! });
    const iam = new IAMClient(running.clientConfig);
    const trust = {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    };
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName: 'sender', AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    const allow = (Action: string[]) =>
      JSON.stringify({ Statement: { Effect: 'Allow', Action, Resource: '*' } });
    const put = (Action: string[]) =>
      iam.send(
        new PutRolePolicyCommand({ RoleName: 'sender', PolicyName: 'p', PolicyDocument: allow(Action) }),
      );
    await put(['sqs:SendMessage']);
    const asRole = new SQSClient(running.clientConfigAs(Role!.Arn!));
    const attempt = () => asRole.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' }));
    await expect(attempt()).rejects.toThrow('kms:GenerateDataKey');
    await put(['sqs:SendMessage', 'kms:GenerateDataKey', 'kms:Decrypt']);
    await expect(attempt()).resolves.toHaveProperty('MessageId');
  });
});
