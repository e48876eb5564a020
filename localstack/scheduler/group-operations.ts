/** Operations on schedule groups and their tags. */
import type {
  CreateScheduleGroupCommandInput,
  DeleteScheduleGroupCommandInput,
  GetScheduleGroupCommandInput,
  ListScheduleGroupsCommandInput,
  ListTagsForResourceCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-scheduler';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { recordToTags, tagsToRecord, withoutTags } from '../events/tags.ts';
import { DEFAULT_GROUP, type GroupRecord, groupArn, requireGroup, type ScheduleStore } from './store.ts';
import type { ScheduleTimers } from './timers.ts';
import { requireMaxResults, requireName } from './validate-schedule.ts';

export function groupOperations(cloud: Cloud, store: ScheduleStore, timers: ScheduleTimers) {
  function requireByArn(arn: string | undefined): GroupRecord {
    return requireGroup(store, (arn ?? '').slice((arn ?? '').lastIndexOf('/') + 1));
  }

  return {
    CreateScheduleGroup({ Name = '', Tags, ClientToken }: CreateScheduleGroupCommandInput) {
      requireName(Name);
      const same = store.groups.get(Name);
      // a repeated request, as clients make after a lost answer
      if (same?.clientToken !== undefined && same.clientToken === ClientToken) {
        return { ScheduleGroupArn: same.arn };
      }
      if (same) {
        throw new AwsError('ConflictException', `Schedule group ${Name} already exists.`, { status: 409 });
      }
      const arn = groupArn(cloud, Name);
      store.groups.put(Name, {
        name: Name,
        arn,
        createdAtEpochMs: cloud.clock.now(),
        tags: tagsToRecord(Tags),
        ...(ClientToken !== undefined && { clientToken: ClientToken }),
      });
      return { ScheduleGroupArn: arn };
    },

    GetScheduleGroup({ Name }: GetScheduleGroupCommandInput) {
      requireName(Name);
      return describe(requireGroup(store, Name));
    },

    /** Deletes the group's schedules with it. */
    DeleteScheduleGroup({ Name }: DeleteScheduleGroupCommandInput) {
      requireName(Name);
      if (Name === DEFAULT_GROUP) {
        throw new AwsError('ValidationException', 'The default schedule group cannot be deleted.');
      }
      const group = requireGroup(store, Name);
      for (const schedule of store.schedules.values()) {
        if (schedule.groupName !== group.name) continue;
        store.schedules.delete(schedule.arn);
        timers.reschedule(schedule.arn);
      }
      store.groups.delete(group.name);
      return {};
    },

    ListScheduleGroups({ NamePrefix, MaxResults, NextToken }: ListScheduleGroupsCommandInput) {
      requireMaxResults(MaxResults);
      const found = store.groups.values().filter(({ name }) => name.startsWith(NamePrefix ?? ''));
      const { items, nextToken } = pageOf(found, { size: MaxResults ?? 100, token: NextToken });
      return { ScheduleGroups: items.map(describe), NextToken: nextToken };
    },

    TagResource({ ResourceArn, Tags }: TagResourceCommandInput) {
      const group = requireByArn(ResourceArn);
      store.groups.put(group.name, { ...group, tags: { ...group.tags, ...tagsToRecord(Tags) } });
      return {};
    },
    UntagResource({ ResourceArn, TagKeys }: UntagResourceCommandInput) {
      const group = requireByArn(ResourceArn);
      store.groups.put(group.name, { ...group, tags: withoutTags(group.tags, TagKeys) });
      return {};
    },
    ListTagsForResource({ ResourceArn }: ListTagsForResourceCommandInput) {
      return { Tags: recordToTags(requireByArn(ResourceArn).tags) };
    },
  };
}

function describe(group: GroupRecord) {
  return {
    Arn: group.arn,
    Name: group.name,
    State: 'ACTIVE' as const,
    CreationDate: new Date(group.createdAtEpochMs),
    LastModificationDate: new Date(group.createdAtEpochMs),
  };
}
