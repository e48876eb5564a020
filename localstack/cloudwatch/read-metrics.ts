/** GetMetricData, GetMetricStatistics, ListMetrics. */
import type {
  Datapoint,
  GetMetricDataCommandInput,
  GetMetricStatisticsCommandInput,
  ListMetricsCommandInput,
  MetricDataQuery,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import {
  evaluateQuery,
  type Grid,
  metricOf,
  periodOf,
  validateQueries,
  validateStatistic,
} from './metric-queries.ts';
import type { MetricStore } from './metric-store.ts';
import { type Sample, statisticOf } from './sample.ts';

const MOST_DATAPOINTS = 1440;
const RECENTLY_ACTIVE_MS = 3 * 3_600_000;

export function readMetricOperations(cloud: Cloud, store: MetricStore) {
  function resultOf(query: MetricDataQuery, input: GetMetricDataCommandInput) {
    const queries = input.MetricDataQueries ?? [];
    const grid = gridOf(input.StartTime, input.EndTime, periodOf(query, queries));
    const points = evaluateQuery(store, queries, query.Id!, grid);
    const present = points
      .map((value, index) => ({ value, time: new Date(grid.start + index * grid.periodSeconds * 1000) }))
      .filter((point): point is { value: number; time: Date } => point.value !== undefined);
    if (input.ScanBy !== 'TimestampAscending') present.reverse();
    return {
      Id: query.Id,
      Label: query.Label ?? metricOf(query)?.name ?? query.Id,
      Timestamps: present.map(({ time }) => time),
      Values: present.map(({ value }) => value),
      StatusCode: 'Complete' as const,
    };
  }

  return {
    GetMetricData(input: GetMetricDataCommandInput) {
      const queries = input.MetricDataQueries ?? [];
      validateQueries(queries);
      const wanted = queries.filter(({ ReturnData }) => ReturnData !== false);
      return { MetricDataResults: wanted.map((query) => resultOf(query, input)), Messages: [] };
    },

    GetMetricStatistics(input: GetMetricStatisticsCommandInput) {
      const { Namespace = '', MetricName = '', Dimensions = [], Period = 0, Unit } = input;
      const statistics = input.Statistics ?? [];
      const percentiles = input.ExtendedStatistics ?? [];
      if (statistics.length + percentiles.length === 0) {
        throw new AwsError(
          'MissingParameter',
          'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
        );
      }
      for (const statistic of [...statistics, ...percentiles]) validateStatistic(statistic, Period);
      const grid = gridOf(input.StartTime, input.EndTime, Period);
      if (grid.length > MOST_DATAPOINTS) {
        throw new AwsError(
          'InvalidParameterCombination',
          `You have requested up to ${grid.length} datapoints, which exceeds the limit of ${MOST_DATAPOINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
        );
      }
      const metric = { namespace: Namespace, name: MetricName, dimensions: Dimensions };
      const unit = Unit ?? (store.unitOf(metric) as StandardUnit);
      const Datapoints: Datapoint[] = [];
      for (let index = 0; index < grid.length; index += 1) {
        const from = grid.start + index * Period * 1000;
        const sample = store.read(metric, Unit, from, from + Period * 1000);
        if (sample) Datapoints.push(toDatapoint(sample, new Date(from), unit, statistics, percentiles));
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
      const { items, nextToken } = pageOf(found, { size: 500, token: input.NextToken });
      const Metrics = items.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: [...dimensions],
      }));
      return { Metrics, NextToken: nextToken };
    },
  };
}

/** Whole periods from the one that holds the start to the last that begins before the end. */
function gridOf(from: Date | undefined, until: Date | undefined, periodSeconds: number): Grid {
  if (!from || !until || from >= until) {
    throw new AwsError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
  }
  const periodMs = periodSeconds * 1000;
  const start = Math.floor(from.getTime() / periodMs) * periodMs;
  return { start, periodSeconds, length: Math.ceil((until.getTime() - start) / periodMs) };
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
