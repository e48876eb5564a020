/** CloudWatch metrics of invocations, published together a moment later. */
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { createBatcher } from '../batcher.ts';
import type { SageMaker } from '../sagemaker.ts';

const NAMESPACE = 'AWS/SageMaker';
const IDLE_MS = 40;
const LONGEST_MS = 1_000;
const MAXIMUM_INVOCATIONS = 5_000;
/** PutMetricData takes 150 values in a datum, and 1,000 data in a call. */
const MAXIMUM_VALUES = 150;
const MAXIMUM_DATA = 1_000;

/** What one invocation counts as. */
export interface InvocationSample {
  readonly endpoint: string;
  readonly variant: string;
  /** Set for fleets that came by an update: their metrics appear under it as well. */
  readonly config?: string | undefined;
  readonly instances: number;
  readonly at: Date;
  /** The container's status code; 0 when it did not answer. */
  readonly status: number;
  readonly modelMicroseconds: number;
  readonly overheadMicroseconds: number;
}

export interface InvocationMetrics {
  record(sample: InvocationSample): void;
  flush(): Promise<void>;
}

/** Metrics of all endpoints of a service. */
export function createInvocationMetrics(sagemaker: SageMaker): InvocationMetrics {
  const batcher = createBatcher<InvocationSample>(sagemaker.cloud, {
    label: 'invocation metrics',
    idleMs: IDLE_MS,
    longestMs: LONGEST_MS,
    maximumItems: MAXIMUM_INVOCATIONS,
    deliver: (samples) => publish(sagemaker, samples),
  });
  return { record: (sample) => batcher.add(sample), flush: () => batcher.flush() };
}

async function publish(sagemaker: SageMaker, samples: readonly InvocationSample[]): Promise<void> {
  const data = metricData(samples);
  try {
    for (let start = 0; start < data.length; start += MAXIMUM_DATA) {
      const input = { Namespace: NAMESPACE, MetricData: data.slice(start, start + MAXIMUM_DATA) };
      // the service's own metrics: no role of the account has a part in them
      const service = sagemaker.cloud.servicePrincipal('sagemaker.amazonaws.com');
      await sagemaker.cloud.call('monitoring', 'PutMetricData', input, service);
    }
  } catch (error) {
    console.error(
      `local cloud: sagemaker: metrics of ${samples.length} invocations are lost: ${String(error)}`,
    );
  }
}

/** Data of samples: one datum per metric, set of dimensions and minute, with its distinct values counted. */
export function metricData(samples: readonly InvocationSample[]): MetricDatum[] {
  const data = new Map<string, { datum: MetricDatum; counts: Map<number, number> }>();
  for (const sample of samples) {
    const minute = new Date(Math.floor(sample.at.getTime() / 60_000) * 60_000);
    for (const Dimensions of dimensionSets(sample)) {
      for (const [MetricName, value, Unit] of valuesOf(sample)) {
        const key = JSON.stringify([MetricName, Dimensions, minute]);
        const entry = data.get(key) ?? {
          datum: { MetricName, Dimensions, Timestamp: minute, Unit },
          counts: new Map<number, number>(),
        };
        data.set(key, entry);
        entry.counts.set(value, (entry.counts.get(value) ?? 0) + 1);
      }
    }
  }
  return [...data.values()].flatMap(({ datum, counts }) => {
    const pairs = [...counts];
    const pieces = Array.from({ length: Math.ceil(pairs.length / MAXIMUM_VALUES) }, (_, index) =>
      pairs.slice(index * MAXIMUM_VALUES, (index + 1) * MAXIMUM_VALUES),
    );
    return pieces.map((piece) => ({
      ...datum,
      Values: piece.map(([value]) => value),
      Counts: piece.map(([, count]) => count),
    }));
  });
}

function dimensionSets({ endpoint, variant, config }: InvocationSample): MetricDatum['Dimensions'][] {
  const both = [
    { Name: 'EndpointName', Value: endpoint },
    { Name: 'VariantName', Value: variant },
  ];
  return config === undefined ? [both] : [both, [...both, { Name: 'EndpointConfigName', Value: config }]];
}

type MetricValue = readonly [name: string, value: number, unit: 'None' | 'Microseconds'];

function valuesOf({ status, instances, ...sample }: InvocationSample): MetricValue[] {
  const isClientError = status >= 400 && status < 500;
  const isServerError = status === 0 || status >= 500;
  return [
    ['Invocations', 1, 'None'],
    ['InvocationsPerInstance', 1 / Math.max(1, instances), 'None'],
    ['Invocation4XXErrors', Number(isClientError), 'None'],
    ['Invocation5XXErrors', Number(isServerError), 'None'],
    ['InvocationModelErrors', Number(isClientError || isServerError), 'None'],
    ['ModelLatency', sample.modelMicroseconds, 'Microseconds'],
    ['OverheadLatency', sample.overheadMicroseconds, 'Microseconds'],
  ];
}
