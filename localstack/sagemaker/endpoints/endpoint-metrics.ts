/** The metrics that SageMaker itself publishes of endpoints in `AWS/SageMaker`, together a moment later. */
import type { Dimension, MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { createBatcher } from '../batcher.ts';
import type { SageMaker } from '../sagemaker.ts';

const NAMESPACE = 'AWS/SageMaker';
const IDLE_MS = 40;
const LONGEST_MS = 1_000;
const MAXIMUM_POINTS = 50_000;
/** PutMetricData takes 150 values in a datum, and 1,000 data in a call. */
const MAXIMUM_VALUES = 150;
const MAXIMUM_DATA = 1_000;

/** One value of one metric. */
export interface MetricPoint {
  readonly name: string;
  readonly value: number;
  readonly unit: StandardUnit;
  readonly dimensions: Dimension[];
  readonly at: Date;
}

export interface EndpointMetrics {
  add(points: readonly MetricPoint[]): void;
  flush(): Promise<void>;
}

/** Metrics of all endpoints of a service. */
export function createEndpointMetrics(sagemaker: SageMaker): EndpointMetrics {
  const batcher = createBatcher<MetricPoint>(sagemaker.cloud, {
    label: 'endpoint metrics',
    idleMs: IDLE_MS,
    longestMs: LONGEST_MS,
    maximumItems: MAXIMUM_POINTS,
    deliver: (points) => publish(sagemaker, points),
  });
  return {
    add(points) {
      for (const point of points) batcher.add(point);
    },
    flush: () => batcher.flush(),
  };
}

/** `EndpointName`, and `VariantName` where a variant is meant. */
export function endpointDimensions(endpoint: string, variant?: string): Dimension[] {
  const ofEndpoint = { Name: 'EndpointName', Value: endpoint };
  return variant === undefined ? [ofEndpoint] : [ofEndpoint, { Name: 'VariantName', Value: variant }];
}

async function publish(sagemaker: SageMaker, points: readonly MetricPoint[]): Promise<void> {
  const data = metricData(points);
  try {
    for (let start = 0; start < data.length; start += MAXIMUM_DATA) {
      const input = { Namespace: NAMESPACE, MetricData: data.slice(start, start + MAXIMUM_DATA) };
      // the service's own metrics: no role of the account has a part in them
      const service = sagemaker.cloud.servicePrincipal('sagemaker.amazonaws.com');
      await sagemaker.cloud.call('monitoring', 'PutMetricData', input, service);
    }
  } catch (error) {
    console.error(`local cloud: sagemaker: ${points.length} metric values are lost: ${String(error)}`);
  }
}

/** One datum per metric, set of dimensions and minute, with its distinct values counted. */
function metricData(points: readonly MetricPoint[]): MetricDatum[] {
  const data = new Map<string, { datum: MetricDatum; counts: Map<number, number> }>();
  for (const { name, value, unit, dimensions, at } of points) {
    const minute = Math.floor(at.getTime() / 60_000) * 60_000;
    const key = `${name} ${minute} ${dimensions.map((each) => each.Value).join(' ')}`;
    let entry = data.get(key);
    if (!entry) {
      const datum = { MetricName: name, Dimensions: dimensions, Timestamp: new Date(minute), Unit: unit };
      entry = { datum, counts: new Map() };
      data.set(key, entry);
    }
    entry.counts.set(value, (entry.counts.get(value) ?? 0) + 1);
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
