/** Metric data queries: metrics and the expressions over them, evaluated on a grid of periods. */
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import {
  evaluateMath,
  type MathScope,
  type MathValue,
  type Points,
  pointsOf,
  type Series,
} from './metric-math.ts';
import { type MathNode, namesIn, parseMath } from './metric-math-parser.ts';
import type { MetricId, MetricStore } from './metric-store.ts';
import { isStatistic, statisticOf } from './sample.ts';
import { searchMetrics, searchPeriodIn } from './search-metrics.ts';

export interface Grid {
  /** Epoch milliseconds at which the first period begins. */
  readonly start: number;
  readonly periodSeconds: number;
  readonly length: number;
}

/** Whole periods from the one that holds the start to the last that begins before the end. */
export function gridOf(from: Date, until: Date, periodSeconds: number): Grid {
  const periodMs = periodSeconds * 1000;
  const start = Math.floor(from.getTime() / periodMs) * periodMs;
  return { start, periodSeconds, length: Math.ceil((until.getTime() - start) / periodMs) };
}

/** The metric of a query for a metric. */
export function metricOf({ MetricStat }: MetricDataQuery): MetricId | undefined {
  if (!MetricStat) return undefined;
  const { Namespace = '', MetricName = '', Dimensions = [] } = MetricStat.Metric ?? {};
  return { namespace: Namespace, name: MetricName, dimensions: Dimensions };
}

/** Checks queries together. @throws AwsError ValidationError, or NotImplementedByLocalCloud for Metrics Insights and the like. */
export function validateQueries(
  queries: readonly MetricDataQuery[],
  parameter: 'MetricDataQueries' | 'Metrics' = 'MetricDataQueries',
): void {
  const ids = new Set(queries.map(({ Id }) => Id));
  if (ids.size < queries.length) throw invalid('The ids of metric data queries have to be different.');
  for (const [index, query] of queries.entries()) {
    if (!/^[a-z]\w{0,254}$/.test(query.Id ?? '')) {
      throw invalid(
        `The value ${query.Id} for an id is not valid: it has to begin with a lower-case letter.`,
      );
    }
    if (query.MetricStat === undefined && query.Expression === undefined) {
      throw invalid(`The parameter ${parameter}.member.${index + 1}.MetricStat is required.\n`);
    }
    if (query.MetricStat && query.Expression !== undefined) {
      throw invalid(`Query ${query.Id} needs either MetricStat or Expression.`);
    }
    if (query.Label?.includes('${')) throw new NotImplementedByLocalCloud('monitoring dynamic labels');
    if (query.AccountId !== undefined) throw new NotImplementedByLocalCloud('metrics of other accounts');
    if (query.MetricStat) {
      const path = `${parameter}.member.${index + 1}.MetricStat.Stat`;
      validateStatistic(query.MetricStat.Stat ?? '', query.MetricStat.Period, path);
    }
    for (const name of query.Expression === undefined ? [] : namesIn(parseExpression(query.Expression))) {
      if (!ids.has(name) && !['REPEAT', 'LINEAR'].includes(name)) {
        throw invalid(`Query ${query.Id} names ${name}, which is no query.`);
      }
    }
  }
}

