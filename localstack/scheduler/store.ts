/** What EventBridge Scheduler keeps: schedules in groups. */
import type { CreateScheduleInput, Target } from '@aws-sdk/client-scheduler';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';

export interface ScheduleRecord {
  readonly name: string;
  readonly groupName: string;
  readonly arn: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly target: Target;
  /** Minutes within which an invocation may come late; 0 for none. */
  readonly flexibleMinutes: number;
  readonly startEpochMs?: number;
  readonly endEpochMs?: number;
  readonly description?: string;
  readonly kmsKeyArn?: string;
  readonly actionAfterCompletion: NonNullable<CreateScheduleInput['ActionAfterCompletion']>;
  readonly createdAtEpochMs: number;
  readonly modifiedAtEpochMs: number;
  /** Of the request that made it. */
  readonly clientToken?: string;
  /** The last time for which the target was invoked. */
  readonly lastDueEpochMs?: number;
}

export interface GroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAtEpochMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Of the request that made it. */
  readonly clientToken?: string;
}

export interface ScheduleStore {
  /** Keyed by ARN. */
  readonly schedules: Collection<ScheduleRecord>;
  readonly groups: Collection<GroupRecord>;
}

export const DEFAULT_GROUP = 'default';

type Place = Pick<Cloud, 'account' | 'region'>;

/** Opens the store; the default group always exists. */
export function openScheduleStore(cloud: Cloud): ScheduleStore {
  const store: ScheduleStore = {
    schedules: cloud.collection('scheduler', 'schedules'),
    groups: cloud.collection('scheduler', 'groups'),
  };
  if (!store.groups.has(DEFAULT_GROUP)) {
    const createdAtEpochMs = cloud.clock.now();
    store.groups.put(DEFAULT_GROUP, {
      name: DEFAULT_GROUP,
      arn: groupArn(cloud, DEFAULT_GROUP),
      createdAtEpochMs,
      tags: {},
    });
  }
  return store;
}

/** ARN of a schedule. */
export function scheduleArn({ account, region }: Place, groupName: string | undefined, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/${groupName ?? DEFAULT_GROUP}/${name}`;
}

/** ARN of a group. */
export function groupArn({ account, region }: Place, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
}

/** The schedule. @throws AwsError ResourceNotFoundException */
export function requireSchedule(
  store: ScheduleStore,
  place: Place,
  name: string | undefined,
  groupName: string | undefined,
): ScheduleRecord {
  const schedule = store.schedules.get(scheduleArn(place, groupName, name ?? ''));
  if (!schedule) throw notFound(`Schedule ${name} does not exist.`);
  return schedule;
}

/** The group. @throws AwsError ResourceNotFoundException */
export function requireGroup(store: ScheduleStore, name: string | undefined): GroupRecord {
  const group = store.groups.get(name ?? DEFAULT_GROUP);
  if (!group) throw notFound(`Schedule group ${name} does not exist.`);
  return group;
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404 });
}
