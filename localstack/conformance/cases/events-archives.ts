/** EventBridge: archives and replays. */
import {
  CancelReplayCommand,
  CreateArchiveCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge';
import { expect } from 'vitest';
import { type AwsRefusal, serviceCases } from '../operation-case.ts';
import { eventsPage, noBus, RECORDED_ARCHIVES } from './events-sources.ts';

const ARN = 'arn:aws:events:us-east-1:000000000000';
const EventSourceArn = `${ARN}:event-bus/default`;

const makeArchive = (client: EventBridgeClient, ArchiveName: string) =>
  client.send(new CreateArchiveCommand({ ArchiveName, EventSourceArn, RetentionDays: 1 }));

async function startReplay(client: EventBridgeClient, name: string) {
  await makeArchive(client, name);
  return client.send(
    new StartReplayCommand({
      ReplayName: name,
      EventSourceArn: `${ARN}:archive/${name}`,
      EventStartTime: new Date('2026-01-01T00:00:00Z'),
      EventEndTime: new Date('2026-01-02T00:00:00Z'),
      Destination: { Arn: EventSourceArn },
    }),
  );
}
const absent = (message: string): AwsRefusal => ({
  name: 'ResourceNotFoundException',
  message,
  status: 400,
});

export const eventsArchivesCases = serviceCases({
  service: 'events',
  folders: ['events'],
  makeClient: ({ clientConfig }) => new EventBridgeClient(clientConfig),
  operations: {
    CreateArchive: {
      source: eventsPage('CreateArchive'),
      answers: async ({ client }) => {
        const answer = await makeArchive(client, 'made');
        expect(answer).toMatchObject({ ArchiveArn: `${ARN}:archive/made`, State: 'ENABLED' });
      },
      refuses: async ({ client }) => {
        await makeArchive(client, 'twice');
        await makeArchive(client, 'twice');
      },
      refusal: {
        name: 'ResourceAlreadyExistsException',
        message: 'Archive twice already exists.',
        status: 400,
      },
      refusalSource: RECORDED_ARCHIVES,
    },
    UpdateArchive: {
      source: eventsPage('UpdateArchive'),
      answers: async ({ client }) => {
        await makeArchive(client, 'updated');
        const update = new UpdateArchiveCommand({ ArchiveName: 'updated', RetentionDays: 3 });
        expect((await client.send(update)).State).toBe('ENABLED');
        const after = await client.send(new DescribeArchiveCommand({ ArchiveName: 'updated' }));
        expect(after.RetentionDays).toBe(3);
      },
      refuses: ({ client }) => client.send(new UpdateArchiveCommand({ ArchiveName: 'none' })),
      refusal: {
        name: 'ValidationException',
        message: 'At least one of EventPattern, RetentionDays or Description must be provided.',
        status: 400,
      },
      refusalSource: RECORDED_ARCHIVES,
    },
    DescribeArchive: {
      source: eventsPage('DescribeArchive'),
      answers: async ({ client }) => {
        await makeArchive(client, 'described');
        const answer = await client.send(new DescribeArchiveCommand({ ArchiveName: 'described' }));
        expect(answer).toMatchObject({ EventSourceArn, RetentionDays: 1, EventCount: 0, SizeBytes: 0 });
      },
      refuses: ({ client }) => client.send(new DescribeArchiveCommand({ ArchiveName: 'none' })),
      refusal: absent('Archive none does not exist.'),
      refusalSource: RECORDED_ARCHIVES,
    },
    ListArchives: {
      source: eventsPage('ListArchives'),
      answers: async ({ client }) => {
        await makeArchive(client, 'listed');
        const { Archives } = await client.send(new ListArchivesCommand({ NamePrefix: 'listed' }));
        expect(Archives).toMatchObject([{ ArchiveName: 'listed', State: 'ENABLED' }]);
      },
      refuses: ({ client }) =>
        client.send(new ListArchivesCommand({ EventSourceArn: `${ARN}:event-bus/none` })),
      refusal: noBus('none'),
      refusalSource: RECORDED_ARCHIVES,
    },
    DeleteArchive: {
      source: eventsPage('DeleteArchive'),
      answers: async ({ client }) => {
        await makeArchive(client, 'deleted');
        await client.send(new DeleteArchiveCommand({ ArchiveName: 'deleted' }));
        const { Archives } = await client.send(new ListArchivesCommand({ NamePrefix: 'deleted' }));
        expect(Archives).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteArchiveCommand({ ArchiveName: 'none' })),
      refusal: absent('Archive none does not exist.'),
      refusalSource: RECORDED_ARCHIVES,
    },
    StartReplay: {
      source: eventsPage('StartReplay'),
      answers: async ({ client }) => {
        const answer = await startReplay(client, 'started');
        expect(answer).toMatchObject({ ReplayArn: `${ARN}:replay/started`, State: 'STARTING' });
      },
      refuses: ({ client }) =>
        client.send(
          new StartReplayCommand({
            ReplayName: 'lost',
            EventSourceArn: `${ARN}:archive/none`,
            EventStartTime: new Date('2026-01-01T00:00:00Z'),
            EventEndTime: new Date('2026-01-02T00:00:00Z'),
            Destination: { Arn: EventSourceArn },
          }),
        ),
      refusal: {
        name: 'ValidationException',
        message: 'Parameter EventSourceArn is not valid. Reason: Archive none does not exist.',
        status: 400,
      },
      refusalSource: RECORDED_ARCHIVES,
    },
    CancelReplay: {
      source: eventsPage('CancelReplay'),
      answers: async ({ client, running: { cloud } }) => {
        await startReplay(client, 'cancelled');
        const answer = await client.send(new CancelReplayCommand({ ReplayName: 'cancelled' }));
        expect(answer).toMatchObject({ ReplayArn: `${ARN}:replay/cancelled`, State: 'CANCELLING' });
        await cloud.clock.advanceTo(cloud.clock.now() + 5000);
        const { State } = await client.send(new DescribeReplayCommand({ ReplayName: 'cancelled' }));
        expect(State).toBe('CANCELLED');
      },
      refuses: ({ client }) => client.send(new CancelReplayCommand({ ReplayName: 'none' })),
      refusal: absent('Replay none does not exist.'),
      refusalSource: RECORDED_ARCHIVES,
    },
    DescribeReplay: {
      source: eventsPage('DescribeReplay'),
      answers: async ({ client, running: { cloud } }) => {
        await startReplay(client, 'complete');
        await cloud.clock.advanceTo(cloud.clock.now() + 5000);
        const answer = await client.send(new DescribeReplayCommand({ ReplayName: 'complete' }));
        expect(answer).toMatchObject({
          EventSourceArn: `${ARN}:archive/complete`,
          Destination: { Arn: EventSourceArn, FilterArns: [] },
          State: 'COMPLETED',
        });
      },
      refuses: ({ client }) => client.send(new DescribeReplayCommand({ ReplayName: 'none' })),
      refusal: absent('Replay none does not exist.'),
      refusalSource: RECORDED_ARCHIVES,
    },
    ListReplays: {
      source: eventsPage('ListReplays'),
      answers: async ({ client }) => {
        await startReplay(client, 'listed-replay');
        const { Replays } = await client.send(new ListReplaysCommand({ NamePrefix: 'listed-replay' }));
        expect(Replays).toMatchObject([{ ReplayName: 'listed-replay', State: 'STARTING' }]);
      },
      refuses: ({ client }) => client.send(new ListReplaysCommand({ Limit: 0 })),
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
        status: 400,
      },
    },
  },
});
