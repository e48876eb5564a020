/** CloudWatch: alarms and their tags. */
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { type AwsRefusal, serviceCases } from '../operation-case.ts';
import {
  cloudWatchPage,
  DENIED_CLOUDWATCH,
  deniedCloudWatch,
  RECORDED_CLOUDWATCH,
} from './monitoring-sources.ts';
import { roleWithoutPolicies } from './without-policies.ts';

const ARN = 'arn:aws:cloudwatch:us-east-1:000000000000:alarm';
const TOO_MANY = Array.from({ length: 101 }, (_, index) => `a${index}`);
const LONG = 'x'.repeat(256);

const refused = (name: string, message: string): AwsRefusal => ({ name, message, status: 400 });
const outOfBounds = (value: string, path: string, rule: string): AwsRefusal =>
  refused(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must ${rule}`,
  );
const tooManyNames = outOfBounds(
  `[${TOO_MANY.join(', ')}]`,
  'alarmNames',
  'have length less than or equal to 100',
);

async function putAlarm(
  client: CloudWatchClient,
  AlarmName: string,
  settings: Partial<PutMetricAlarmCommandInput> = {},
): Promise<string> {
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'conformance',
      MetricName: 'metric',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 30,
      ComparisonOperator: 'GreaterThanThreshold',
      ...settings,
    }),
  );
  return `${ARN}:${AlarmName}`;
}
const describeAlarm = async (client: CloudWatchClient, name: string) =>
  (await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0];

export const monitoringAlarmsCases = serviceCases({
  service: 'monitoring',
  folders: ['cloudwatch'],
  makeClient: ({ clientConfig }) => new CloudWatchClient(clientConfig),
  operations: {
    PutMetricAlarm: {
      source: RECORDED_CLOUDWATCH,
      answers: async ({ client }) => {
        const AlarmArn = await putAlarm(client, 'put');
        // as recorded for an alarm with no more than it needs
        expect(await describeAlarm(client, 'put')).toEqual({
          ActionsEnabled: true,
          AlarmActions: [],
          AlarmArn,
          AlarmConfigurationUpdatedTimestamp: expect.any(Date),
          AlarmName: 'put',
          ComparisonOperator: 'GreaterThanThreshold',
          Dimensions: [],
          EvaluationPeriods: 1,
          InsufficientDataActions: [],
          MetricName: 'metric',
          Namespace: 'conformance',
          OKActions: [],
          Period: 60,
          StateReason: 'Unchecked: Initial alarm creation',
          StateTransitionedTimestamp: expect.any(Date),
          StateUpdatedTimestamp: expect.any(Date),
          StateValue: 'INSUFFICIENT_DATA',
          Statistic: 'Sum',
          Threshold: 30,
        });
      },
      refuses: ({ client }) =>
        client.send(
          new PutMetricAlarmCommand({
            AlarmName: 'bad',
            Statistic: 'Sum',
            Metrics: [{ Id: 'm', Expression: 'TIME_SERIES(1)' }],
            EvaluationPeriods: 1,
            Threshold: 30,
            ComparisonOperator: 'GreaterThanThreshold',
          }),
        ),
      refusal: refused('ValidationException', 'Statistic should not be set if list of Metrics is set.'),
      refusalSource: 'https://github.com/aws-cloudformation/cfn-lint/issues/766',
    },
    PutCompositeAlarm: {
      source: cloudWatchPage('PutCompositeAlarm'),
      answers: async ({ client }) => {
        await putAlarm(client, 'child');
        const AlarmRule = 'NOT ALARM("child")';
        await client.send(new PutCompositeAlarmCommand({ AlarmName: 'parent', AlarmRule }));
        const { CompositeAlarms } = await client.send(
          new DescribeAlarmsCommand({ AlarmNames: ['parent'], AlarmTypes: ['CompositeAlarm'] }),
        );
        expect(CompositeAlarms).toMatchObject([
          { AlarmArn: `${ARN}:parent`, AlarmRule, StateValue: 'ALARM' },
        ]);
      },
      refuses: ({ client }) =>
        client.send(new PutCompositeAlarmCommand({ AlarmName: LONG, AlarmRule: 'TRUE' })),
      refusal: outOfBounds(LONG, 'alarmName', 'have length less than or equal to 255'),
    },
    DescribeAlarms: {
      source: cloudWatchPage('DescribeAlarms'),
      answers: async ({ client }) => {
        await putAlarm(client, 'described-1');
        await putAlarm(client, 'described-2');
        const request = { AlarmNamePrefix: 'described', MaxRecords: 1 };
        const first = await client.send(new DescribeAlarmsCommand(request));
        const { NextToken } = first;
        const second = await client.send(new DescribeAlarmsCommand({ ...request, NextToken }));
        const names = [first, second].map(({ MetricAlarms }) =>
          MetricAlarms?.map(({ AlarmName }) => AlarmName),
        );
        expect(names).toEqual([['described-1'], ['described-2']]);
        expect(second.NextToken).toBeUndefined();
      },
      refuses: ({ client }) => client.send(new DescribeAlarmsCommand({ MaxRecords: 101 })),
      refusal: outOfBounds('101', 'maxRecords', 'have value less than or equal to 100'),
    },
    DescribeAlarmHistory: {
      source: cloudWatchPage('DescribeAlarmHistory'),
      answers: async ({ client }) => {
        await putAlarm(client, 'historic');
        const state = { AlarmName: 'historic', StateValue: 'ALARM' as const, StateReason: 'asked' };
        await client.send(new SetAlarmStateCommand(state));
        const { AlarmHistoryItems } = await client.send(
          new DescribeAlarmHistoryCommand({ AlarmName: 'historic', HistoryItemType: 'StateUpdate' }),
        );
        expect(AlarmHistoryItems).toMatchObject([
          { HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM', AlarmType: 'MetricAlarm' },
        ]);
      },
      refuses: ({ client }) => client.send(new DescribeAlarmHistoryCommand({ MaxRecords: 101 })),
      refusal: outOfBounds('101', 'maxRecords', 'have value less than or equal to 100'),
    },
    SetAlarmState: {
      source: cloudWatchPage('SetAlarmState'),
      answers: async ({ client }) => {
        await putAlarm(client, 'set');
        const state = { AlarmName: 'set', StateValue: 'ALARM' as const, StateReason: 'testing alarm' };
        await client.send(new SetAlarmStateCommand(state));
        expect(await describeAlarm(client, 'set')).toMatchObject({
          StateValue: 'ALARM',
          StateReason: 'testing alarm',
        });
      },
      refuses: ({ client }) =>
        client.send(
          new SetAlarmStateCommand({
            AlarmName: 'any',
            StateReason: 'test',
            // @ts-expect-error: a state that there is not
            StateValue: 'INVALID',
          }),
        ),
      refusal: outOfBounds('INVALID', 'stateValue', 'satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]'),
      refusalSource: RECORDED_CLOUDWATCH,
    },
    DisableAlarmActions: {
      source: cloudWatchPage('DisableAlarmActions'),
      answers: async ({ client }) => {
        await putAlarm(client, 'disabled');
        await client.send(new DisableAlarmActionsCommand({ AlarmNames: ['disabled'] }));
        expect((await describeAlarm(client, 'disabled'))?.ActionsEnabled).toBe(false);
      },
      refuses: ({ client }) => client.send(new DisableAlarmActionsCommand({ AlarmNames: TOO_MANY })),
      refusal: tooManyNames,
    },
    EnableAlarmActions: {
      source: cloudWatchPage('EnableAlarmActions'),
      answers: async ({ client }) => {
        await putAlarm(client, 'enabled', { ActionsEnabled: false });
        await client.send(new EnableAlarmActionsCommand({ AlarmNames: ['enabled'] }));
        expect((await describeAlarm(client, 'enabled'))?.ActionsEnabled).toBe(true);
      },
      refuses: ({ client }) => client.send(new EnableAlarmActionsCommand({ AlarmNames: TOO_MANY })),
      refusal: tooManyNames,
    },
    DeleteAlarms: {
      source: cloudWatchPage('DeleteAlarms'),
      answers: async ({ client }) => {
        await putAlarm(client, 'deleted');
        await client.send(new DeleteAlarmsCommand({ AlarmNames: ['deleted'] }));
        const after = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['deleted'] }));
        expect(after).toMatchObject({ MetricAlarms: [], CompositeAlarms: [] });
      },
      refuses: ({ client }) => client.send(new DeleteAlarmsCommand({ AlarmNames: TOO_MANY })),
      refusal: tooManyNames,
    },
    TagResource: {
      source: cloudWatchPage('TagResource'),
      answers: async ({ client }) => {
        const ResourceARN = await putAlarm(client, 'tagged');
        await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'tag1', Value: 'foo' }] }));
        const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
        expect(Tags).toEqual([{ Key: 'tag1', Value: 'foo' }]);
      },
      refuses: async ({ running }) =>
        new CloudWatchClient(await roleWithoutPolicies(running, 'alarm-tagger')).send(
          new TagResourceCommand({ ResourceARN: `${ARN}:any`, Tags: [{ Key: 'tag1', Value: 'foo' }] }),
        ),
      refusal: deniedCloudWatch('alarm-tagger', 'TagResource', `${ARN}:any`),
      refusalSource: DENIED_CLOUDWATCH,
    },
    UntagResource: {
      source: cloudWatchPage('UntagResource'),
      answers: async ({ client }) => {
        const ResourceARN = await putAlarm(client, 'untagged', { Tags: [{ Key: 'tag1', Value: 'foo' }] });
        await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['tag1'] }));
        const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
        expect(Tags).toEqual([]);
      },
      refuses: async ({ running }) =>
        new CloudWatchClient(await roleWithoutPolicies(running, 'alarm-untagger')).send(
          new UntagResourceCommand({ ResourceARN: `${ARN}:any`, TagKeys: ['tag1'] }),
        ),
      refusal: deniedCloudWatch('alarm-untagger', 'UntagResource', `${ARN}:any`),
      refusalSource: DENIED_CLOUDWATCH,
    },
    ListTagsForResource: {
      source: RECORDED_CLOUDWATCH,
      answers: async ({ client }) => {
        // recorded: an alarm that is gone has no tags
        const gone = new ListTagsForResourceCommand({ ResourceARN: `${ARN}:gone` });
        expect((await client.send(gone)).Tags).toEqual([]);
      },
      refuses: ({ client }) => client.send(new ListTagsForResourceCommand({ ResourceARN: LONG.repeat(5) })),
      refusal: outOfBounds(LONG.repeat(5), 'resourceARN', 'have length less than or equal to 1024'),
    },
  },
});
