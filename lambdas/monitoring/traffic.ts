/** What CloudWatch knows of an endpoint's requests in a window. */
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { cloudWatch } from '../shared/clients.ts';
import type { ServingSettings } from '../shared/settings.ts';
import type { TrafficReport } from './contract.ts';
import type { Window } from './windows.ts';

/** CloudWatch keeps hours for 15 months. */
const PERIOD_SECONDS = 3600;
const METRICS = {
  requests: ['Invocations', 'Sum'],
  errors4xx: ['Invocation4XXErrors', 'Sum'],
  errors5xx: ['Invocation5XXErrors', 'Sum'],
  latency: ['ModelLatency', 'p90'],
} as const;

/**
 * Requests and errors of the window and the slowest hour's 90th percentile of the model's latency. They are of the
 * endpoint, whichever versions it served in that time.
 */
export async function readTraffic(
  { endpointName, variantName }: ServingSettings,
  window: Window,
): Promise<TrafficReport> {
  const dimensions = { EndpointName: endpointName, VariantName: variantName };
  const values = new Map<string, number[]>();
  let NextToken: string | undefined;
  do {
    const answer = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(window.startEpochMs),
        EndTime: new Date(window.endEpochMs),
        NextToken,
        MetricDataQueries: Object.entries(METRICS).map(([Id, [MetricName, Stat]]) => ({
          Id,
          MetricStat: {
            Stat,
            Period: PERIOD_SECONDS,
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName,
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
          },
        })),
      }),
    );
    for (const { Id, Values = [] } of answer.MetricDataResults ?? []) {
      values.set(Id!, [...(values.get(Id!) ?? []), ...Values]);
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  const sum = (id: keyof typeof METRICS) => (values.get(id) ?? []).reduce((total, value) => total + value, 0);
  const latencies = values.get('latency') ?? [];
  return {
    requests: sum('requests'),
    errors4xx: sum('errors4xx'),
    errors5xx: sum('errors5xx'),
    // SageMaker reports microseconds
    ...(latencies.length > 0 && { latencyP90Ms: Math.max(...latencies) / 1000 }),
  };
}
