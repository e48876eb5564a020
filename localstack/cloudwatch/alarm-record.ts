/** What CloudWatch keeps of an alarm. */
import type {
  MetricDataQuery,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch';

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData?: string;
  readonly atEpochMs: number;
}

interface AlarmBase {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  readonly configuredAtEpochMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MetricAlarmRecord extends AlarmBase {
  readonly kind: 'metric';
  readonly settings: PutMetricAlarmInput;
  /** Id that events give to the metric of an alarm on a single one. */
  readonly metricId: string;
}

export interface CompositeAlarmRecord extends AlarmBase {
  readonly kind: 'composite';
  readonly settings: PutCompositeAlarmInput;
}

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

/** Id of the single metric among an alarm's queries. */
export const SINGLE_METRIC = 'm1';

/** The alarm's metrics as queries: its own, or one for its single metric. */
export function queriesOf({ settings }: MetricAlarmRecord): readonly MetricDataQuery[] {
  if (settings.Metrics) return settings.Metrics;
  return [
    {
      Id: SINGLE_METRIC,
      MetricStat: {
        Metric: {
          Namespace: settings.Namespace,
          MetricName: settings.MetricName,
          Dimensions: settings.Dimensions ?? [],
        },
        Period: settings.Period ?? 60,
        Stat: settings.Statistic ?? settings.ExtendedStatistic ?? 'Average',
        ...(settings.Unit && { Unit: settings.Unit }),
      },
      ReturnData: true,
    },
  ];
}

/** Id of the query that is compared with the threshold. */
export function watchedQueryId(alarm: MetricAlarmRecord): string {
  const returning = queriesOf(alarm).find(({ ReturnData }) => ReturnData !== false);
  return returning?.Id ?? SINGLE_METRIC;
}
