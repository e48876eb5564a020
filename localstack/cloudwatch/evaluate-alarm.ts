/** One evaluation of a metric alarm: reads its periods, judges them, explains the state. */
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { type MetricAlarmRecord, queriesOf, watchedQueryId } from './alarm-record.ts';
import { alarmTime, reasonOf } from './alarm-texts.ts';
import { type AlarmRule, EXTRA_PERIODS, judgeAlarm } from './judge-alarm.ts';
import { evaluateQuery, metricOf, periodOf } from './metric-queries.ts';
import type { MetricId, MetricStore } from './metric-store.ts';

const MINUTE_MS = 60_000;

export interface Evaluation {
  /** Undefined: the alarm keeps its state. */
  readonly state: StateValue | undefined;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData: string;
}

/** Period of what the alarm watches, in milliseconds. */
export function alarmPeriodMs(alarm: MetricAlarmRecord): number {
  const queries = queriesOf(alarm);
  return periodOf(queries.find(({ Id }) => Id === watchedQueryId(alarm))!, queries) * 1000;
}

/** The metrics that the alarm reads. */
export function metricsOf(alarm: MetricAlarmRecord): MetricId[] {
  return queriesOf(alarm)
    .map(metricOf)
    .filter((metric) => metric !== undefined);
}

/** Evaluates the periods that end at `until` and before. */
export function evaluateAlarm(
  store: MetricStore,
  alarm: MetricAlarmRecord,
  until: number,
  now: number,
): Evaluation {
  const rule = ruleOf(alarm);
  const periodMs = alarmPeriodMs(alarm);
  const length = rule.evaluationPeriods + EXTRA_PERIODS;
  const start = until - length * periodMs;
  const grid = { start, periodSeconds: periodMs / 1000, length };
  const points = evaluateQuery(store, queriesOf(alarm), watchedQueryId(alarm), grid);
  const judgement = judgeAlarm(
    points.map((value, index) =>
      value === undefined ? undefined : { value, epochMs: start + index * periodMs },
    ),
    rule,
  );
  const { Statistic, ExtendedStatistic, Unit } = alarm.settings;
  const statistic = Statistic ?? ExtendedStatistic;
  const missing = points
    .map((value, index) => ({ value, epochMs: start + index * periodMs }))
    .filter(({ value }) => value === undefined)
    .slice(judgement.missing === 0 ? points.length : -judgement.missing);
  const newestFirst = [...judgement.considered, ...missing].sort((a, b) => b.epochMs - a.epochMs);
  const reasonData = {
    version: '1.0',
    queryDate: alarmTime(now),
    ...(judgement.considered[0] && { startDate: alarmTime(judgement.considered[0].epochMs) }),
    ...(Unit && { unit: Unit }),
    ...(statistic && { statistic }),
    period: periodMs / 1000,
    recentDatapoints: judgement.considered.map(({ value }) => value),
    threshold: rule.threshold,
    evaluatedDatapoints: newestFirst.map(({ value, epochMs }) => ({
      timestamp: alarmTime(epochMs),
      ...(value !== undefined && { ...sampleCountAt(store, alarm, epochMs, periodMs), value }),
    })),
  };
  return {
    state: judgement.state,
    reason: judgement.state === undefined ? '' : reasonOf(judgement.state, judgement, rule),
    reasonData: JSON.stringify(reasonData),
  };
}

/** How many values a period of the alarm's single metric has; an expression has none. */
function sampleCountAt(store: MetricStore, alarm: MetricAlarmRecord, epochMs: number, periodMs: number) {
  const [metric] = alarm.settings.Metrics ? [] : metricsOf(alarm);
  const sample = metric && store.read(metric, alarm.settings.Unit, epochMs, epochMs + periodMs);
  return sample ? { sampleCount: sample.count } : {};
}

/**
 * When the alarm has to be looked at next: when a bucket of its metrics enters a period, moves on to the next or
 * leaves the range. Undefined while there is no data: then nothing changes until some comes.
 */
export function nextEvaluation(
  store: MetricStore,
  alarm: MetricAlarmRecord,
  evaluatedAt: number,
): number | undefined {
  const periodMs = alarmPeriodMs(alarm);
  const rangeMs = (ruleOf(alarm).evaluationPeriods + EXTRA_PERIODS) * periodMs;
  // data may lie up to two hours ahead
  const until = evaluatedAt + 2 * 60 * MINUTE_MS + MINUTE_MS;
  let next: number | undefined;
  for (const metric of metricsOf(alarm)) {
    for (const end of store.bucketEnds(metric, evaluatedAt - rangeMs, until)) {
      const due = nextBoundary(end, periodMs, evaluatedAt);
      next = Math.min(next ?? due, due);
    }
  }
  return next;
}

function nextBoundary(bucketEnd: number, periodMs: number, after: number): number {
  // short periods end on their own multiples, longer ones on any minute
  const first = Math.ceil(bucketEnd / Math.min(periodMs, MINUTE_MS)) * Math.min(periodMs, MINUTE_MS);
  if (first > after) return first;
  return first + (Math.floor((after - first) / periodMs) + 1) * periodMs;
}

function ruleOf({ settings }: MetricAlarmRecord): AlarmRule {
  const evaluationPeriods = settings.EvaluationPeriods ?? 1;
  return {
    evaluationPeriods,
    datapointsToAlarm: settings.DatapointsToAlarm ?? evaluationPeriods,
    isMOutOfN: settings.DatapointsToAlarm !== undefined,
    comparison: settings.ComparisonOperator!,
    threshold: settings.Threshold!,
    // alarms on DynamoDB always ignore missing data, whatever they say
    treatMissing:
      settings.Namespace === 'AWS/DynamoDB'
        ? 'ignore'
        : ((settings.TreatMissingData ?? 'missing') as AlarmRule['treatMissing']),
  };
}
