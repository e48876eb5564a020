import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

async function withCloud(
  dataDirectory: string,
  use: (running: RunningCloud) => Promise<void>,
): Promise<void> {
  const running = await startCloud({ services: ['cloudwatch'], dataDirectory });
  try {
    await use(running);
  } finally {
    await running.stop();
  }
}

test('metrics and alarms outlive the process', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'restart-'));
  const metric = { Namespace: 'Test', MetricName: 'm' };
  try {
    await withCloud(dataDirectory, async ({ clientConfig, cloud }) => {
      const cloudWatch = new CloudWatchClient(clientConfig);
      const MetricData = [{ MetricName: 'm', Values: [1, 5], Counts: [3, 1], Timestamp: cloud.clock.date() }];
      await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData }));
      await cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: 'kept',
          ...metric,
          Statistic: 'Maximum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 4,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      );
    });
    await withCloud(dataDirectory, async ({ clientConfig, cloud }) => {
      const cloudWatch = new CloudWatchClient(clientConfig);
      const { Datapoints } = await cloudWatch.send(
        new GetMetricStatisticsCommand({
          ...metric,
          StartTime: new Date(cloud.clock.now() - 3_600_000),
          EndTime: new Date(cloud.clock.now() + 3_600_000),
          Period: 86_400,
          Statistics: ['Sum', 'SampleCount'],
          ExtendedStatistics: ['p50'],
        }),
      );
      expect(Datapoints).toMatchObject([{ Sum: 8, SampleCount: 4, ExtendedStatistics: { p50: 1 } }]);
      await cloud.clock.advanceTo(cloud.clock.now() + 61_000);
      const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['kept'] }));
      expect(MetricAlarms?.[0]?.StateValue).toBe('ALARM');
    });
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
