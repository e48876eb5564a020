/** EventBridge Scheduler: schedules and their groups. */
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { expect } from 'vitest';
import { type AwsRefusal, type CaseContext, serviceCases } from '../operation-case.ts';
import { RECORDED_SCHEDULER } from './events-sources.ts';
import { DENIED_PAGE, denied, roleWithoutPolicies } from './without-policies.ts';

const ARN = 'arn:aws:scheduler:us-east-1:000000000000';
/** AWS's answers to UpdateSchedule and GetSchedule of a schedule that is not there. */
const NO_SCHEDULE_TO_UPDATE = 'https://github.com/aws/aws-sdk-js-v3/issues/5720';
const NO_SCHEDULE_TO_GET = 'https://github.com/dvalbuena1/visa_rescheduler_aws/issues/23';
/** AWS's answer to a name that is too long, and has a character that it must not have. */
const BAD_NAME = 'https://github.com/webiny/webiny-js/pull/5445';
const LONG_NAME = 'n'.repeat(65);

const page = (operation: string) =>
  `https://docs.aws.amazon.com/scheduler/latest/APIReference/API_${operation}.html`;
const absent = (message: string): AwsRefusal => ({
  name: 'ResourceNotFoundException',
  message,
  status: 404,
});
const invalid = (message: string): AwsRefusal => ({ name: 'ValidationException', message, status: 400 });
const tooLong = invalid(
  `1 validation error detected: Value '${LONG_NAME}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 64`,
);

