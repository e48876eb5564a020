/** Log groups, their streams, and resource policies. */
import type { MetricTransformation } from '@aws-sdk/client-cloudwatch-logs';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';

export interface LogGroupRecord {
  readonly name: string;
  /** Without `:*`. */
  readonly arn: string;
  readonly createdAtEpochMs: number;
  /** Undefined keeps events for ever. */
  readonly retentionDays?: number;
  readonly kmsKeyId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogStreamRecord {
  readonly groupName: string;
  readonly name: string;
  readonly createdAtEpochMs: number;
  readonly firstEventEpochMs?: number;
  readonly lastEventEpochMs?: number;
  readonly lastIngestionEpochMs?: number;
  readonly eventCount: number;
}

export interface MetricFilterRecord {
  readonly groupName: string;
  readonly name: string;
  readonly pattern: string;
  readonly transformations: readonly MetricTransformation[];
  readonly createdAtEpochMs: number;
}

export interface ResourcePolicyRecord {
  readonly name: string;
  readonly document: string;
  readonly updatedAtEpochMs: number;
}

export interface LogStore {
  readonly groups: Collection<LogGroupRecord>;
  /** Keyed by `streamKey`. */
  readonly streams: Collection<LogStreamRecord>;
  /** Keyed by `streamKey` of group and filter name. */
  readonly filters: Collection<MetricFilterRecord>;
  readonly policies: Collection<ResourcePolicyRecord>;
}

export function openLogStore(cloud: Cloud): LogStore {
  return {
    groups: cloud.collection('logs', 'groups'),
    streams: cloud.collection('logs', 'streams'),
    filters: cloud.collection('logs', 'metric-filters'),
    policies: cloud.collection('logs', 'resource-policies'),
  };
}

/** Key of something named within a group; neither name may hold a line break. */
export function streamKey(groupName: string, name: string): string {
  return `${groupName}\n${name}`;
}

/** ARN of a group, without `:*`. */
export function groupArn({ account, region }: Pick<Cloud, 'account' | 'region'>, name: string): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

/** Name of a group given by name, by ARN or by ARN with `:*`. */
export function groupNameOf(nameOrArn: string | undefined): string {
  if (!nameOrArn?.startsWith('arn:')) return nameOrArn ?? '';
  return nameOrArn.split(':')[6] ?? '';
}

/** The group. @throws AwsError ResourceNotFoundException */
export function requireGroup(store: LogStore, nameOrArn: string | undefined): LogGroupRecord {
  const group = store.groups.get(groupNameOf(nameOrArn));
  if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

/** The stream. @throws AwsError ResourceNotFoundException */
export function requireStream(
  store: LogStore,
  group: LogGroupRecord,
  name: string | undefined,
): LogStreamRecord {
  const stream = store.streams.get(streamKey(group.name, name ?? ''));
  if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}

/** Streams of a group. */
export function streamsOf(store: LogStore, groupName: string): LogStreamRecord[] {
  return store.streams.values().filter((stream) => stream.groupName === groupName);
}
