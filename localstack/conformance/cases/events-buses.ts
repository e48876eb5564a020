/** EventBridge: buses, their permissions and tags, and what is put on them. */
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListTagsForResourceCommand,
  PutEventsCommand,
  PutPermissionCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventBusCommand,
} from '@aws-sdk/client-eventbridge';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { eventsPage, noBus, RECORDED_EVENTS, RECORDED_TAGS } from './events-sources.ts';

const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus';

async function makeBus(client: EventBridgeClient, Name: string): Promise<string> {
  const { EventBusArn } = await client.send(new CreateEventBusCommand({ Name }));
  return EventBusArn!;
}
const permission = (EventBusName: string) =>
  new PutPermissionCommand({
    EventBusName,
    Action: 'events:PutEvents',
    Principal: '111122223333',
    StatementId: 'other',
  });

export const eventsBusesCases = serviceCases({
  service: 'events',
  folders: ['events'],
  makeClient: ({ clientConfig }) => new EventBridgeClient(clientConfig),
  operations: {
    CreateEventBus: {
      source: eventsPage('CreateEventBus'),
      answers: async ({ client }) => {
        expect(await makeBus(client, 'made')).toBe(`${BUS}/made`);
      },
      refuses: async ({ client }) => {
        await makeBus(client, 'twice');
        await makeBus(client, 'twice');
      },
      refusal: {
        name: 'ResourceAlreadyExistsException',
        message: 'Event bus twice already exists.',
        status: 400,
      },
      refusalSource: RECORDED_EVENTS,
    },
    UpdateEventBus: {
      source: eventsPage('UpdateEventBus'),
      answers: async ({ client }) => {
        await makeBus(client, 'updated');
        const answer = await client.send(new UpdateEventBusCommand({ Name: 'updated', Description: 'new' }));
        expect(answer).toMatchObject({ Name: 'updated', Description: 'new' });
      },
      refuses: ({ client }) => client.send(new UpdateEventBusCommand({ Name: 'none' })),
      refusal: noBus('none'),
      refusalSource: RECORDED_EVENTS,
    },
    DescribeEventBus: {
      source: eventsPage('DescribeEventBus'),
      answers: async ({ client }) => {
        const answer = await client.send(new DescribeEventBusCommand({}));
        expect(answer).toMatchObject({ Name: 'default', Arn: `${BUS}/default` });
      },
      refuses: ({ client }) => client.send(new DescribeEventBusCommand({ Name: 'none' })),
      refusal: noBus('none'),
      refusalSource: RECORDED_EVENTS,
    },
    ListEventBuses: {
      source: eventsPage('ListEventBuses'),
      answers: async ({ client }) => {
        await makeBus(client, 'listed');
        const { EventBuses } = await client.send(new ListEventBusesCommand({ NamePrefix: 'list' }));
        expect(EventBuses?.map(({ Arn }) => Arn)).toEqual([`${BUS}/listed`]);
      },
      refuses: ({ client }) => client.send(new ListEventBusesCommand({ Limit: 101 })),
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
        status: 400,
      },
    },
    DeleteEventBus: {
      source: eventsPage('DeleteEventBus'),
      answers: async ({ client }) => {
        await makeBus(client, 'deleted');
        await client.send(new DeleteEventBusCommand({ Name: 'deleted' }));
        const { EventBuses } = await client.send(new ListEventBusesCommand({ NamePrefix: 'deleted' }));
        expect(EventBuses).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteEventBusCommand({ Name: 'default' })),
      refusal: { name: 'ValidationException', message: 'Cannot delete event bus default.', status: 400 },
      refusalSource: RECORDED_EVENTS,
    },
    PutPermission: {
      source: eventsPage('PutPermission'),
      answers: async ({ client }) => {
        const Resource = await makeBus(client, 'permitted');
        await client.send(permission('permitted'));
        const { Policy } = await client.send(new DescribeEventBusCommand({ Name: 'permitted' }));
        expect(JSON.parse(Policy!)).toEqual({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'other',
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::111122223333:root' },
              Action: 'events:PutEvents',
              Resource,
            },
          ],
        });
      },
      refuses: ({ client }) => client.send(permission('none')),
      refusal: noBus('none'),
      refusalSource: RECORDED_EVENTS,
    },
    RemovePermission: {
      source: eventsPage('RemovePermission'),
      answers: async ({ client }) => {
        await makeBus(client, 'unpermitted');
        await client.send(permission('unpermitted'));
        await client.send(new RemovePermissionCommand({ EventBusName: 'unpermitted', StatementId: 'other' }));
        const { Policy } = await client.send(new DescribeEventBusCommand({ Name: 'unpermitted' }));
        expect(Policy).toBeUndefined();
      },
      refuses: ({ client }) => client.send(new RemovePermissionCommand({ StatementId: 'none' })),
      refusal: {
        name: 'ResourceNotFoundException',
        message: 'Statement with the provided id does not exist.',
        status: 400,
      },
      refusalSource: RECORDED_EVENTS,
    },
    PutEvents: {
      source: eventsPage('PutEvents'),
      answers: async ({ client }) => {
        const good = { Source: 'me', DetailType: 'Made', Detail: '{}' };
        const { FailedEntryCount, Entries } = await client.send(
          new PutEventsCommand({
            Entries: [
              good,
              { ...good, Source: 'aws.s3' },
              { ...good, Detail: '[1]' },
              { ...good, DetailType: undefined },
              // recorded: taken, and lost
              { ...good, EventBusName: 'none' },
            ],
          }),
        );
        expect(FailedEntryCount).toBe(3);
        expect(Entries).toMatchObject([
          { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
          { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
          { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
          {
            ErrorCode: 'InvalidArgument',
            ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
          },
          { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        ]);
      },
      refuses: ({ client }) =>
        client.send(
          new PutEventsCommand({
            Entries: [{ Source: 'me', DetailType: 'Large', Detail: `{"a":"${'x'.repeat(1_048_576)}"}` }],
          }),
        ),
      refusal: {
        name: 'ValidationException',
        message: 'Total size of the entries in the request is over the limit.',
        status: 400,
      },
      refusalSource: RECORDED_EVENTS,
    },
    TagResource: {
      source: eventsPage('TagResource'),
      answers: async ({ client }) => {
        const ResourceARN = await makeBus(client, 'tagged');
        await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'a', Value: '1' }] }));
        const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
        expect(Tags).toEqual([{ Key: 'a', Value: '1' }]);
      },
      refuses: ({ client }) => client.send(new TagResourceCommand({ ResourceARN: `${BUS}/none`, Tags: [] })),
      refusal: noBus('none'),
      refusalSource: RECORDED_TAGS,
    },
    UntagResource: {
      source: eventsPage('UntagResource'),
      answers: async ({ client }) => {
        const ResourceARN = await makeBus(client, 'untagged');
        await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'a', Value: '1' }] }));
        await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
        const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
        expect(Tags).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(new UntagResourceCommand({ ResourceARN: `${BUS}/none`, TagKeys: ['a'] })),
      refusal: noBus('none'),
      refusalSource: RECORDED_TAGS,
    },
    ListTagsForResource: {
      source: eventsPage('ListTagsForResource'),
      answers: async ({ client }) => {
        const ResourceARN = `${BUS}/default`;
        const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
        expect(Tags).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(
          new ListTagsForResourceCommand({
            ResourceARN: 'arn:aws:events:us-east-1:000000000000:rule/none',
          }),
        ),
      refusal: {
        name: 'ResourceNotFoundException',
        message: 'Rule none does not exist on EventBus default.',
        status: 400,
      },
      refusalSource: RECORDED_TAGS,
    },
  },
});
