/** Operations that read metrics. */
import type {
  Datapoint,
  GetMetricDataCommandInput,
  GetMetricStatisticsCommandInput,
  ListMetricsCommandInput,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { requireConstraints } from '../events/constraints.ts';
import { getMetricData } from './get-metric-data.ts';
import { pageOfList } from './metric-pages.ts';
import { gridOf, validateStatistic } from './metric-queries.ts';
import type { MetricStore } from './metric-store.ts';
import { type Sample, statisticOf } from './sample.ts';

const MOST_DATAPOINTS = 1440;
const RECENTLY_ACTIVE_MS = 3 * 3_600_000;

export function readMetricOperations(cloud: Cloud, store: MetricStore) {
  return {
    GetMetricData: (input: GetMetricDataCommandInput) => getMetricData(store, input),

    GetMetricStatistics(input: GetMetricStatisticsCommandInput) {
      const {
        Namespace = '',
        MetricName = '',
        Dimensions = [],
        Period = 0,
        Unit,
        StartTime,
        EndTime,
      } = input;
      const statistics = input.Statistics ?? [];
      const percentiles = input.ExtendedStatistics ?? [];
      if (statistics.length + percentiles.length === 0) {
        throw new AwsError(
          'InvalidParameterCombination',
          'Must specify either Statistics or ExtendedStatistics',
        );
      }
      requireConstraints('ValidationError', [{ path: 'period', value: Period, min: 1 }]);
      for (const statistic of [...statistics, ...percentiles]) validateStatistic(statistic, Period);
      // fractions of seconds do not count
      if (!StartTime || !EndTime || secondsOf(StartTime) >= secondsOf(EndTime)) {
        throw new AwsError(
          'InvalidParameterValue',
          'The parameter StartTime must be less than the parameter EndTime.',
        );
      }
      const requested = Math.ceil((secondsOf(EndTime) - secondsOf(StartTime)) / Period);
      if (requested > MOST_DATAPOINTS) {
        throw new AwsError(
          'InvalidParameterCombination',
          `You have requested up to ${requested} datapoints, which exceeds the limit of ${MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        );
      }
      const grid = gridOf(StartTime, EndTime, Period);
      const metric = { namespace: Namespace, name: MetricName, dimensions: Dimensions };
      const units = Unit === undefined ? (store.unitsOf(metric) as StandardUnit[]) : [Unit];
      const Datapoints: Datapoint[] = [];
      for (let index = 0; index < grid.length; index += 1) {
        const from = grid.start + index * Period * 1000;
        // data of another unit is another data point
        for (const unit of units) {
          const sample = store.read(metric, unit, from, from + Period * 1000);
          if (sample) Datapoints.push(toDatapoint(sample, new Date(from), unit, statistics, percentiles));
        }
      }
      return { Label: MetricName, Datapoints };
    },

    ListMetrics(input: ListMetricsCommandInput) {
      if (input.IncludeLinkedAccounts || input.OwningAccount !== undefined) {
        throw new NotImplementedByLocalCloud('metrics of other accounts');
      }
      const oldest = input.RecentlyActive === undefined ? 0 : cloud.clock.now() - RECENTLY_ACTIVE_MS;
      const found = store
        .list()
        .filter(({ newestEpochMs }) => newestEpochMs >= oldest)
        .map(({ metric }) => metric)
        .filter(({ namespace }) => input.Namespace === undefined || namespace === input.Namespace)
        .filter(({ name }) => input.MetricName === undefined || name === input.MetricName)
        .filter(({ dimensions }) =>
          (input.Dimensions ?? []).every((filter) =>
            dimensions.some(
              ({ Name, Value }) =>
                Name === filter.Name && (filter.Value === undefined || Value === filter.Value),
            ),
          ),
        );
      const { items, nextToken } = pageOfList(found, input.NextToken, 500);
      const Metrics = items.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: [...dimensions],
      }));
      return { Metrics, NextToken: nextToken };
    },
  };
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function toDatapoint(
  sample: Sample,
  Timestamp: Date,
  Unit: StandardUnit,
  statistics: readonly string[],
  percentiles: readonly string[],
): Datapoint {
  const values = statistics.map((name) => [name, statisticOf(sample, name)]);
  const extended = percentiles.map((name) => [name, statisticOf(sample, name)]);
  return {
    Timestamp,
    Unit,
    ...(Object.fromEntries(values) as Partial<Datapoint>),
    ...(percentiles.length > 0 && {
      ExtendedStatistics: Object.fromEntries(extended) as Record<string, number>,
    }),
  };
}
