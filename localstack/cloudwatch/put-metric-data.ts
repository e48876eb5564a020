/** PutMetricData. */
import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import type { MetricId, MetricStore } from './metric-store.ts';
import { type Sample, sampleOf } from './sample.ts';

const MOST_DATA = 1000;
const MOST_DIMENSIONS = 30;
const MOST_VALUES = 150;
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

export function createPutMetricData(
  cloud: Cloud,
  store: MetricStore,
  onData: (metrics: readonly MetricId[]) => void,
) {
  return (input: PutMetricDataCommandInput, call: Call) => {
    const namespace = input.Namespace ?? '';
    const data = input.MetricData ?? [];
    for (const name of ['EntityMetricData', 'StrictEntityValidation'] as const) {
      if (input[name] !== undefined) throw new NotImplementedByLocalCloud(`monitoring PutMetricData ${name}`);
    }
    if (call.principal.kind !== 'service' && namespace.startsWith('AWS/')) {
      throw invalid(`The value AWS/ for parameter Namespace is invalid.`);
    }
    if (!/^[^:][0-9A-Za-z.\-_/#:\s]{0,254}$/.test(namespace)) {
      throw invalid(`The value ${namespace} for parameter Namespace is invalid.`);
    }
    if (data.length === 0) throw new AwsError('MissingParameter', 'The parameter MetricData is required.');
    if (data.length > MOST_DATA) {
      throw invalid(`The collection MetricData must not have a size greater than ${MOST_DATA}.`);
    }
    const now = cloud.clock.now();
    // all are checked before any is kept
    const samples = data.map((datum, index) => toSample(datum, `MetricData.member.${index + 1}`));
    validateTimes(data, now);
    const metrics = data.map(
      (datum): MetricId => ({
        namespace,
        name: datum.MetricName!,
        dimensions: datum.Dimensions ?? [],
      }),
    );
    data.forEach((datum, index) => {
      const sample = samples[index];
      if (!sample) return;
      const time = datum.Timestamp?.getTime() ?? now;
      store.add(metrics[index]!, datum.Unit ?? 'None', time, datum.StorageResolution === 1, sample);
    });
    store.flush();
    onData(metrics);
    return {};
  };
}

function toSample(datum: MetricDatum, path: string): Sample | undefined {
  if (!datum.MetricName)
    throw new AwsError('MissingParameter', `The parameter ${path}.MetricName is required.`);
  validateDimensions(datum, path);
  if (
    datum.StorageResolution !== undefined &&
    datum.StorageResolution !== 1 &&
    datum.StorageResolution !== 60
  ) {
    throw invalid(`The value ${datum.StorageResolution} for parameter ${path}.StorageResolution is invalid.`);
  }
  const { Value, Values, Counts, StatisticValues } = datum;
  refuseBoth(path, ['Value', Value], ['StatisticValues', StatisticValues]);
  refuseBoth(path, ['Value', Value], ['Values', Values]);
  refuseBoth(path, ['Values', Values], ['StatisticValues', StatisticValues]);
  if (StatisticValues) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = StatisticValues;
    for (const number of [SampleCount, Sum, Minimum, Maximum]) requireNumber(number, path);
    return SampleCount > 0 ? { count: SampleCount, sum: Sum, min: Minimum, max: Maximum } : undefined;
  }
  const values = Values ?? (Value === undefined ? [] : [Value]);
  if (values.length === 0) {
    throw new AwsError(
      'MissingParameter',
      `At least one of the parameters must be specified: ${path}.Value, Values or StatisticValues.`,
    );
  }
  if (values.length > MOST_VALUES) {
    throw invalid(`The collection ${path}.Values must not have a size greater than ${MOST_VALUES}.`);
  }
  if (Counts && Counts.length !== values.length) {
    throw invalid(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  for (const number of values) requireNumber(number, path);
  return sampleOf(values, Counts ?? []);
}

function validateDimensions({ Dimensions = [] }: MetricDatum, path: string): void {
  if (Dimensions.length > MOST_DIMENSIONS) {
    throw invalid(`The collection ${path}.Dimensions must not have a size greater than ${MOST_DIMENSIONS}.`);
  }
  Dimensions.forEach(({ Name, Value }, index) => {
    const member = `${path}.Dimensions.member.${index + 1}`;
    if (!Name) throw new AwsError('MissingParameter', `The parameter ${member}.Name is required.`);
    if (!Value) throw new AwsError('MissingParameter', `The parameter ${member}.Value is required.`);
  });
}

/** @throws AwsError InvalidParameterValue naming every datum whose time is not taken */
function validateTimes(data: readonly MetricDatum[], now: number): void {
  const problems = data.flatMap(({ Timestamp }, index) => {
    const time = Timestamp?.getTime() ?? now;
    const parameter = `The parameter MetricData.member.${index + 1}.Timestamp must specify a time`;
    if (time > now + NEWEST_MS) return `${parameter} no more than two hours in the future.`;
    return time >= now - OLDEST_MS ? [] : `${parameter} within the past two weeks.`;
  });
  if (problems.length > 0) throw invalid(problems.join('\n'));
}

function refuseBoth(path: string, [first, a]: [string, unknown], [second, b]: [string, unknown]): void {
  if (a === undefined || b === undefined) return;
  throw new AwsError(
    'InvalidParameterCombination',
    `The parameters ${path}.${first} and ${path}.${second} are mutually exclusive and you have specified both.`,
  );
}

function requireNumber(value: number, path: string): void {
  if (Number.isFinite(value)) return;
  throw invalid(`The value ${value} for parameter ${path}.Value is invalid.`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}
