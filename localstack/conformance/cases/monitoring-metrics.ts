/** CloudWatch: metrics and dashboards. */
import {
  CloudWatchClient,
  DeleteDashboardsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListDashboardsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutDashboardCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { type AwsRefusal, serviceCases } from '../operation-case.ts';
import {
  cloudWatchPage,
  DENIED_CLOUDWATCH,
  DENIED_WITHOUT_RESOURCE,
  deniedCloudWatch,
  RECORDED_CLOUDWATCH,
} from './monitoring-sources.ts';
import { roleWithoutPolicies } from './without-policies.ts';

const SPACE = 'conformance';
const refused = (name: string, message: string): AwsRefusal => ({ name, message, status: 400 });

function putData(client: CloudWatchClient, MetricName: string, data: Omit<MetricDatum, 'MetricName'>) {
  const MetricData = [{ ...data, MetricName }];
  return client.send(new PutMetricDataCommand({ Namespace: SPACE, MetricData }));
}
/** The last ten minutes of the cloud's clock. */
function recently(nowEpochMs: number) {
  return { StartTime: new Date(nowEpochMs - 600_000), EndTime: new Date(nowEpochMs + 60_000) };
}
const BODY = JSON.stringify({ widgets: [{ type: 'text', properties: { markdown: 'hello' } }] });

async function putDashboard(client: CloudWatchClient, DashboardName: string) {
  await client.send(new PutDashboardCommand({ DashboardName, DashboardBody: BODY }));
}

export const monitoringMetricsCases = serviceCases({
  service: 'monitoring',
  folders: ['cloudwatch'],
  makeClient: ({ clientConfig }) => new CloudWatchClient(clientConfig),
  operations: {
    PutMetricData: {
      source: cloudWatchPage('PutMetricData'),
      answers: async ({ client, running: { cloud } }) => {
        await putData(client, 'put', { Values: [1, 10], Counts: [2, 4], Unit: 'Count' });
        const { Datapoints } = await client.send(
          new GetMetricStatisticsCommand({
            Namespace: SPACE,
            MetricName: 'put',
            Period: 60,
            Statistics: ['Maximum', 'SampleCount', 'Sum'],
            ...recently(cloud.clock.now()),
          }),
        );
        // recorded: 2 x 1 and 4 x 10
        expect(Datapoints).toMatchObject([{ Maximum: 10, SampleCount: 6, Sum: 42, Unit: 'Count' }]);
      },
      refuses: ({ client }) => putData(client, 'bad', { Value: 1.5, Values: [1, 10], Unit: 'Count' }),
      refusal: refused(
        'InvalidParameterCombinationException',
        'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
      ),
      refusalSource: RECORDED_CLOUDWATCH,
    },
    GetMetricStatistics: {
      source: cloudWatchPage('GetMetricStatistics'),
      answers: async ({ client, running: { cloud } }) => {
        for (let Value = 0; Value < 10; Value += 1) await putData(client, 'statistics', { Value });
        const answer = await client.send(
          new GetMetricStatisticsCommand({
            Namespace: SPACE,
            MetricName: 'statistics',
            Period: 3600,
            Statistics: ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'],
            ...recently(cloud.clock.now()),
          }),
        );
        // recorded for the values 0 to 9
        const expected = { Average: 4.5, Maximum: 9, Minimum: 0, SampleCount: 10, Sum: 45, Unit: 'None' };
        expect(answer).toMatchObject({ Label: 'statistics', Datapoints: [expected] });
      },
      refuses: ({ client }) =>
        client.send(
          new GetMetricStatisticsCommand({
            Namespace: SPACE,
            MetricName: 'none',
            Period: 1,
            Statistics: ['SampleCount'],
            StartTime: new Date('2026-03-04T00:00:00Z'),
            EndTime: new Date('2026-03-05T00:00:00Z'),
          }),
        ),
      refusal: refused(
        'InvalidParameterCombinationException',
        'You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
      ),
      refusalSource: RECORDED_CLOUDWATCH,
    },
    GetMetricData: {
      source: cloudWatchPage('GetMetricData'),
      answers: async ({ client, running: { cloud } }) => {
        await putData(client, 'data', { Value: 25 });
        const Metric = { Namespace: SPACE, MetricName: 'data' };
        const { MetricDataResults } = await client.send(
          new GetMetricDataCommand({
            MetricDataQueries: [
              { Id: 'm', MetricStat: { Metric, Period: 60, Stat: 'Sum' } },
              { Id: 'e', Expression: 'm * 2', Label: 'double' },
            ],
            ...recently(cloud.clock.now()),
          }),
        );
        expect(MetricDataResults).toMatchObject([
          { Id: 'm', Label: 'data', StatusCode: 'Complete', Values: [25] },
          { Id: 'e', Label: 'double', StatusCode: 'Complete', Values: [50] },
        ]);
      },
      refuses: async ({ running }) =>
        new CloudWatchClient(await roleWithoutPolicies(running, 'data-reader')).send(
          new GetMetricDataCommand({
            MetricDataQueries: [{ Id: 'e', Expression: 'TIME_SERIES(1)' }],
            StartTime: new Date('2026-03-04T00:00:00Z'),
            EndTime: new Date('2026-03-04T00:05:00Z'),
          }),
        ),
      refusal: deniedCloudWatch('data-reader', 'GetMetricData'),
      refusalSource: DENIED_WITHOUT_RESOURCE,
    },
    ListMetrics: {
      source: cloudWatchPage('ListMetrics'),
      answers: async ({ client }) => {
        const Dimensions = [{ Name: 'Kind', Value: 'listed' }];
        await putData(client, 'listed', { Value: 1, Dimensions });
        const { Metrics } = await client.send(new ListMetricsCommand({ Dimensions }));
        expect(Metrics).toEqual([{ Namespace: SPACE, MetricName: 'listed', Dimensions }]);
      },
      refuses: async ({ running }) =>
        new CloudWatchClient(await roleWithoutPolicies(running, 'metric-lister')).send(
          new ListMetricsCommand({}),
        ),
      refusal: deniedCloudWatch('metric-lister', 'ListMetrics'),
      refusalSource: DENIED_WITHOUT_RESOURCE,
    },
    PutDashboard: {
      source: cloudWatchPage('PutDashboard'),
      answers: async ({ client }) => {
        await putDashboard(client, 'put');
        const { DashboardArn } = await client.send(new GetDashboardCommand({ DashboardName: 'put' }));
        expect(DashboardArn).toBe('arn:aws:cloudwatch::000000000000:dashboard/put');
      },
      refuses: ({ client }) => putDashboard(client, 'test-dashboard:invalid'),
      refusal: refused(
        'InvalidParameterValueException',
        'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n',
      ),
      refusalSource: RECORDED_CLOUDWATCH,
    },
    GetDashboard: {
      source: cloudWatchPage('GetDashboard'),
      answers: async ({ client }) => {
        await putDashboard(client, 'got');
        const answer = await client.send(new GetDashboardCommand({ DashboardName: 'got' }));
        expect(answer).toMatchObject({ DashboardName: 'got', DashboardBody: BODY });
      },
      refuses: ({ client }) => client.send(new GetDashboardCommand({ DashboardName: 'none' })),
      refusal: { name: 'ResourceNotFound', message: 'Dashboard none does not exist', status: 404 },
      refusalSource: 'https://github.com/hashicorp/terraform-provider-aws/issues/25548',
    },
    ListDashboards: {
      source: cloudWatchPage('ListDashboards'),
      answers: async ({ client }) => {
        await putDashboard(client, 'listed');
        const { DashboardEntries } = await client.send(
          new ListDashboardsCommand({ DashboardNamePrefix: 'listed' }),
        );
        expect(DashboardEntries).toMatchObject([{ DashboardName: 'listed', Size: BODY.length }]);
      },
      refuses: async ({ running }) =>
        new CloudWatchClient(await roleWithoutPolicies(running, 'dashboard-lister')).send(
          new ListDashboardsCommand({}),
        ),
      refusal: deniedCloudWatch('dashboard-lister', 'ListDashboards'),
      refusalSource: DENIED_WITHOUT_RESOURCE,
    },
    DeleteDashboards: {
      source: cloudWatchPage('DeleteDashboards'),
      answers: async ({ client }) => {
        await putDashboard(client, 'deleted');
        await client.send(new DeleteDashboardsCommand({ DashboardNames: ['deleted'] }));
        const { DashboardEntries } = await client.send(
          new ListDashboardsCommand({ DashboardNamePrefix: 'deleted' }),
        );
        expect(DashboardEntries).toEqual([]);
      },
      refuses: async ({ running }) =>
        new CloudWatchClient(await roleWithoutPolicies(running, 'dashboard-deleter')).send(
          new DeleteDashboardsCommand({ DashboardNames: ['any'] }),
        ),
      refusal: deniedCloudWatch(
        'dashboard-deleter',
        'DeleteDashboards',
        'arn:aws:cloudwatch::000000000000:dashboard/any',
      ),
      refusalSource: DENIED_CLOUDWATCH,
    },
  },
});
