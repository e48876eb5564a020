/** AWS::CloudWatch::Alarm, AWS::CloudWatch::CompositeAlarm and AWS::CloudWatch::Dashboard. */
import type { DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch';
import { unlessGone } from '../errors.ts';
import { arnOf, given, mustNotExist, policyText, removedTagKeys, TAGS } from './common.ts';
import { defineResource, type PropertyValues, type ResourceContext, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 255;

const DIMENSIONS = [{ Name: 'string', Value: 'string' }] as const;

const ALARM = {
  ActionsEnabled: updates('boolean'),
  AlarmActions: updates(['string']),
  AlarmDescription: updates('string'),
  AlarmName: replaces('string'),
  ComparisonOperator: updates('string'),
  DatapointsToAlarm: updates('integer'),
  Dimensions: updates(DIMENSIONS),
  EvaluateLowSampleCountPercentile: updates('string'),
  EvaluationPeriods: updates('integer'),
  ExtendedStatistic: updates('string'),
  InsufficientDataActions: updates(['string']),
  MetricName: updates('string'),
  Metrics: updates([
    {
      AccountId: 'string',
      Expression: 'string',
      Id: 'string',
      Label: 'string',
      MetricStat: {
        Metric: { Dimensions: DIMENSIONS, MetricName: 'string', Namespace: 'string' },
        Period: 'integer',
        Stat: 'string',
        Unit: 'string',
      },
      Period: 'integer',
      ReturnData: 'boolean',
    },
  ]),
  Namespace: updates('string'),
  OKActions: updates(['string']),
  Period: updates('integer'),
  Statistic: updates('string'),
  Tags: updates(TAGS),
  Threshold: updates('number'),
  ThresholdMetricId: updates('string'),
  TreatMissingData: updates('string'),
  Unit: updates('string'),
} as const;

const COMPOSITE = {
  ActionsEnabled: updates('boolean'),
  ActionsSuppressor: updates('string'),
  ActionsSuppressorExtensionPeriod: updates('integer'),
  ActionsSuppressorWaitPeriod: updates('integer'),
  AlarmActions: updates(['string']),
  AlarmDescription: updates('string'),
  AlarmName: replaces('string'),
  AlarmRule: updates('string'),
  InsufficientDataActions: updates(['string']),
  OKActions: updates(['string']),
  Tags: updates(TAGS),
} as const;

function alarmMustNotExist(context: ResourceContext, AlarmName: string): Promise<void> {
  // PutMetricAlarm would take over an alarm of the same name
  return mustNotExist(context.type, AlarmName, async () => {
    const found = await context.call<DescribeAlarmsCommandOutput>('monitoring', 'DescribeAlarms', {
      AlarmNames: [AlarmName],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
    return (found.MetricAlarms?.length ?? 0) + (found.CompositeAlarms?.length ?? 0) > 0;
  });
}

type Tagged = Pick<PropertyValues<typeof ALARM>, 'Tags'>;

async function updateTags(context: ResourceContext, ResourceARN: string, previous: Tagged, next: Tagged) {
  const TagKeys = removedTagKeys(previous.Tags, next.Tags);
  if (TagKeys.length > 0) await context.call('monitoring', 'UntagResource', { ResourceARN, TagKeys });
  if (next.Tags?.length) await context.call('monitoring', 'TagResource', { ResourceARN, Tags: next.Tags });
}

/** Both kinds of alarm differ only in their properties and in the call that puts them. */
function alarmType<const P extends typeof ALARM | typeof COMPOSITE>(
  type: string,
  properties: P,
  put: string,
  required: readonly (keyof P & string)[],
) {
  return defineResource<typeof ALARM>({
    type,
    properties: properties as unknown as typeof ALARM,
    required: required as readonly (keyof typeof ALARM)[],
    nameProperty: 'AlarmName',
    attributes: ['Arn'],
    tags: 'list',
    async create(values, context) {
      const AlarmName = values.AlarmName ?? context.name({ maxLength: MAX_NAME_LENGTH });
      await alarmMustNotExist(context, AlarmName);
      await context.call('monitoring', put, given({ ...values, AlarmName }));
      return {
        physicalId: AlarmName,
        attributes: { Arn: arnOf(context, 'cloudwatch', `alarm:${AlarmName}`) },
      };
    },
    async update({ physicalId: AlarmName, attributes, previous, next, changed }, context) {
      const { Tags: _, ...values } = next;
      await context.call('monitoring', put, given({ ...values, AlarmName }));
      if (changed('Tags')) await updateTags(context, String(attributes.Arn), previous, next);
      return undefined;
    },
    async delete({ physicalId: AlarmName }, _properties, context) {
      await unlessGone(context.call('monitoring', 'DeleteAlarms', { AlarmNames: [AlarmName] }));
    },
  });
}

export const alarm = alarmType('AWS::CloudWatch::Alarm', ALARM, 'PutMetricAlarm', [
  'ComparisonOperator',
  'EvaluationPeriods',
]);

export const compositeAlarm = alarmType('AWS::CloudWatch::CompositeAlarm', COMPOSITE, 'PutCompositeAlarm', [
  'AlarmRule',
]);

export const dashboard = defineResource({
  type: 'AWS::CloudWatch::Dashboard',
  properties: { DashboardBody: updates('json'), DashboardName: replaces('string') },
  required: ['DashboardBody'],
  nameProperty: 'DashboardName',
  async create(properties, context) {
    const DashboardName = properties.DashboardName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    await mustNotExist('AWS::CloudWatch::Dashboard', DashboardName, () =>
      context.call('monitoring', 'GetDashboard', { DashboardName }),
    );
    const DashboardBody = policyText(properties.DashboardBody);
    await context.call('monitoring', 'PutDashboard', { DashboardName, DashboardBody });
    return { physicalId: DashboardName };
  },
  async update({ physicalId: DashboardName, next }, context) {
    const DashboardBody = policyText(next.DashboardBody);
    await context.call('monitoring', 'PutDashboard', { DashboardName, DashboardBody });
    return undefined;
  },
  async delete({ physicalId: DashboardName }, _properties, context) {
    await unlessGone(context.call('monitoring', 'DeleteDashboards', { DashboardNames: [DashboardName] }));
  },
});
