/** AWS::Scheduler::Schedule. */
import type { CreateScheduleCommandOutput } from '@aws-sdk/client-scheduler';
import { unlessGone } from '../errors.ts';
import { given } from './common.ts';
import { defineResource, type PropertyValues, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 64;

const SCHEDULE = {
  Description: updates('string'),
  EndDate: updates('string'),
  FlexibleTimeWindow: updates({ MaximumWindowInMinutes: 'integer', Mode: 'string' }),
  GroupName: updates('string'),
  KmsKeyArn: updates('string'),
  Name: replaces('string'),
  ScheduleExpression: updates('string'),
  ScheduleExpressionTimezone: updates('string'),
  StartDate: updates('string'),
  State: updates('string'),
  Target: updates({
    Arn: 'string',
    DeadLetterConfig: { Arn: 'string' },
    EventBridgeParameters: { DetailType: 'string', Source: 'string' },
    Input: 'string',
    RetryPolicy: { MaximumEventAgeInSeconds: 'integer', MaximumRetryAttempts: 'integer' },
    RoleArn: 'string',
  }),
} as const;

function scheduleInput(properties: PropertyValues<typeof SCHEDULE>, Name: string): object {
  const { StartDate, EndDate } = properties;
  return given({
    ...properties,
    Name,
    StartDate: StartDate === undefined ? undefined : new Date(StartDate),
    EndDate: EndDate === undefined ? undefined : new Date(EndDate),
  });
}

export const schedule = defineResource({
  type: 'AWS::Scheduler::Schedule',
  properties: SCHEDULE,
  required: ['FlexibleTimeWindow', 'ScheduleExpression', 'Target'],
  nameProperty: 'Name',
  attributes: ['Arn'],
  async create(properties, context) {
    const Name = properties.Name ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const input = scheduleInput(properties, Name);
    const { ScheduleArn } = await context.call<CreateScheduleCommandOutput>(
      'scheduler',
      'CreateSchedule',
      input,
    );
    return { physicalId: Name, attributes: { Arn: ScheduleArn ?? '' } };
  },
  async update({ physicalId: Name, next }, context) {
    await context.call('scheduler', 'UpdateSchedule', scheduleInput(next, Name));
    return undefined;
  },
  async delete({ physicalId: Name }, { GroupName }, context) {
    await unlessGone(context.call('scheduler', 'DeleteSchedule', given({ Name, GroupName })));
  },
});
