/** SQS: messages, their visibility, and moving dead letters back. */
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  API_ERRORS,
  invalidSqs,
  makeQueue,
  NOT_A_RECEIPT,
  QUEUE_ARN,
  RECORDED_SQS,
  receiveOne,
  sqsPage,
  TOO_MANY,
} from './sqs-material.ts';

const eleven = <Entry>(make: (Id: string) => Entry): Entry[] =>
  Array.from({ length: 11 }, (_, index) => make(String(index)));

/** A dead-letter queue with one letter in it, and the queue that it is from. */
async function deadLetter(
  client: SQSClient,
  name: string,
): Promise<{ SourceArn: string; sourceUrl: string }> {
  const SourceArn = `${QUEUE_ARN}:${name}-dead`;
  await makeQueue(client, `${name}-dead`);
  const QueueUrl = await makeQueue(client, name, {
    VisibilityTimeout: '0',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 }),
  });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'letter' }));
  for (let receives = 0; receives < 2; receives += 1) {
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
  }
  return { SourceArn, sourceUrl: QueueUrl };
}

export const sqsMessageCases = serviceCases({
  service: 'sqs',
  folders: ['sqs'],
  makeClient: ({ clientConfig }) => new SQSClient(clientConfig),
  operations: {
    SendMessage: {
      source: sqsPage('SendMessage'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'sent');
        const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'message' }));
        expect(sent.MessageId).toMatch(/^[0-9a-f-]{36}$/);
        expect(sent.MD5OfMessageBody).toBe('78e731027d8fd50ed642340b7c9a63b3'); // md5sum of "message"
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'sent-too-much', { MaximumMessageSize: '1024' });
        return client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1025) }));
      },
      refusal: invalidSqs(
        'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
      ),
      refusalSource: RECORDED_SQS,
    },
    SendMessageBatch: {
      source: sqsPage('SendMessageBatch'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'sent-together', { MaximumMessageSize: '1024' });
        const Entries = [
          { Id: 'a', MessageBody: 'x'.repeat(1025) },
          { Id: 'b', MessageBody: 'fits' },
        ];
        const answer = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
        expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['b']);
        // recorded: test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size
        expect(answer.Failed).toEqual([
          {
            Id: 'a',
            SenderFault: true,
            Code: 'InvalidParameterValue',
            Message:
              'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
          },
        ]);
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'sent-too-many');
        const Entries = eleven((Id) => ({ Id, MessageBody: 'x' }));
        return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      },
      refusal: TOO_MANY,
      refusalSource: RECORDED_SQS,
    },
    ReceiveMessage: {
      source: sqsPage('ReceiveMessage'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'received');
        const MessageAttributes = { Foo: { DataType: 'String', StringValue: 'Bar' } };
        await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'msg', MessageAttributes }));
        const { Messages } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['ApproximateReceiveCount'],
          }),
        );
        // recorded, digests too: test_receive_message_attribute_names_filters
        expect(Messages).toMatchObject([
          {
            Body: 'msg',
            MD5OfBody: '6e2baaf3b97dbeef01c0043275f9a0e7',
            MessageAttributes,
            MD5OfMessageAttributes: 'ae7155c6026991b6d54b11589678bf9c',
            Attributes: { ApproximateReceiveCount: '1' },
          },
        ]);
      },
      refuses: (context) =>
        makeQueue(context.client, 'received-too-many').then((QueueUrl) =>
          context.client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 })),
        ),
      refusal: invalidSqs(
        'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
      ),
      refusalSource: RECORDED_SQS,
    },
    DeleteMessage: {
      source: sqsPage('DeleteMessage'),
      answers: async ({ client }) => {
        const received = await receiveOne(client, 'message-deleted');
        const { $metadata } = await client.send(new DeleteMessageCommand(received));
        expect($metadata.httpStatusCode).toBe(200);
        await expect(
          client.send(new ChangeMessageVisibilityCommand({ ...received, VisibilityTimeout: 0 })),
        ).rejects.toThrow('Message does not exist or is not available for visibility timeout change.');
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'delete-refused');
        return client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'no-receipt' }));
      },
      refusal: NOT_A_RECEIPT,
      refusalSource: API_ERRORS,
    },
    DeleteMessageBatch: {
      source: sqsPage('DeleteMessageBatch'),
      answers: async ({ client }) => {
        const { QueueUrl, ReceiptHandle } = await receiveOne(client, 'deleted-together');
        const Entries = [
          { Id: 'a', ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'no-receipt' },
        ];
        const answer = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        expect(answer.Successful).toEqual([{ Id: 'a' }]);
        expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'deleted-too-many');
        const Entries = eleven((Id) => ({ Id, ReceiptHandle: 'x' }));
        return client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      },
      refusal: TOO_MANY,
      refusalSource: RECORDED_SQS,
    },
    ChangeMessageVisibility: {
      source: sqsPage('ChangeMessageVisibility'),
      answers: async ({ client }) => {
        const received = await receiveOne(client, 'shown-again');
        await client.send(new ChangeMessageVisibilityCommand({ ...received, VisibilityTimeout: 0 }));
        const { QueueUrl } = received;
        expect((await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toHaveLength(1);
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'change-refused');
        const input = { QueueUrl, ReceiptHandle: 'no-receipt', VisibilityTimeout: 1 };
        return client.send(new ChangeMessageVisibilityCommand(input));
      },
      refusal: NOT_A_RECEIPT,
      refusalSource: API_ERRORS,
    },
    ChangeMessageVisibilityBatch: {
      source: sqsPage('ChangeMessageVisibilityBatch'),
      answers: async ({ client }) => {
        const { QueueUrl, ReceiptHandle } = await receiveOne(client, 'shown-together');
        const Entries = [{ Id: 'a', ReceiptHandle, VisibilityTimeout: 60 }];
        const answer = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
        expect(answer.Successful).toEqual([{ Id: 'a' }]);
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'shown-too-many');
        const Entries = eleven((Id) => ({ Id, ReceiptHandle: 'x', VisibilityTimeout: 1 }));
        return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      },
      refusal: TOO_MANY,
      refusalSource: RECORDED_SQS,
    },
    StartMessageMoveTask: {
      source: sqsPage('StartMessageMoveTask'),
      answers: async ({ client }) => {
        const { SourceArn, sourceUrl } = await deadLetter(client, 'moved');
        const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
        expect(TaskHandle).toBeDefined();
        const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: sourceUrl }));
        expect(Messages?.map(({ Body }) => Body)).toEqual(['letter']);
      },
      refuses: async ({ client }) => {
        await makeQueue(client, 'no-dead-letters');
        return client.send(new StartMessageMoveTaskCommand({ SourceArn: `${QUEUE_ARN}:no-dead-letters` }));
      },
      refusal: invalidSqs('Source queue must be configured as a Dead Letter Queue.'),
      refusalSource: RECORDED_SQS,
    },
    ListMessageMoveTasks: {
      source: sqsPage('ListMessageMoveTasks'),
      answers: async ({ client }) => {
        const { SourceArn } = await deadLetter(client, 'move-listed');
        await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
        const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
        // recorded: test_move_task_workflow_with_default_destination
        expect(Results).toEqual([
          {
            ApproximateNumberOfMessagesMoved: 1,
            ApproximateNumberOfMessagesToMove: 1,
            SourceArn,
            StartedTimestamp: expect.any(Number),
            Status: 'COMPLETED',
          },
        ]);
      },
      refuses: ({ client }) =>
        client.send(new ListMessageMoveTasksCommand({ SourceArn: `${QUEUE_ARN}:nobodys-queue` })),
      refusal: {
        name: 'ResourceNotFoundException',
        message: "The resource that you specified for the SourceArn parameter doesn't exist.",
        status: 404,
      },
      refusalSource: RECORDED_SQS,
    },
  },
});
