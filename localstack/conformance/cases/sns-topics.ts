/** SNS: topics, their attributes and tags, and publishing. */
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  deniedSns,
  invalidSns,
  makeTopic,
  NO_TOPIC,
  NO_TOPIC_ARN,
  RECORDED_SNS,
  snsPage,
  TOPIC_ARN,
} from './sns-material.ts';
import { roleWithoutPolicies } from './without-policies.ts';

const DENIED = 'https://repost.aws/knowledge-center/sns-authorization-error';

export const snsTopicCases = serviceCases({
  service: 'sns',
  folders: ['sns'],
  makeClient: ({ clientConfig }) => new SNSClient(clientConfig),
  operations: {
    CreateTopic: {
      source: snsPage('CreateTopic'),
      answers: async ({ client }) => {
        expect(await makeTopic(client, 'created')).toBe(`${TOPIC_ARN}:created`);
      },
      refuses: async ({ client }) => {
        const Tags = [{ Key: 'a', Value: '1' }];
        await client.send(new CreateTopicCommand({ Name: 'created-twice' }));
        return client.send(new CreateTopicCommand({ Name: 'created-twice', Tags }));
      },
      refusal: invalidSns('Tags Reason: Topic already exists with different tags'),
      refusalSource: RECORDED_SNS,
    },
    DeleteTopic: {
      source: snsPage('DeleteTopic'),
      answers: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'deleted');
        await client.send(new DeleteTopicCommand({ TopicArn }));
        // deleting again is no error: test_delete_topic_idempotency
        await client.send(new DeleteTopicCommand({ TopicArn }));
        const gone = client.send(new GetTopicAttributesCommand({ TopicArn }));
        await expect(gone).rejects.toMatchObject({ name: 'NotFoundException' });
      },
      refuses: async ({ running }) =>
        new SNSClient(await roleWithoutPolicies(running, 'topic-deleter')).send(
          new DeleteTopicCommand({ TopicArn: NO_TOPIC_ARN }),
        ),
      refusal: deniedSns('topic-deleter', 'DeleteTopic', NO_TOPIC_ARN),
      refusalSource: DENIED,
    },
    GetTopicAttributes: {
      source: snsPage('GetTopicAttributes'),
      answers: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'described');
        const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
        expect(Attributes).toMatchObject({ Owner: '000000000000', SubscriptionsConfirmed: '0' });
        // recorded: test_create_topic_with_attributes
        expect(JSON.parse(Attributes!.Policy!)).toMatchObject({
          Version: '2008-10-17',
          Id: '__default_policy_ID',
          Statement: [{ Condition: { StringEquals: { 'AWS:SourceOwner': '000000000000' } } }],
        });
      },
      refuses: ({ client }) => client.send(new GetTopicAttributesCommand({ TopicArn: 'topic' })),
      refusal: invalidSns('TopicArn Reason: An ARN must have at least 6 elements, not 1'),
      refusalSource: RECORDED_SNS,
    },
    SetTopicAttributes: {
      source: snsPage('SetTopicAttributes'),
      answers: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'renamed');
        const change = { TopicArn, AttributeName: 'DisplayName', AttributeValue: 'A name' };
        await client.send(new SetTopicAttributesCommand(change));
        const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
        expect(Attributes?.DisplayName).toBe('A name');
      },
      refuses: ({ client }) =>
        client.send(
          new SetTopicAttributesCommand({
            TopicArn: NO_TOPIC_ARN,
            AttributeName: 'DisplayName',
            AttributeValue: 'x',
          }),
        ),
      refusal: NO_TOPIC,
      refusalSource: RECORDED_SNS,
    },
    ListTopics: {
      source: snsPage('ListTopics'),
      answers: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'listed');
        const { Topics } = await client.send(new ListTopicsCommand({}));
        expect(Topics).toContainEqual({ TopicArn });
      },
      refuses: async ({ running }) =>
        new SNSClient(await roleWithoutPolicies(running, 'topic-lister')).send(new ListTopicsCommand({})),
      refusal: deniedSns('topic-lister', 'ListTopics', `${TOPIC_ARN}:*`),
      refusalSource: 'https://github.com/nccgroup/Scout2/issues/129',
    },
    TagResource: {
      source: snsPage('TagResource'),
      answers: async ({ client }) => {
        const ResourceArn = await makeTopic(client, 'tagged');
        const Tags = [{ Key: 'k2', Value: 'v2b' }];
        await client.send(new TagResourceCommand({ ResourceArn, Tags }));
        expect((await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual(Tags);
      },
      refuses: async ({ client }) => {
        const Tags = [
          { Key: 'k1', Value: 'v1' },
          { Key: 'k1', Value: 'v2' },
        ];
        const ResourceArn = await makeTopic(client, 'tagged-twice');
        return client.send(new TagResourceCommand({ ResourceArn, Tags }));
      },
      refusal: invalidSns('Duplicated keys are not allowed.'),
      refusalSource: RECORDED_SNS,
    },
    UntagResource: {
      source: snsPage('UntagResource'),
      answers: async ({ client }) => {
        const ResourceArn = await makeTopic(client, 'untagged');
        await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] }));
        await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
        expect((await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([]);
      },
      refuses: async ({ running }) =>
        new SNSClient(await roleWithoutPolicies(running, 'untagger')).send(
          new UntagResourceCommand({ ResourceArn: NO_TOPIC_ARN, TagKeys: ['a'] }),
        ),
      refusal: deniedSns('untagger', 'UntagResource', NO_TOPIC_ARN),
      refusalSource: DENIED,
    },
    ListTagsForResource: {
      source: snsPage('ListTagsForResource'),
      answers: async ({ client }) => {
        const Tags = [{ Key: 'k1', Value: 'v1' }];
        const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'created-tagged', Tags }));
        const listed = await client.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
        expect(listed.Tags).toEqual(Tags);
      },
      refuses: async ({ running }) =>
        new SNSClient(await roleWithoutPolicies(running, 'tag-lister')).send(
          new ListTagsForResourceCommand({ ResourceArn: NO_TOPIC_ARN }),
        ),
      refusal: deniedSns('tag-lister', 'ListTagsForResource', NO_TOPIC_ARN),
      refusalSource: DENIED,
    },
    Publish: {
      source: snsPage('Publish'),
      answers: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'published');
        const { MessageId } = await client.send(new PublishCommand({ TopicArn, Message: 'hello' }));
        expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
      },
      refuses: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'published-json');
        const input = { TopicArn, MessageStructure: 'json', Message: '{"sqs":"x"}' };
        return client.send(new PublishCommand(input));
      },
      refusal: invalidSns('Message Structure - No default entry in JSON message body'),
      refusalSource: RECORDED_SNS,
    },
    PublishBatch: {
      source: snsPage('PublishBatch'),
      answers: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'published-together');
        const PublishBatchRequestEntries = [{ Id: 'a', Message: 'hello' }];
        const { Successful } = await client.send(
          new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
        );
        expect(Successful).toMatchObject([{ Id: 'a', MessageId: expect.any(String) }]);
      },
      refuses: async ({ client }) => {
        const TopicArn = await makeTopic(client, 'published-too-many');
        const PublishBatchRequestEntries = Array.from({ length: 11 }, (_, index) => ({
          Id: String(index),
          Message: 'x',
        }));
        return client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
      },
      refusal: {
        name: 'TooManyEntriesInBatchRequestException',
        message: 'The batch request contains more entries than permissible.',
        status: 400,
      },
      refusalSource: RECORDED_SNS,
    },
  },
});