/** @throws AwsError ValidationError, or NotImplementedByLocalCloud for trimmed means and the like. */
export function validateStatistic(
  statistic: string,
  periodSeconds: number | undefined,
  path = 'Statistic',
): void {
  if (!isStatistic(statistic)) {
    if (/^(?:tm|tc|ts|wm|TM|TC|TS|WM|PR|IQM)/.test(statistic)) {
      throw new NotImplementedByLocalCloud(`metric statistic ${statistic}`);
    }
    // https://github.com/prometheus-community/yet-another-cloudwatch-exporter/issues/385
    throw invalid(`The value ${statistic} for parameter ${path} is not a valid statistic.\n`);
  }
  const period = periodSeconds ?? 0;
  if (![1, 5, 10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) {
    throw invalid(`Period ${period} is not valid: 1, 5, 10, 20, 30 or a multiple of 60 seconds.`);
  }
}

/** Period of a query, in seconds: its own, or that of the metrics below it. */
export function periodOf(query: MetricDataQuery, queries: readonly MetricDataQuery[]): number {
  if (query.MetricStat) return query.MetricStat.Period ?? 60;
  if (query.Period !== undefined) return query.Period;
  const searched = searchPeriodIn(parseExpression(query.Expression ?? ''));
  if (searched !== undefined) return searched;
  const names = namesIn(parseExpression(query.Expression ?? ''));
  const below = queries.filter(({ Id }) => names.includes(Id ?? ''));
  const sources = below.length > 0 ? below : queries.filter(({ MetricStat }) => MetricStat);
  return sources.length === 0 ? 60 : Math.max(...sources.map((each) => periodOf(each, queries)));
}

/** Values of one query on the grid. @throws AwsError ValidationError when it gives several series */
export function evaluateQuery(
  store: MetricStore,
  queries: readonly MetricDataQuery[],
  id: string,
  grid: Grid,
): Points {
  return pointsOf(evaluate(store, queries, id, grid), grid);
}

/** The series of one query on the grid: several for a search, a list of metrics, or what is made of them. */
export function evaluateSeries(
  store: MetricStore,
  queries: readonly MetricDataQuery[],
  id: string,
  grid: Grid,
): readonly Series[] {
  const value = evaluate(store, queries, id, grid);
  if (value.kind === 'list') return value.items;
  const query = queries.find(({ Id }) => Id === id);
  return [{ label: (query && metricOf(query)?.name) ?? id, points: pointsOf(value, grid) }];
}

function evaluate(
  store: MetricStore,
  queries: readonly MetricDataQuery[],
  id: string,
  grid: Grid,
): MathValue {
  const known = new Map<string, MathValue>();
  const scope: MathScope = {
    length: grid.length,
    periodSeconds: grid.periodSeconds,
    seriesOf(queryId) {
      const value = known.get(queryId) ?? evaluateOne(queryId);
      known.set(queryId, value);
      return value;
    },
    metrics: (part) =>
      queries
        .filter((query) => query.MetricStat && (part === undefined || query.Id?.includes(part)))
        .map((query) => ({
          label: query.Label ?? metricOf(query)!.name,
          points: pointsOf(scope.seriesOf(query.Id ?? ''), grid),
        })),
    search(text, statistic) {
      validateStatistic(statistic, grid.periodSeconds);
      return searchMetrics(store, text, grid).map(({ label, metric }) => ({
        label,
        points: readPoints(store, metric, { statistic, grid }),
      }));
    },
  };

  function evaluateOne(queryId: string): MathValue {
    const query = queries.find(({ Id }) => Id === queryId);
    if (!query) throw invalid(`There is no query ${queryId}.`);
    if (query.Expression !== undefined) return evaluateMath(parseExpression(query.Expression), scope);
    return { kind: 'series', points: readMetric(store, query, grid) };
  }
  return scope.seriesOf(id);
}

function readMetric(store: MetricStore, query: MetricDataQuery, grid: Grid): Points {
  const { Period, Stat = '', Unit } = query.MetricStat!;
  if (Period !== grid.periodSeconds) {
    throw new NotImplementedByLocalCloud(
      `metric math over different periods (${Period} and ${grid.periodSeconds} s)`,
    );
  }
  return readPoints(store, metricOf(query)!, { statistic: Stat, unit: Unit, grid });
}

interface Reading {
  readonly statistic: string;
  readonly unit?: string | undefined;
  readonly grid: Grid;
}

/** Data of several units is read in one of them only. */
function readPoints(store: MetricStore, metric: MetricId, { statistic, unit, grid }: Reading): Points {
  const read = unit ?? store.unitsOf(metric)[0];
  return Array.from({ length: grid.length }, (_, index) => {
    const from = grid.start + index * grid.periodSeconds * 1000;
    const sample = store.read(metric, read, from, from + grid.periodSeconds * 1000);
    return sample && statisticOf(sample, statistic);
  });
}

const parsed = new Map<string, MathNode>();

function parseExpression(expression: string): MathNode {
  if (/^\s*(?:SELECT|ANOMALY_DETECTION_BAND|INSIGHT_RULE_METRIC|LAMBDA)\b/i.test(expression)) {
    throw new NotImplementedByLocalCloud(`metric math expression ${expression.trim().split(/[\s(]/)[0]}`);
  }
  const node = parsed.get(expression) ?? parseMath(expression);
  parsed.set(expression, node);
  return node;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
