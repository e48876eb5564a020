/** SQS: queues, their attributes and tags. */
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { makeQueue, NO_QUEUE, noQueue, QUEUE_ARN, RECORDED_SQS, sqsPage } from './sqs-material.ts';
import { roleWithoutPolicies } from './without-policies.ts';

export const sqsQueueCases = serviceCases({
  service: 'sqs',
  folders: ['sqs'],
  makeClient: ({ clientConfig }) => new SQSClient(clientConfig),
  operations: {
    CreateQueue: {
      source: sqsPage('CreateQueue'),
      answers: async ({ client, running }) => {
        const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'created' }));
        expect(QueueUrl).toBe(`${running.endpoint}/000000000000/created`);
      },
      refuses: async ({ client }) => {
        await makeQueue(client, 'created-otherwise');
        return makeQueue(client, 'created-otherwise', { DelaySeconds: '1' });
      },
      refusal: {
        name: 'QueueNameExists',
        message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
        status: 400,
      },
      refusalSource: RECORDED_SQS,
    },
    DeleteQueue: {
      source: sqsPage('DeleteQueue'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'deleted');
        const { $metadata } = await client.send(new DeleteQueueCommand({ QueueUrl }));
        expect($metadata.httpStatusCode).toBe(200);
        await expect(makeQueue(client, 'deleted')).rejects.toMatchObject({
          name: 'QueueDeletedRecently',
          message:
            'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
        });
      },
      refuses: (context) => context.client.send(new DeleteQueueCommand({ QueueUrl: noQueue(context) })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
    GetQueueUrl: {
      source: sqsPage('GetQueueUrl'),
      answers: async ({ client }) => {
        const url = await makeQueue(client, 'named');
        const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'named' }));
        expect(QueueUrl).toBe(url);
      },
      refuses: ({ client }) => client.send(new GetQueueUrlCommand({ QueueName: 'nobodys-queue' })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
    ListQueues: {
      source: sqsPage('ListQueues'),
      answers: async ({ client }) => {
        const urls = [await makeQueue(client, 'listed-1'), await makeQueue(client, 'listed-2')];
        const first = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'listed-', MaxResults: 1 }));
        const { NextToken } = first;
        const rest = await client.send(
          new ListQueuesCommand({ QueueNamePrefix: 'listed-', MaxResults: 1, NextToken }),
        );
        expect([first.QueueUrls, rest.QueueUrls, rest.NextToken]).toEqual([[urls[0]], [urls[1]], undefined]);
      },
      refuses: async ({ running }) =>
        new SQSClient(await roleWithoutPolicies(running, 'sqs-lister')).send(new ListQueuesCommand({})),
      refusal: {
        name: 'AccessDenied',
        message:
          'User: arn:aws:sts::000000000000:assumed-role/sqs-lister/test-session is not authorized to perform: sqs:listqueues on resource: arn:aws:sqs:us-east-1:000000000000: because no identity-based policy allows the sqs:listqueues action',
        status: 403,
      },
      refusalSource: 'https://repost.aws/knowledge-center/sqs-access-denied-errors',
    },
    ListDeadLetterSourceQueues: {
      source: sqsPage('ListDeadLetterSourceQueues'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'dead-listed');
        const deadLetterTargetArn = `${QUEUE_ARN}:dead-listed`;
        const source = await makeQueue(client, 'source-listed', {
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
        });
        const { queueUrls } = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl }));
        expect(queueUrls).toEqual([source]);
      },
      refuses: (context) =>
        context.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: noQueue(context) })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
    GetQueueAttributes: {
      source: sqsPage('GetQueueAttributes'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'described', { VisibilityTimeout: '20' });
        const { Attributes } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
        );
        // recorded: test_create_and_update_queue_attributes
        expect(Attributes).toEqual({
          ApproximateNumberOfMessages: '0',
          ApproximateNumberOfMessagesDelayed: '0',
          ApproximateNumberOfMessagesNotVisible: '0',
          CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
          DelaySeconds: '0',
          LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
          MaximumMessageSize: '1048576',
          MessageRetentionPeriod: '345600',
          QueueArn: `${QUEUE_ARN}:described`,
          ReceiveMessageWaitTimeSeconds: '0',
          SqsManagedSseEnabled: 'true',
          VisibilityTimeout: '20',
        });
      },
      refuses: (context) =>
        context.client.send(new GetQueueAttributesCommand({ QueueUrl: noQueue(context) })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
    SetQueueAttributes: {
      source: sqsPage('SetQueueAttributes'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'changed');
        const Attributes = { DelaySeconds: '420' };
        await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
        const AttributeNames = ['DelaySeconds' as const];
        const described = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
        expect(described.Attributes).toEqual(Attributes);
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'not-fifo');
        return client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { FifoQueue: 'false' } }));
      },
      refusal: { name: 'InvalidAttributeName', message: 'Unknown Attribute FifoQueue.', status: 400 },
      refusalSource: RECORDED_SQS,
    },
    PurgeQueue: {
      source: sqsPage('PurgeQueue'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'purged');
        await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
        await client.send(new PurgeQueueCommand({ QueueUrl }));
        const AttributeNames = ['ApproximateNumberOfMessages' as const];
        const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
        expect(Attributes).toEqual({ ApproximateNumberOfMessages: '0' });
      },
      refuses: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'purged-twice');
        await client.send(new PurgeQueueCommand({ QueueUrl }));
        return client.send(new PurgeQueueCommand({ QueueUrl }));
      },
      refusal: {
        name: 'PurgeQueueInProgress',
        message: 'Only one PurgeQueue operation on purged-twice is allowed every 60 seconds.',
        status: 403,
      },
      refusalSource: RECORDED_SQS,
    },
    TagQueue: {
      source: sqsPage('TagQueue'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'tagged');
        await client.send(new TagQueueCommand({ QueueUrl, Tags: { tag1: 'value1', tag3: '' } }));
        const { Tags } = await client.send(new ListQueueTagsCommand({ QueueUrl }));
        expect(Tags).toEqual({ tag1: 'value1', tag3: '' });
      },
      refuses: (context) =>
        context.client.send(new TagQueueCommand({ QueueUrl: noQueue(context), Tags: { a: 'b' } })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
    UntagQueue: {
      source: sqsPage('UntagQueue'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'untagged');
        await client.send(new TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }));
        await client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
        const { Tags } = await client.send(new ListQueueTagsCommand({ QueueUrl }));
        expect(Tags).toEqual({ b: '2' });
      },
      refuses: (context) =>
        context.client.send(new UntagQueueCommand({ QueueUrl: noQueue(context), TagKeys: ['a'] })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
    ListQueueTags: {
      source: sqsPage('ListQueueTags'),
      answers: async ({ client }) => {
        const QueueUrl = await makeQueue(client, 'without-tags');
        // recorded: no member at all when there is none (test_tag_untag_queue)
        expect((await client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toBeUndefined();
      },
      refuses: (context) => context.client.send(new ListQueueTagsCommand({ QueueUrl: noQueue(context) })),
      refusal: NO_QUEUE,
      refusalSource: RECORDED_SQS,
    },
  },
});
