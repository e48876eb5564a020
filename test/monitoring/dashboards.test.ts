/** Every graph of the synthesized dashboard shows data, asked of CloudWatch as the console asks. */
import {
  CloudWatchClient,
  GetDashboardCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  PutDashboardCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { METRIC, METRIC_NAMESPACE } from '../../lambdas/shared/contract.ts';
import { publishMetrics } from '../../localstack/cloudwatch/publish-metrics.ts';
import { type RunningCloud, startCloud } from '../../localstack/testing/start-cloud.ts';
import { synth } from '../helpers/synth.ts';

/** An expression, or a metric of namespace, name and dimensions, with its settings at the end. */
type WidgetMetric = readonly unknown[];
interface MetricSettings {
  readonly id?: string;
  readonly expression?: string;
  readonly label?: string;
  readonly period?: number;
  readonly stat?: string;
  readonly visible?: boolean;
}
interface Widget {
  readonly properties: { readonly title: string; readonly metrics: readonly WidgetMetric[] };
}

let running: RunningCloud;
let client: CloudWatchClient;
const { platform } = synth('dev');

/** What CloudFormation makes of the body: references become the names that it would give. */
function resolve(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value as object) as [string, unknown][];
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(resolve).join(separator);
  }
  if (name === 'Fn::GetAtt') {
    const [logicalId, attribute] = argument as [string, string];
    return attribute === 'QueueName' ? logicalId : `arn:aws:none:us-east-1:000000000000:${logicalId}`;
  }
  if (argument === 'AWS::Region') return 'us-east-1';
  return argument === 'AWS::Partition' ? 'aws' : `arn:aws:none:us-east-1:000000000000:${String(argument)}`;
}

function queryOf(metric: WidgetMetric, index: number): MetricDataQuery {
  const last = metric.at(-1);
  const settings = (typeof last === 'object' ? last : {}) as MetricSettings;
  const Id = settings.id ?? `q${index}`;
  const common = {
    Id,
    ...(settings.label !== undefined && { Label: settings.label }),
    ReturnData: settings.visible ?? true,
  };
  if (settings.expression !== undefined) {
    return { ...common, Expression: settings.expression, Period: settings.period ?? 300 };
  }
  const [Namespace, MetricName, ...pairs] = metric.filter((part) => typeof part === 'string');
  const Dimensions = Array.from({ length: pairs.length / 2 }, (_, at) => ({
    Name: pairs[2 * at],
    Value: pairs[2 * at + 1],
  }));
  const Metric = { Namespace, MetricName, Dimensions };
  return {
    ...common,
    MetricStat: { Metric, Period: settings.period ?? 300, Stat: settings.stat ?? 'Average' },
  };
}

const dashboards = Object.values(platform.findResources('AWS::CloudWatch::Dashboard'));
const body = resolve(dashboards[0]?.Properties.DashboardBody);
const widgets = (JSON.parse(body) as { widgets: Widget[] }).widgets;

beforeAll(async () => {
  running = await startCloud({ services: ['cloudwatch'] });
  client = new CloudWatchClient(running.clientConfig);
  for (const MetricName of Object.values(METRIC)) {
    const Dimensions = ['flights', 'churn'].map((Value) => [
      { Name: 'Stage', Value: 'dev' },
      { Name: 'Project', Value },
    ]);
    const MetricData = Dimensions.map((each) => ({ MetricName, Dimensions: each, Value: 3 }));
    await client.send(new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData }));
  }
  // what AWS's own services publish is taken out of the widgets, which name it in full
  for (const { MetricStat } of widgets.flatMap(({ properties }) => properties.metrics.map(queryOf))) {
    if (!MetricStat?.Metric?.Namespace?.startsWith('AWS/')) continue;
    const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
    publishMetrics(running.cloud, Namespace, [{ MetricName, Dimensions, Value: 3 }]);
  }
  await running.cloud.clock.advanceTo(running.cloud.clock.now());
});
afterAll(() => running.stop());

test('the body is one that CloudWatch takes', async () => {
  await client.send(new PutDashboardCommand({ DashboardName: 'overview', DashboardBody: body }));
  const { DashboardBody } = await client.send(new GetDashboardCommand({ DashboardName: 'overview' }));
  expect(JSON.parse(DashboardBody!)).toEqual(JSON.parse(body));
});

test.each(widgets.map((widget) => [widget.properties.title, widget] as const))(
  '%s shows data',
  async (_title, { properties }) => {
    const MetricDataQueries = properties.metrics.map(queryOf);
    const now = running.cloud.clock.now();
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries,
        StartTime: new Date(now - 3 * 3_600_000),
        EndTime: new Date(now + 60_000),
      }),
    );
    expect(MetricDataResults.length).toBeGreaterThan(0);
    expect(MetricDataResults.filter(({ Values }) => Values?.length === 0)).toEqual([]);
    const searches = MetricDataQueries.filter(({ Expression }) => Expression?.startsWith('SEARCH'));
    // a search shows one line for each project, named by it
    if (searches.length > 0) {
      expect(MetricDataResults.map(({ Label, Values }) => [Label, Values])).toEqual([
        ['churn', [3]],
        ['flights', [3]],
      ]);
    }
  },
);
