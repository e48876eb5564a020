/** What one invocation counts as in CloudWatch. */
import type { StandardUnit } from '@aws-sdk/client-cloudwatch';
import { endpointDimensions, type MetricPoint } from './endpoint-metrics.ts';

/** One invocation, after its end. */
export interface InvocationSample {
  readonly endpoint: string;
  readonly variant: string;
  /** Set for fleets that came by an update: their metrics appear under it as well. */
  readonly config?: string | undefined;
  readonly instances: number;
  readonly isAsync?: boolean;
  readonly at: Date;
  /** The container's status code; 0 when it did not answer. */
  readonly status: number;
  readonly modelMicroseconds: number;
  readonly overheadMicroseconds: number;
  /** Of the cold start that this invocation waited for. */
  readonly setupMicroseconds?: number | undefined;
}

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation */
export function invocationPoints(sample: InvocationSample): MetricPoint[] {
  const values = valuesOf(sample);
  return dimensionSets(sample).flatMap((dimensions) =>
    values.map(([name, value, unit]) => ({ name, value, unit, dimensions, at: sample.at })),
  );
}

function dimensionSets({ endpoint, variant, config }: InvocationSample): MetricPoint['dimensions'][] {
  const both = endpointDimensions(endpoint, variant);
  return config === undefined ? [both] : [both, [...both, { Name: 'EndpointConfigName', Value: config }]];
}

type MetricValue = readonly [name: string, value: number, unit: StandardUnit];

function valuesOf({ status, ...sample }: InvocationSample): MetricValue[] {
  const isClientError = status >= 400 && status < 500;
  const isServerError = status === 0 || status >= 500;
  const ofBothKinds: MetricValue[] = [
    ['Invocation4XXErrors', Number(isClientError), 'None'],
    ['Invocation5XXErrors', Number(isServerError), 'None'],
    ['InvocationModelErrors', Number(isClientError || isServerError), 'None'],
    ['ModelLatency', sample.modelMicroseconds, 'Microseconds'],
  ];
  // asynchronous endpoints publish none of the others
  if (sample.isAsync) return ofBothKinds;
  return [
    ['Invocations', 1, 'None'],
    ...ofBothKinds,
    ...(sample.instances > 0
      ? [['InvocationsPerInstance', 1 / sample.instances, 'None'] satisfies MetricValue]
      : []),
    ['OverheadLatency', sample.overheadMicroseconds, 'Microseconds'],
    ...(sample.setupMicroseconds === undefined
      ? []
      : [['ModelSetupTime', sample.setupMicroseconds, 'Microseconds'] satisfies MetricValue]),
  ];
}
