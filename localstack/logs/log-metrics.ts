/** Metrics out of log events: embedded metric format, and metric filters. */
import type { MetricDatum, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Cloud } from '../core/cloud.ts';
import { parseFilterPattern, parseJsonMessage } from './filter-pattern.ts';
import type { MetricFilterRecord } from './groups.ts';
import { readPath } from './json-condition.ts';

/** Data of one PutMetricData call. */
const MOST_DATA = 1000;

interface LoggedEvent {
  readonly timestamp: number;
  readonly message: string;
}

interface EmbeddedDirective {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

/** Publishes what the events say; what is malformed is left out, as CloudWatch does. */
export function publishLogMetrics(
  cloud: Cloud,
  events: readonly LoggedEvent[],
  filters: readonly MetricFilterRecord[],
): void {
  const byNamespace = new Map<string, MetricDatum[]>();
  function add(namespace: string, data: readonly MetricDatum[]): void {
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), ...data]);
  }
  for (const event of events) {
    if (event.message.includes('CloudWatchMetrics')) embeddedMetrics(event, add);
    for (const filter of filters) filteredMetrics(event, filter, add);
  }
  for (const [namespace, data] of byNamespace) {
    for (let start = 0; start < data.length; start += MOST_DATA) {
      publishMetrics(cloud, namespace, data.slice(start, start + MOST_DATA));
    }
  }
}

type Add = (namespace: string, data: readonly MetricDatum[]) => void;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embeddedMetrics(event: LoggedEvent, add: Add): void {
  const root = parseJsonMessage(event.message) as Record<string, unknown> | undefined;
  const metadata = root?._aws as { Timestamp?: unknown; CloudWatchMetrics?: unknown } | undefined;
  if (!root || !Array.isArray(metadata?.CloudWatchMetrics)) return;
  const Timestamp = new Date(typeof metadata.Timestamp === 'number' ? metadata.Timestamp : event.timestamp);
  for (const directive of metadata.CloudWatchMetrics as EmbeddedDirective[]) {
    if (typeof directive.Namespace !== 'string' || !Array.isArray(directive.Metrics)) continue;
    const dimensionSets = Array.isArray(directive.Dimensions) ? (directive.Dimensions as string[][]) : [[]];
    const data = dimensionSets.flatMap((names) =>
      embeddedData(root, names, directive.Metrics as object[], Timestamp),
    );
    if (data.length > 0) add(directive.Namespace, data);
  }
}

function embeddedData(
  root: Readonly<Record<string, unknown>>,
  dimensionNames: readonly string[],
  metrics: readonly { Name?: string; Unit?: string; StorageResolution?: number }[],
  Timestamp: Date,
): MetricDatum[] {
  const Dimensions = dimensionNames.map((Name) => ({ Name, Value: String(root[Name] ?? '') }));
  // a dimension without a value makes the whole set invalid
  if (Dimensions.some(({ Value }) => Value === '')) return [];
  return metrics.flatMap(({ Name = '', Unit, StorageResolution }) => {
    const value = root[Name];
    const Values = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'number');
    if (Values.length === 0) return [];
    return {
      MetricName: Name,
      Dimensions,
      Timestamp,
      Values: Values.slice(0, 100),
      ...(Unit && { Unit: Unit as StandardUnit }),
      ...(StorageResolution === 1 && { StorageResolution: 1 }),
    };
  });
}

function filteredMetrics(event: LoggedEvent, filter: MetricFilterRecord, add: Add): void {
  if (!parseFilterPattern(filter.pattern).matches(event.message)) return;
  const root = parseJsonMessage(event.message);
  for (const transformation of filter.transformations) {
    const { metricName, metricNamespace = '', metricValue = '1', dimensions, unit } = transformation;
    const value = metricValue.startsWith('$') ? Number(readPath(root, metricValue)) : Number(metricValue);
    if (Number.isNaN(value)) continue;
    const Dimensions = Object.entries(dimensions ?? {}).map(([Name, path]) => ({
      Name,
      Value: String(readPath(root, path) ?? ''),
    }));
    if (Dimensions.some(({ Value }) => Value === '')) continue;
    add(metricNamespace, [
      {
        MetricName: metricName,
        Dimensions,
        Value: value,
        Timestamp: new Date(event.timestamp),
        ...(unit && { Unit: unit }),
      },
    ]);
  }
}
