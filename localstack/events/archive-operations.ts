/** Operations on archives. */
import type {
  CreateArchiveCommandInput,
  DeleteArchiveCommandInput,
  DescribeArchiveCommandInput,
  ListArchivesCommandInput,
  UpdateArchiveCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { useKey } from '../sqs/key-use.ts';
import type { Archives } from './archives.ts';
import { NAME_PATTERN, requireConstraints, requireLimit } from './constraints.ts';
import { parseEventPattern } from './pattern.ts';
import { busKeyUse } from './put-events.ts';
import { type ArchiveRecord, archiveArn, busArn, type EventStore, requireBus } from './store.ts';

export function archiveOperations(cloud: Cloud, store: EventStore, archives: Archives) {
  function requireArchive(name: string | undefined): ArchiveRecord {
    const archive = store.archives.get(name ?? '');
    if (!archive) throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
    return archive;
  }

  async function checkKey(keyId: string | undefined, arn: string): Promise<void> {
    if (keyId) await useKey(cloud, busKeyUse(cloud, keyId, arn, ['kms:DescribeKey']));
  }

  return {
    async CreateArchive(input: CreateArchiveCommandInput) {
      const name = input.ArchiveName ?? '';
      requireConstraints('ValidationException', [
        { path: 'archiveName', value: name, minLength: 1, maxLength: 48, pattern: NAME_PATTERN },
        { path: 'retentionDays', value: input.RetentionDays, min: 0 },
      ]);
      const bus = requireBus(store, input.EventSourceArn);
      if (store.archives.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Archive ${name} already exists.`);
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
      const { EventPattern, RetentionDays, Description, KmsKeyIdentifier } = input;
      if ((EventPattern ?? RetentionDays ?? Description ?? KmsKeyIdentifier) === undefined) {
        throw new AwsError(
          'ValidationException',
          'At least one of EventPattern, RetentionDays or Description must be provided.',
        );
      }
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

    async ListArchives(input: ListArchivesCommandInput) {
      const { NamePrefix, EventSourceArn, Limit, NextToken, State } = input;
      requireLimit(Limit);
      if (EventSourceArn !== undefined) requireBus(store, EventSourceArn);
      const found = store.archives
        .values()
        .filter(({ name }) => name.startsWith(NamePrefix ?? ''))
        .filter(({ busName }) => EventSourceArn === undefined || busArn(cloud, busName) === EventSourceArn)
        // every archive of this cloud is enabled
        .filter(() => State === undefined || State === 'ENABLED');
      const { items, nextToken } = pageOf(found, { size: Limit ?? 100, token: NextToken });
      return { Archives: await Promise.all(items.map(summarize)), NextToken: nextToken };
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
