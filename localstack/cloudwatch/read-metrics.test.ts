import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const MINUTE_MS = 60_000;
let running: RunningCloud;
let cloudWatch: CloudWatchClient;

beforeAll(async () => {
  running = await startCloud({ services: ['cloudwatch'] });
  cloudWatch = new CloudWatchClient(running.clientConfig);
});
afterAll(() => running.stop());

describe('metrics', () => {
  test('are read with statistics, percentiles and math', async () => {
    const { clock } = running.cloud;
    const MetricData = [
      { MetricName: 'latency', Values: [1, 2, 3, 100], Counts: [50, 40, 9, 1], Timestamp: clock.date() },
      {
        MetricName: 'set',
        StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 },
        Timestamp: clock.date(),
      },
    ];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Read', MetricData }));
    const range = {
      StartTime: new Date(clock.now() - 5 * MINUTE_MS),
      EndTime: new Date(clock.now() + MINUTE_MS),
    };
    const { Datapoints } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Read',
        MetricName: 'latency',
        Period: 60,
        Statistics: ['Sum', 'SampleCount', 'Maximum'],
        ...range,
      }),
    );
    expect(Datapoints).toMatchObject([{ Sum: 257, SampleCount: 100, Maximum: 100 }]);
    const stat = (Id: string, MetricName: string, Stat: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Read', MetricName }, Period: 60, Stat },
    });
    const { MetricDataResults } = await cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: [
          stat('p99', 'latency', 'p99'),
          stat('p50', 'latency', 'p50'),
          { ...stat('avg', 'set', 'Average'), ReturnData: false },
          { Id: 'e', Expression: 'avg * 2' },
        ],
        ...range,
      }),
    );
    expect(MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
      ['p99', [3]],
      ['p50', [1]],
      ['e', [5]],
    ]);
  });

  test('of AWS are not for users to publish', async () => {
    const input = { Namespace: 'AWS/SQS', MetricData: [{ MetricName: 'm', Value: 1 }] };
    await expect(cloudWatch.send(new PutMetricDataCommand(input))).rejects.toThrow(
      'The value AWS/ for parameter Namespace is invalid.',
    );
  });

  test('are listed by dimension', async () => {
    const datum = { MetricName: 'listed', Dimensions: [{ Name: 'Model', Value: 'A' }], Value: 1 };
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData: [datum] }));
    const { Metrics } = await cloudWatch.send(
      new ListMetricsCommand({ MetricName: 'listed', Dimensions: [{ Name: 'Model' }] }),
    );
    expect(Metrics).toEqual([
      { Namespace: 'Test', MetricName: 'listed', Dimensions: [{ Name: 'Model', Value: 'A' }] },
    ]);
  });
});
