/** GetMetricData: queries, searches and expressions over a time, in pages of data points. */
import type {
  GetMetricDataCommandInput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { requireConstraints } from '../events/constraints.ts';
import { evaluateSeries, gridOf, metricOf, periodOf, validateQueries } from './metric-queries.ts';
import type { MetricStore } from './metric-store.ts';

/** CloudWatch's limits for one call. */
const MOST_QUERIES = 500;
const MOST_DATAPOINTS = 100_800;

type Result = MetricDataResult & { readonly Timestamps: Date[]; readonly Values: number[] };

/** @throws AwsError as CloudWatch refuses queries and times */
export function getMetricData(store: MetricStore, input: GetMetricDataCommandInput) {
  const { StartTime, EndTime, LabelOptions } = input;
  const queries = input.MetricDataQueries ?? [];
  requireConstraints('ValidationError', [
    { path: 'scanBy', value: input.ScanBy, oneOf: ['TimestampDescending', 'TimestampAscending'] },
  ]);
  if (LabelOptions !== undefined)
    throw new NotImplementedByLocalCloud('monitoring GetMetricData LabelOptions');
  if (queries.length > MOST_QUERIES) {
    throw invalid(`The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`);
  }
  const from = Math.floor((StartTime?.getTime() ?? 0) / 1000);
  const until = Math.floor((EndTime?.getTime() ?? 0) / 1000);
  if (from === until) throw invalid('The parameter StartTime must not equal parameter EndTime.');
  if (from > until) throw invalid('The parameter EndTime must be greater than StartTime.');
  validateQueries(queries);
  const results = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .flatMap((query) => resultsOf(store, query, input));
  return { ...pageOfPoints(results, input), Messages: [] };
}

function resultsOf(store: MetricStore, query: MetricDataQuery, input: GetMetricDataCommandInput): Result[] {
  const queries = input.MetricDataQueries!;
  const grid = gridOf(input.StartTime!, input.EndTime!, periodOf(query, queries));
  return evaluateSeries(store, queries, query.Id!, grid).map(({ label, points }, _index, all) => {
    const present = points
      .map((value, index) => ({ value, time: new Date(grid.start + index * grid.periodSeconds * 1000) }))
      .filter((point): point is { value: number; time: Date } => point.value !== undefined);
    if (input.ScanBy !== 'TimestampAscending') present.reverse();
    // of several series each keeps its own label behind the query's
    const own = query.Label && all.length > 1 ? `${query.Label} ${label}` : query.Label || label;
    return {
      Id: query.Id,
      Label: own,
      Timestamps: present.map(({ time }) => time),
      Values: present.map(({ value }) => value),
      StatusCode: 'Complete' as const,
      ...unitsMessage(store, query),
    };
  });
}

function unitsMessage(store: MetricStore, query: MetricDataQuery): Pick<MetricDataResult, 'Messages'> {
  const metric = metricOf(query);
  if (!metric || query.MetricStat?.Unit !== undefined) return {};
  const units = store.unitsOf(metric);
  if (units.length < 2) return {};
  return {
    Messages: [{ Code: 'MultipleUnits', Value: `Multiple units returned: '[${units.join(', ')}]'` }],
  };
}

/** So many data points of all results together; a result that goes on in the next page is partial. */
function pageOfPoints(results: readonly Result[], { MaxDatapoints, NextToken }: GetMetricDataCommandInput) {
  const size = MaxDatapoints ?? MOST_DATAPOINTS;
  requireConstraints('ValidationError', [
    { path: 'maxDatapoints', value: MaxDatapoints, min: 1, max: MOST_DATAPOINTS },
  ]);
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) {
    throw new AwsError('InvalidNextToken', 'Request parameter NextToken is invalid');
  }
  const page: MetricDataResult[] = [];
  let position = 0;
  for (const result of results) {
    const from = Math.max(start - position, 0);
    const until = Math.min(start + size - position, result.Values.length);
    const isHere = position >= start ? until >= 0 : until > from;
    position += result.Values.length;
    if (!isHere || (until === 0 && result.Values.length > 0)) continue;
    const isLast = until === result.Values.length;
    page.push({
      ...result,
      Timestamps: result.Timestamps.slice(from, until),
      Values: result.Values.slice(from, until),
      StatusCode: isLast ? 'Complete' : 'PartialData',
    });
  }
  const next = start + size;
  const hasMore = next < position;
  return {
    MetricDataResults: page,
    ...(hasMore && { NextToken: Buffer.from(String(next)).toString('base64url') }),
  };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
