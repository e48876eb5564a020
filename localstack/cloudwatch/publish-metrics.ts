/** How the other services publish their own metrics. */
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';

/** Name under which services publish; CloudWatch takes `AWS/` namespaces from it. */
const METRICS_PRINCIPAL = 'monitoring.amazonaws.com';

/** Puts data of an `AWS/` namespace; a failure is printed, never thrown: metrics must not break what they count. */
export function publishMetrics(cloud: Cloud, namespace: string, data: readonly MetricDatum[]): void {
  if (data.length === 0) return;
  cloud
    .call(
      'monitoring',
      'PutMetricData',
      { Namespace: namespace, MetricData: data },
      cloud.servicePrincipal(METRICS_PRINCIPAL),
    )
    .catch((error: unknown) => console.error(`local cloud: metrics of ${namespace}: ${String(error)}`));
}
