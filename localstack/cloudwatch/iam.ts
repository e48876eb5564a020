/** Permissions of CloudWatch's operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest, Call } from '../core/service.ts';

interface MonitoringInput {
  readonly Namespace?: string;
  readonly AlarmName?: string;
  readonly AlarmNames?: readonly string[];
  readonly AlarmTypes?: readonly string[];
  readonly AlarmActions?: readonly string[];
  readonly DashboardName?: string;
  readonly DashboardNames?: readonly string[];
  readonly ResourceARN?: string;
  readonly Tags?: readonly object[];
}

const ON_ALARMS = ['DeleteAlarms', 'EnableAlarmActions', 'DisableAlarmActions'];
const ON_TAGGED = ['TagResource', 'UntagResource', 'ListTagsForResource'];

export function cloudWatchAccess(cloud: Cloud) {
  const alarmArn = (name: string) => `arn:aws:cloudwatch:${cloud.region}:${cloud.account}:alarm:${name}`;
  const dashboardArn = (name: string) => `arn:aws:cloudwatch::${cloud.account}:dashboard/${name}`;

  return (operation: string, input: MonitoringInput, call: Call): readonly AccessRequest[] => {
    const action = `cloudwatch:${operation}`;
    const on = (resource: string): AccessRequest => ({ action, resource });
    switch (operation) {
      case 'PutMetricData':
        // services publish their own metrics without asking anybody
        if (call.principal.kind === 'service') return [];
        return [{ action, resource: '*', context: { 'cloudwatch:namespace': input.Namespace ?? '' } }];
      case 'PutMetricAlarm':
      case 'PutCompositeAlarm': {
        const resource = alarmArn(input.AlarmName ?? '');
        const context = { 'cloudwatch:AlarmActions': [...(input.AlarmActions ?? [])] };
        const tag = { action: 'cloudwatch:TagResource', resource };
        return [{ action, resource, context }, ...(input.Tags?.length ? [tag] : [])];
      }
      case 'SetAlarmState':
        return [on(alarmArn(input.AlarmName ?? ''))];
      case 'DescribeAlarmHistory':
        return [on(alarmArn(input.AlarmName ?? '*'))];
      case 'DescribeAlarms':
        // composite alarms are described only to those who may describe everything
        if (input.AlarmTypes?.includes('CompositeAlarm')) return [on('arn:aws:cloudwatch:*:*:alarm:*')];
        return (input.AlarmNames ?? ['*']).map((name) => on(alarmArn(name)));
      case 'PutDashboard':
      case 'GetDashboard':
        return [on(dashboardArn(input.DashboardName ?? ''))];
      case 'DeleteDashboards':
        return (input.DashboardNames ?? []).map((name) => on(dashboardArn(name)));
      default:
        if (ON_ALARMS.includes(operation)) return (input.AlarmNames ?? []).map((name) => on(alarmArn(name)));
        return [on(ON_TAGGED.includes(operation) ? (input.ResourceARN ?? '*') : '*')];
    }
  };
}
