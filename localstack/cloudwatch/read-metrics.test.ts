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

  test('come in pages of data points, a split result being partial', async () => {
    const now = running.cloud.clock.now();
    const start = Math.floor(now / MINUTE_MS) * MINUTE_MS - 10 * MINUTE_MS;
    const MetricData = [1, 2, 3].map((Value, index) => ({
      MetricName: 'paged',
      Value,
      Timestamp: new Date(start + index * MINUTE_MS),
    }));
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData }));
    const MetricStat = { Metric: { Namespace: 'Test', MetricName: 'paged' }, Period: 60, Stat: 'Sum' };
    const request = {
      MetricDataQueries: [
        { Id: 'a', MetricStat },
        { Id: 'b', Expression: 'a * 10' },
      ],
      StartTime: new Date(start),
      EndTime: new Date(now),
      ScanBy: 'TimestampAscending' as const,
      MaxDatapoints: 4,
    };
    const first = await cloudWatch.send(new GetMetricDataCommand(request));
    const { NextToken } = first;
    const second = await cloudWatch.send(new GetMetricDataCommand({ ...request, NextToken }));
    const shown = [first, second].map(({ MetricDataResults }) =>
      MetricDataResults?.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]),
    );
    expect(shown).toEqual([
      [
        ['a', [1, 2, 3], 'Complete'],
        ['b', [10], 'PartialData'],
      ],
      [['b', [20, 30], 'Complete']],
    ]);
    expect(second.NextToken).toBeUndefined();
  });

  test('of several units are read as AWS was seen to read them', async () => {
    const units = [
      ['Seconds', 35],
      ['Milliseconds', 60_000],
    ] as const;
    const MetricData = units.map(([Unit, Value]) => ({ MetricName: 'units', Unit, Value }));
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData }));
    const now = running.cloud.clock.now();
    const times = { StartTime: new Date(now - 5 * MINUTE_MS), EndTime: new Date(now + MINUTE_MS) };
    const Metric = { Namespace: 'Test', MetricName: 'units' };
    const { MetricDataResults } = await cloudWatch.send(
      new GetMetricDataCommand({
        ...times,
        MetricDataQueries: [{ Id: 'm1', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }],
      }),
    );
    // recorded on a real account: https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json
    expect(MetricDataResults).toMatchObject([
      {
        Values: [60_000],
        Messages: [{ Code: 'MultipleUnits', Value: "Multiple units returned: '[Milliseconds, Seconds]'" }],
      },
    ]);
    const { Datapoints } = await cloudWatch.send(
      new GetMetricStatisticsCommand({ ...times, ...Metric, Period: 60, Statistics: ['Average'] }),
    );
    expect(Datapoints?.map(({ Unit, Average }) => [Unit, Average]).sort()).toEqual([
      ['Milliseconds', 60_000],
      ['Seconds', 35],
    ]);
  });

  test('out of the last two weeks are refused one by one', async () => {
    const old = new Date(running.cloud.clock.now() - 15 * 86_400_000);
    const MetricData = [1, 2].map((Value) => ({ MetricName: 'old', Value, Timestamp: old }));
    await expect(
      cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData })),
    ).rejects.toThrow(
      'The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.\nThe parameter MetricData.member.2.Timestamp must specify a time within the past two weeks.',
    );
  });

  // https://github.com/prometheus-community/yet-another-cloudwatch-exporter/issues/385
  test('are not read with a statistic that there is not', async () => {
    const Metric = { Namespace: 'Read', MetricName: 'latency' };
    const query = new GetMetricDataCommand({
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 60, Stat: 'None' } }],
      StartTime: new Date('2026-03-04T00:00:00Z'),
      EndTime: new Date('2026-03-04T00:05:00Z'),
    });
    await expect(cloudWatch.send(query)).rejects.toThrow(
      'The value None for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic.',
    );
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
