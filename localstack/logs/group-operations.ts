/** Operations on log groups and streams. */
import type {
  AssociateKmsKeyCommandInput,
  CreateLogGroupCommandInput,
  CreateLogStreamCommandInput,
  DeleteLogGroupCommandInput,
  DeleteLogStreamCommandInput,
  DeleteRetentionPolicyCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogStreamsCommandInput,
  DisassociateKmsKeyCommandInput,
  ListTagsForResourceCommandInput,
  PutRetentionPolicyCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { requireConstraints } from '../events/constraints.ts';
import { withoutTags } from '../events/tags.ts';
import type { EventFiles } from './event-files.ts';
import {
  groupArn,
  type LogGroupRecord,
  type LogStore,
  type LogStreamRecord,
  requireGroup,
  requireStream,
  streamKey,
  streamsOf,
} from './groups.ts';
import { requireLogsKey } from './log-key.ts';
import {
  refuseMembers,
  requireGroupName,
  requireLimit,
  requireOneGroup,
  requireStreamName,
} from './log-names.ts';

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function groupOperations(cloud: Cloud, store: LogStore, files: EventFiles) {
  function removeStream(stream: LogStreamRecord): void {
    files.remove(stream);
    store.streams.delete(streamKey(stream.groupName, stream.name));
  }

  function change(group: LogGroupRecord, changes: Partial<LogGroupRecord>): void {
    store.groups.put(group.name, { ...group, ...changes });
  }

  return {
    async CreateLogGroup(input: CreateLogGroupCommandInput) {
      const name = input.logGroupName ?? '';
      requireGroupName(name);
      if (store.groups.has(name)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      refuseMembers('CreateLogGroup', { deletionProtectionEnabled: input.deletionProtectionEnabled });
      if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD') {
        throw new NotImplementedByLocalCloud(`logs logGroupClass ${input.logGroupClass}`);
      }
      const arn = groupArn(cloud, name);
      if (input.kmsKeyId !== undefined) await requireLogsKey(cloud, input.kmsKeyId, arn);
      store.groups.put(name, {
        name,
        arn,
        createdAtEpochMs: cloud.clock.now(),
        ...(input.kmsKeyId !== undefined && { kmsKeyId: input.kmsKeyId }),
        tags: input.tags ?? {},
      });
      return {};
    },

    DeleteLogGroup({ logGroupName }: DeleteLogGroupCommandInput) {
      const group = requireGroup(store, logGroupName);
      for (const stream of streamsOf(store, group.name)) removeStream(stream);
      for (const [key, filter] of store.filters.entries()) {
        if (filter.groupName === group.name) store.filters.delete(key);
      }
      store.groups.delete(group.name);
      return {};
    },

    DescribeLogGroups(input: DescribeLogGroupsCommandInput) {
      const { accountIdentifiers, includeLinkedAccounts, logGroupIdentifiers, logGroupClass } = input;
      refuseMembers('DescribeLogGroups', { accountIdentifiers, includeLinkedAccounts, logGroupIdentifiers });
      requireLimit(input.limit, 50);
      if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
        throw new AwsError(
          'InvalidParameterException',
          'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
        );
      }
      const found = store.groups
        .values()
        .filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? ''))
        .filter(({ name }) => name.toLowerCase().includes(input.logGroupNamePattern?.toLowerCase() ?? ''))
        // every group here is of the standard class
        .filter(() => logGroupClass === undefined || logGroupClass === 'STANDARD')
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = pageOf(found, { size: input.limit ?? 50, token: input.nextToken });
      return { logGroups: items.map(describeGroup), nextToken };
    },

    PutRetentionPolicy({ logGroupName, retentionInDays = 0 }: PutRetentionPolicyCommandInput) {
      requireConstraints('InvalidParameterException', [
        { path: 'retentionInDays', value: retentionInDays, oneOf: RETENTION_DAYS.map(String) },
      ]);
      change(requireGroup(store, logGroupName), { retentionDays: retentionInDays });
      return {};
    },
    DeleteRetentionPolicy({ logGroupName }: DeleteRetentionPolicyCommandInput) {
      const { retentionDays: _, ...group } = requireGroup(store, logGroupName);
      store.groups.put(group.name, group);
      return {};
    },

    async AssociateKmsKey({ logGroupName, resourceIdentifier, kmsKeyId = '' }: AssociateKmsKeyCommandInput) {
      const group = requireGroup(store, logGroupName ?? resourceIdentifier);
      await requireLogsKey(cloud, kmsKeyId, group.arn);
      change(group, { kmsKeyId });
      return {};
    },
    DisassociateKmsKey({ logGroupName, resourceIdentifier }: DisassociateKmsKeyCommandInput) {
      const { kmsKeyId: _, ...group } = requireGroup(store, logGroupName ?? resourceIdentifier);
      store.groups.put(group.name, group);
      return {};
    },

    CreateLogStream({ logGroupName, logStreamName = '' }: CreateLogStreamCommandInput) {
      const group = requireGroup(store, logGroupName);
      const key = streamKey(group.name, logStreamName);
      requireStreamName(logStreamName);
      if (store.streams.has(key)) {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
      }
      store.streams.put(key, {
        groupName: group.name,
        name: logStreamName,
        createdAtEpochMs: cloud.clock.now(),
        eventCount: 0,
      });
      return {};
    },
    DeleteLogStream({ logGroupName, logStreamName }: DeleteLogStreamCommandInput) {
      removeStream(requireStream(store, requireGroup(store, logGroupName), logStreamName));
      return {};
    },

    DescribeLogStreams(input: DescribeLogStreamsCommandInput) {
      requireOneGroup(input.logGroupName, input.logGroupIdentifier);
      requireLimit(input.limit, 50);
      if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined) {
        throw new AwsError(
          'InvalidParameterException',
          'Cannot order by LastEventTime with a logStreamNamePrefix.',
        );
      }
      const group = requireGroup(store, input.logGroupName ?? input.logGroupIdentifier);
      const byTime = input.orderBy === 'LastEventTime';
      const found = streamsOf(store, group.name)
        .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''))
        .sort((a, b) =>
          byTime ? (a.lastEventEpochMs ?? 0) - (b.lastEventEpochMs ?? 0) : a.name < b.name ? -1 : 1,
        );
      if (input.descending) found.reverse();
      const { items, nextToken } = pageOf(found, { size: input.limit ?? 50, token: input.nextToken });
      return { logStreams: items.map((stream) => describeStream(group, stream)), nextToken };
    },

    TagResource({ resourceArn, tags }: TagResourceCommandInput) {
      const group = requireGroup(store, resourceArn);
      change(group, { tags: { ...group.tags, ...tags } });
      return {};
    },
    UntagResource({ resourceArn, tagKeys }: UntagResourceCommandInput) {
      const group = requireGroup(store, resourceArn);
      change(group, { tags: withoutTags(group.tags, tagKeys) });
      return {};
    },
    ListTagsForResource({ resourceArn }: ListTagsForResourceCommandInput) {
      return { tags: requireGroup(store, resourceArn).tags };
    },
  };

  function describeGroup(group: LogGroupRecord) {
    const streams = streamsOf(store, group.name);
    const filters = store.filters.values().filter(({ groupName }) => groupName === group.name);
    return {
      logGroupName: group.name,
      creationTime: group.createdAtEpochMs,
      retentionInDays: group.retentionDays,
      metricFilterCount: filters.length,
      arn: `${group.arn}:*`,
      logGroupArn: group.arn,
      storedBytes: streams.reduce((total, stream) => total + files.size(stream), 0),
      kmsKeyId: group.kmsKeyId,
      logGroupClass: 'STANDARD' as const,
      deletionProtectionEnabled: false,
    };
  }

  function describeStream(group: LogGroupRecord, stream: LogStreamRecord) {
    return {
      logStreamName: stream.name,
      creationTime: stream.createdAtEpochMs,
      firstEventTimestamp: stream.firstEventEpochMs,
      lastEventTimestamp: stream.lastEventEpochMs,
      lastIngestionTime: stream.lastIngestionEpochMs,
      // a stream has none before its first events
      ...(stream.eventCount > 0 && { uploadSequenceToken: String(stream.eventCount) }),
      arn: `${group.arn}:log-stream:${stream.name}`,
      // the service has answered 0 here since 2019
      storedBytes: 0,
    };
  }
}