/** Input of a schedule that never runs in a test, with a role of its own. */
async function scheduleInput({ running }: CaseContext<SchedulerClient>, Name: string) {
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'scheduler.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const { Role } = await new IAMClient(running.clientConfig).send(
    new CreateRoleCommand({
      RoleName: `role-of-${Name}`,
      AssumeRolePolicyDocument: JSON.stringify({ Statement: trust }),
    }),
  );
  return {
    Name,
    ScheduleExpression: 'cron(0 12 1 1 ? 2199)',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:q', RoleArn: Role!.Arn, Input: '{}' },
  };
}
async function makeSchedule(context: CaseContext<SchedulerClient>, name: string): Promise<string> {
  const input = await scheduleInput(context, name);
  const { ScheduleArn } = await context.client.send(new CreateScheduleCommand(input));
  return ScheduleArn!;
}
async function makeGroup(client: SchedulerClient, Name: string): Promise<string> {
  const { ScheduleGroupArn } = await client.send(new CreateScheduleGroupCommand({ Name }));
  return ScheduleGroupArn!;
}
async function tagGroup(client: SchedulerClient, name: string): Promise<string> {
  const ResourceArn = await makeGroup(client, name);
  await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'TagKey', Value: 'TagValue' }] }));
  return ResourceArn;
}
async function tagsOf(client: SchedulerClient, ResourceArn: string) {
  return (await client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;
}
const GROUP = `${ARN}:schedule-group/default`;

export const schedulerCases = serviceCases({
  service: 'scheduler',
  folders: ['scheduler'],
  makeClient: ({ clientConfig }) => new SchedulerClient(clientConfig),
  operations: {
    CreateSchedule: {
      source: page('CreateSchedule'),
      answers: async (context) => {
        expect(await makeSchedule(context, 'made')).toBe(`${ARN}:schedule/default/made`);
      },
      refuses: async (context) => {
        const input = await scheduleInput(context, 'bad');
        await context.client.send(
          new CreateScheduleCommand({ ...input, ScheduleExpression: 'rate(10 seconds)' }),
        );
      },
      refusal: invalid('Invalid Schedule Expression rate(10 seconds).'),
      refusalSource: RECORDED_SCHEDULER,
    },
    UpdateSchedule: {
      source: page('UpdateSchedule'),
      answers: async (context) => {
        await makeSchedule(context, 'updated');
        const input = await scheduleInput(context, 'updated-again');
        await context.client.send(
          new UpdateScheduleCommand({ ...input, Name: 'updated', State: 'DISABLED', Description: 'new' }),
        );
        const schedule = await context.client.send(new GetScheduleCommand({ Name: 'updated' }));
        expect(schedule).toMatchObject({ State: 'DISABLED', Description: 'new' });
      },
      refuses: async (context) => {
        const input = await scheduleInput(context, 'not-there');
        await context.client.send(new UpdateScheduleCommand(input));
      },
      refusal: absent('Schedule not-there does not exist.'),
      refusalSource: NO_SCHEDULE_TO_UPDATE,
    },
    GetSchedule: {
      source: page('GetSchedule'),
      answers: async (context) => {
        const Arn = await makeSchedule(context, 'got');
        expect(await context.client.send(new GetScheduleCommand({ Name: 'got' }))).toMatchObject({
          Arn,
          GroupName: 'default',
          ScheduleExpressionTimezone: 'UTC',
          State: 'ENABLED',
          ActionAfterCompletion: 'NONE',
          Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
        });
      },
      refuses: ({ client }) => client.send(new GetScheduleCommand({ Name: 'my-schedule' })),
      refusal: absent('Schedule my-schedule does not exist.'),
      refusalSource: NO_SCHEDULE_TO_GET,
    },
    DeleteSchedule: {
      source: page('DeleteSchedule'),
      answers: async (context) => {
        await makeSchedule(context, 'deleted');
        await context.client.send(new DeleteScheduleCommand({ Name: 'deleted' }));
        const { Schedules } = await context.client.send(new ListSchedulesCommand({ NamePrefix: 'deleted' }));
        expect(Schedules).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteScheduleCommand({ Name: 'my-schedule' })),
      refusal: absent('Schedule my-schedule does not exist.'),
      refusalSource: NO_SCHEDULE_TO_GET,
    },
    ListSchedules: {
      source: page('ListSchedules'),
      answers: async (context) => {
        const Arn = await makeSchedule(context, 'listed');
        const { Schedules } = await context.client.send(new ListSchedulesCommand({ NamePrefix: 'listed' }));
        expect(Schedules).toMatchObject([{ Arn, Name: 'listed', GroupName: 'default', State: 'ENABLED' }]);
      },
      refuses: ({ client }) => client.send(new ListSchedulesCommand({ MaxResults: 101 })),
      refusal: invalid(
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
      ),
    },
    CreateScheduleGroup: {
      source: page('CreateScheduleGroup'),
      answers: async ({ client }) => {
        expect(await makeGroup(client, 'group')).toBe(`${ARN}:schedule-group/group`);
      },
      refuses: ({ client }) => makeGroup(client, 'no spaces'),
      refusal: invalid(
        "1 validation error detected: Value 'no spaces' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+",
      ),
      refusalSource: BAD_NAME,
    },
    GetScheduleGroup: {
      source: page('GetScheduleGroup'),
      answers: async ({ client }) => {
        const answer = await client.send(new GetScheduleGroupCommand({ Name: 'default' }));
        expect(answer).toMatchObject({ Arn: `${ARN}:schedule-group/default`, State: 'ACTIVE' });
      },
      refuses: ({ client }) => client.send(new GetScheduleGroupCommand({ Name: LONG_NAME })),
      refusal: tooLong,
      refusalSource: BAD_NAME,
    },
    DeleteScheduleGroup: {
      source: page('DeleteScheduleGroup'),
      answers: async ({ client }) => {
        await makeGroup(client, 'deleted-group');
        await client.send(new DeleteScheduleGroupCommand({ Name: 'deleted-group' }));
        const { ScheduleGroups } = await client.send(
          new ListScheduleGroupsCommand({ NamePrefix: 'deleted' }),
        );
        expect(ScheduleGroups).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteScheduleGroupCommand({ Name: LONG_NAME })),
      refusal: tooLong,
      refusalSource: BAD_NAME,
    },
    ListScheduleGroups: {
      source: page('ListScheduleGroups'),
      answers: async ({ client }) => {
        const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({ NamePrefix: 'def' }));
        expect(ScheduleGroups).toMatchObject([{ Name: 'default', State: 'ACTIVE' }]);
      },
      refuses: ({ client }) => client.send(new ListScheduleGroupsCommand({ MaxResults: 101 })),
      refusal: invalid(
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
      ),
    },
    TagResource: {
      source: page('TagResource'),
      answers: async ({ client }) => {
        const arn = await tagGroup(client, 'tagged');
        expect(await tagsOf(client, arn)).toEqual([{ Key: 'TagKey', Value: 'TagValue' }]);
      },
      refuses: async ({ running }) =>
        new SchedulerClient(await roleWithoutPolicies(running, 'group-tagger')).send(
          new TagResourceCommand({ ResourceArn: GROUP, Tags: [{ Key: 'TagKey', Value: 'TagValue' }] }),
        ),
      refusal: denied('group-tagger', 'scheduler:TagResource', GROUP),
      refusalSource: DENIED_PAGE,
    },
    UntagResource: {
      source: page('UntagResource'),
      answers: async ({ client }) => {
        const arn = await tagGroup(client, 'untagged');
        await client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['TagKey'] }));
        expect(await tagsOf(client, arn)).toEqual([]);
      },
      refuses: async ({ running }) =>
        new SchedulerClient(await roleWithoutPolicies(running, 'group-untagger')).send(
          new UntagResourceCommand({ ResourceArn: GROUP, TagKeys: ['TagKey'] }),
        ),
      refusal: denied('group-untagger', 'scheduler:UntagResource', GROUP),
      refusalSource: DENIED_PAGE,
    },
    ListTagsForResource: {
      source: page('ListTagsForResource'),
      answers: async ({ client }) => {
        expect(await tagsOf(client, GROUP)).toEqual([]);
      },
      refuses: async ({ running }) =>
        tagsOf(new SchedulerClient(await roleWithoutPolicies(running, 'tag-lister')), GROUP),
      refusal: denied('tag-lister', 'scheduler:ListTagsForResource', GROUP),
      refusalSource: DENIED_PAGE,
    },
  },
});
