/** Operations on archives and replays. */
import type {
  CreateArchiveCommandInput,
  DeleteArchiveCommandInput,
  DescribeArchiveCommandInput,
  DescribeReplayCommandInput,
  ListArchivesCommandInput,
  StartReplayCommandInput,
  UpdateArchiveCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { useKey } from '../sqs/key-use.ts';
import type { Archives } from './archives.ts';
import { parseEventPattern } from './pattern.ts';
import { busKeyUse } from './put-events.ts';
import type { Router } from './router.ts';
import {
  type ArchiveRecord,
  archiveArn,
  busArn,
  busNameOf,
  type EventStore,
  type ReplayRecord,
  requireBus,
} from './store.ts';

export function archiveOperations(cloud: Cloud, store: EventStore, archives: Archives, router: Router) {
  function requireArchive(name: string | undefined): ArchiveRecord {
    const archive = store.archives.get(name ?? '');
    if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
    return archive;
  }

  async function checkKey(keyId: string | undefined, arn: string): Promise<void> {
    if (keyId) await useKey(cloud, busKeyUse(cloud, keyId, arn, ['kms:DescribeKey']));
  }

  async function replay(record: ReplayRecord, archive: ArchiveRecord): Promise<void> {
    let lastReplayedEpochMs: number | undefined;
    for await (const event of archives.read(archive)) {
      const at = Date.parse(event.time);
      if (at < record.fromEpochMs || at >= record.untilEpochMs) continue;
      lastReplayedEpochMs = at;
      const options = {
        isReplay: true,
        ...(record.filterArns.length > 0 && { onlyRuleArns: record.filterArns }),
      };
      router.route(archive.busName, { ...event, 'replay-name': record.name }, options);
    }
    store.replays.put(record.name, {
      ...record,
      state: 'COMPLETED',
      endedAtEpochMs: cloud.clock.now(),
      ...(lastReplayedEpochMs !== undefined && { lastReplayedEpochMs }),
    });
  }

  return {
    async CreateArchive(input: CreateArchiveCommandInput) {
      const name = input.ArchiveName ?? '';
      const bus = requireBus(store, input.EventSourceArn);
      if (store.archives.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Archive ${name} already exists.`);
      }
      if (!/^[.\-_A-Za-z0-9]{1,48}$/.test(name)) {
        throw new AwsError('ValidationException', `Archive name ${name} is not valid.`);
      }
      if (input.EventPattern !== undefined) parseEventPattern(input.EventPattern);
      const arn = archiveArn(cloud, name);
      await checkKey(input.KmsKeyIdentifier, arn);
      const createdAtEpochMs = cloud.clock.now();
      store.archives.put(name, {
        name,
        arn,
        busName: bus.name,
        ...archiveSettings(input),
        retentionDays: input.RetentionDays ?? 0,
        createdAtEpochMs,
      });
      return { ArchiveArn: arn, State: 'ENABLED' as const, CreationTime: new Date(createdAtEpochMs) };
    },

    async UpdateArchive(input: UpdateArchiveCommandInput) {
      const archive = requireArchive(input.ArchiveName);
      if (input.EventPattern !== undefined) parseEventPattern(input.EventPattern);
      await checkKey(input.KmsKeyIdentifier, archive.arn);
      const retentionDays = input.RetentionDays ?? archive.retentionDays;
      store.archives.put(archive.name, { ...archive, ...archiveSettings(input), retentionDays });
      return {
        ArchiveArn: archive.arn,
        State: 'ENABLED' as const,
        CreationTime: new Date(archive.createdAtEpochMs),
      };
    },

    DeleteArchive({ ArchiveName }: DeleteArchiveCommandInput) {
      const archive = requireArchive(ArchiveName);
      store.archives.delete(archive.name);
      archives.remove(archive);
      return {};
    },

    async DescribeArchive({ ArchiveName }: DescribeArchiveCommandInput) {
      const archive = requireArchive(ArchiveName);
      return {
        ...(await summarize(archive)),
        ArchiveArn: archive.arn,
        Description: archive.description,
        EventPattern: archive.eventPattern,
        KmsKeyIdentifier: archive.kmsKeyIdentifier,
      };
    },

    async ListArchives({ NamePrefix, EventSourceArn, Limit, NextToken }: ListArchivesCommandInput) {
      const found = store.archives
        .values()
        .filter(({ name }) => name.startsWith(NamePrefix ?? ''))
        .filter(({ busName }) => EventSourceArn === undefined || busArn(cloud, busName) === EventSourceArn);
      const { items, nextToken } = pageOf(found, { size: Limit ?? 100, token: NextToken });
      return { Archives: await Promise.all(items.map(summarize)), NextToken: nextToken };
    },

    StartReplay(input: StartReplayCommandInput) {
      const name = input.ReplayName ?? '';
      const archive = store.archives.get(archiveNameOf(input.EventSourceArn));
      const { EventStartTime: from, EventEndTime: until, Destination } = input;
      if (store.replays.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
      }
      if (!archive) {
        const archiveName = archiveNameOf(input.EventSourceArn);
        throw invalid(
          `Parameter EventSourceArn is not valid. Reason: Archive ${archiveName} does not exist.`,
        );
      }
      if (!from || !until || from >= until) {
        throw invalid(
          'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
        );
      }
      if (busNameOf(Destination?.Arn) !== archive.busName) {
        throw invalid(
          'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
        );
      }
      const startedAtEpochMs = cloud.clock.now();
      const record: ReplayRecord = {
        name,
        arn: `arn:aws:events:${cloud.region}:${cloud.account}:replay/${name}`,
        archiveArn: archive.arn,
        busArn: busArn(cloud, archive.busName),
        filterArns: Destination?.FilterArns ?? [],
        ...(input.Description !== undefined && { description: input.Description }),
        state: 'RUNNING',
        fromEpochMs: from.getTime(),
        untilEpochMs: until.getTime(),
        startedAtEpochMs,
      };
      store.replays.put(name, record);
      cloud.background(`replay ${name}`, () => replay(record, archive));
      return {
        ReplayArn: record.arn,
        State: 'STARTING' as const,
        ReplayStartTime: new Date(startedAtEpochMs),
      };
    },

    DescribeReplay({ ReplayName }: DescribeReplayCommandInput) {
      const record = store.replays.get(ReplayName ?? '');
      if (!record) throw new AwsError('ResourceNotFoundException', `Replay ${ReplayName} does not exist.`);
      return describeReplay(record);
    },
  };

  async function summarize(archive: ArchiveRecord) {
    const { eventCount, sizeBytes } = await archives.measure(archive);
    return {
      ArchiveName: archive.name,
      EventSourceArn: busArn(cloud, archive.busName),
      State: 'ENABLED' as const,
      RetentionDays: archive.retentionDays,
      EventCount: eventCount,
      SizeBytes: sizeBytes,
      CreationTime: new Date(archive.createdAtEpochMs),
    };
  }
}

function archiveSettings(input: UpdateArchiveCommandInput) {
  return {
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.EventPattern !== undefined && { eventPattern: input.EventPattern }),
    ...(input.KmsKeyIdentifier && { kmsKeyIdentifier: input.KmsKeyIdentifier }),
  };
}

function describeReplay(record: ReplayRecord) {
  const dateOf = (epochMs: number | undefined) => (epochMs === undefined ? undefined : new Date(epochMs));
  return {
    ReplayName: record.name,
    ReplayArn: record.arn,
    Description: record.description,
    State: record.state,
    EventSourceArn: record.archiveArn,
    Destination: { Arn: record.busArn, FilterArns: [...record.filterArns] },
    EventStartTime: new Date(record.fromEpochMs),
    EventEndTime: new Date(record.untilEpochMs),
    EventLastReplayedTime: dateOf(record.lastReplayedEpochMs),
    ReplayStartTime: new Date(record.startedAtEpochMs),
    ReplayEndTime: dateOf(record.endedAtEpochMs),
  };
}

function archiveNameOf(arn: string | undefined): string {
  return (arn ?? '').slice((arn ?? '').lastIndexOf('/') + 1);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
