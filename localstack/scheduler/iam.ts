/** Permissions of Scheduler's operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import { SCHEDULER_PRINCIPAL } from './invoke-target.ts';
import { groupArn, scheduleArn } from './store.ts';

interface SchedulerInput {
  readonly Name?: string;
  readonly GroupName?: string;
  readonly ResourceArn?: string;
  readonly Target?: { readonly RoleArn?: string };
  readonly Tags?: readonly object[];
}

const ON_GROUP = ['CreateScheduleGroup', 'GetScheduleGroup', 'DeleteScheduleGroup'];
const ON_TAGGED = ['TagResource', 'UntagResource', 'ListTagsForResource'];
const ON_ALL = ['ListSchedules', 'ListScheduleGroups'];

export function schedulerAccess(cloud: Cloud) {
  return (operation: string, input: SchedulerInput): readonly AccessRequest[] => {
    const action = `scheduler:${operation}`;
    if (ON_ALL.includes(operation)) return [{ action, resource: '*' }];
    if (ON_TAGGED.includes(operation)) return [{ action, resource: input.ResourceArn ?? '*' }];
    if (ON_GROUP.includes(operation)) {
      const resource = groupArn(cloud, input.Name ?? '');
      const tag = { action: 'scheduler:TagResource', resource };
      // a group is deleted with its schedules
      const schedules = { action: 'scheduler:DeleteSchedule', resource: scheduleArn(cloud, input.Name, '*') };
      return [
        { action, resource },
        ...(input.Tags?.length ? [tag] : []),
        ...(operation === 'DeleteScheduleGroup' ? [schedules] : []),
      ];
    }
    const requests: AccessRequest[] = [
      { action, resource: scheduleArn(cloud, input.GroupName, input.Name ?? '') },
    ];
    const roleArn = input.Target?.RoleArn;
    if (roleArn !== undefined) {
      const context = { 'iam:PassedToService': SCHEDULER_PRINCIPAL };
      requests.push({ action: 'iam:PassRole', resource: roleArn, context });
    }
    return requests;
  };
}
