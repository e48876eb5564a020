/** Metrics that a training job's log lines carry. */
import type { MetricData, MetricDefinition } from '@aws-sdk/client-sagemaker';
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import { validationError } from '../constraints.ts';

/** Of algorithms and of the instances that they run on. */
const TRAINING_NAMESPACE = '/aws/sagemaker/TrainingJobs';
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

/** Publishes what an instance reports of itself, as the job's role. */
export async function publishInstanceMetrics(
  cloud: Cloud,
  role: Principal,
  job: {
    readonly group: 'TrainingJobs' | 'ProcessingJobs';
    readonly name: string;
    readonly diskUtilization: number;
  },
): Promise<void> {
  const datum = {
    MetricName: 'DiskUtilization',
    Value: job.diskUtilization,
    Unit: 'Percent',
    Timestamp: cloud.clock.date(),
    Dimensions: [{ Name: 'Host', Value: `${job.name}/algo-1` }],
  };
  await publish(cloud, role, { namespace: `/aws/sagemaker/${job.group}`, data: [datum], name: job.name });
}

/** Publishes the values of a training job's metrics, as its role. */
export async function publishAlgorithmMetrics(
  cloud: Cloud,
  role: Principal,
  { name, values }: { readonly name: string; readonly values: readonly MetricData[] },
): Promise<void> {
  const Dimensions = [{ Name: 'TrainingJobName', Value: name }];
  const data = values.map((each) => ({ ...each, Dimensions }));
  await publish(cloud, role, { namespace: TRAINING_NAMESPACE, data, name });
}

/** A role that may not publish loses its metrics, as on AWS; here that is also said on stderr. */
async function publish(
  cloud: Cloud,
  role: Principal,
  { namespace, data, name }: { namespace: string; data: readonly object[]; name: string },
): Promise<void> {
  try {
    for (let start = 0; start < data.length; start += MAXIMUM_DATA) {
      const input = { Namespace: namespace, MetricData: data.slice(start, start + MAXIMUM_DATA) };
      await cloud.call('monitoring', 'PutMetricData', input, role);
    }
  } catch (error) {
    console.error(`local cloud: sagemaker: metrics of job ${name} are lost: ${String(error)}`);
  }
}
