/** The `AWS/Lambda` metrics, published in batches beside the invocations. */
import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Cloud } from '../core/cloud.ts';

const METRIC_NAMESPACE = 'AWS/Lambda';

export type LambdaMetric =
  | 'Invocations'
  | 'Errors'
  | 'Duration'
  | 'Throttles'
  | 'ConcurrentExecutions'
  | 'AsyncEventsReceived'
  | 'AsyncEventsDropped'
  | 'DeadLetterErrors'
  | 'DestinationDeliveryFailures';

export interface MetricSink {
  /** Counts, except `Duration` in milliseconds. */
  put(functionName: string, values: Partial<Record<LambdaMetric, number>>): void;
}

/** A sink that publishes what comes in one turn of the event loop with one call. */
export function createMetricSink(cloud: Cloud): MetricSink {
  let waiting: MetricDatum[] = [];

  return {
    put(functionName, values) {
      if (waiting.length === 0) {
        cloud.background(`metrics of ${METRIC_NAMESPACE}`, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          const data = waiting;
          waiting = [];
          publishMetrics(cloud, METRIC_NAMESPACE, data);
        });
      }
      const Timestamp = cloud.clock.date();
      for (const [MetricName, Value] of Object.entries(values)) {
        const Unit: StandardUnit = MetricName === 'Duration' ? 'Milliseconds' : 'Count';
        const Dimensions = [{ Name: 'FunctionName', Value: functionName }];
        waiting.push({ MetricName, Dimensions, Timestamp, Value, Unit });
      }
    },
  };
}
