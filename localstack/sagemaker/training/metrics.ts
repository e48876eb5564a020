/** Metrics that a training job's log lines carry. */
import type { MetricData, MetricDefinition } from '@aws-sdk/client-sagemaker';
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import { validationError } from '../constraints.ts';

/** Of algorithms and of the instances that they run on. */
const NAMESPACE = '/aws/sagemaker/TrainingJobs';
/** PutMetricData takes 1,000. */
const MAXIMUM_DATA = 1_000;

export interface MetricScanner {
  /** Looks at one log line. */
  scan(line: string, at: Date): void;
  /** The last value of each metric. */
  final(): MetricData[];
  /** Every value in order. */
  all(): readonly MetricData[];
}

/** @throws AwsError ValidationException when a regular expression is none. */
export function metricScanner(definitions: readonly MetricDefinition[]): MetricScanner {
  const compiled = definitions.map(({ Name, Regex }) => ({ name: Name ?? '', regex: compile(Regex ?? '') }));
  const values: MetricData[] = [];
  return {
    scan(line, at) {
      // logs show a tab as #011, and definitions are written against the logs
      const text = line.replaceAll('\t', '#011');
      for (const { name, regex } of compiled) {
        const value = Number.parseFloat((regex.exec(text) ?? regex.exec(line))?.[1] ?? '');
        if (Number.isFinite(value)) values.push({ MetricName: name, Value: value, Timestamp: at });
      }
    },
    final: () => [...new Map(values.map((each) => [each.MetricName, each])).values()],
    all: () => values,
  };
}

function compile(regex: string): RegExp {
  try {
    return new RegExp(regex);
  } catch {
    throw validationError(`Invalid regular expression "${regex}" in MetricDefinitions.`);
  }
}

/**
 * Publishes a job's metric values as its role, with what an instance reports of itself; a role that may not loses them,
 * as on AWS, which stderr is told.
 */
export async function publishJobMetrics(
  cloud: Cloud,
  role: Principal,
  job: { readonly name: string; readonly values: readonly MetricData[]; readonly diskUtilization: number },
): Promise<void> {
  const MetricDatum = [
    ...job.values.map((each) => ({
      ...each,
      Dimensions: [{ Name: 'TrainingJobName', Value: job.name }],
    })),
    {
      MetricName: 'DiskUtilization',
      Value: job.diskUtilization,
      Unit: 'Percent',
      Timestamp: cloud.clock.date(),
      Dimensions: [{ Name: 'Host', Value: `${job.name}/algo-1` }],
    },
  ];
  try {
    for (let start = 0; start < MetricDatum.length; start += MAXIMUM_DATA) {
      const input = { Namespace: NAMESPACE, MetricData: MetricDatum.slice(start, start + MAXIMUM_DATA) };
      await cloud.call('monitoring', 'PutMetricData', input, role);
    }
  } catch (error) {
    console.error(`local cloud: sagemaker: metrics of training job ${job.name} are lost: ${String(error)}`);
  }
}
