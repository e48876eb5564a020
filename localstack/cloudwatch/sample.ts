/** What CloudWatch keeps of a metric in one bucket of time. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** How often each value came; absent when it is not known, as in a statistic set. Percentiles need it. */
  readonly values?: ReadonlyMap<number, number>;
}

/** Above this many distinct values they are put into buckets 1 % wide, as CloudWatch's own sketches do. */
const MOST_DISTINCT_VALUES = 500;
const BUCKET_LOG_WIDTH = Math.log(1.01);

/** Sample of single values with their counts; undefined for none. */
export function sampleOf(values: readonly number[], counts: readonly number[]): Sample | undefined {
  const frequencies = new Map<number, number>();
  values.forEach((value, index) => {
    const count = counts[index] ?? 1;
    if (count > 0) frequencies.set(value, (frequencies.get(value) ?? 0) + count);
  });
  if (frequencies.size === 0) return undefined;
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const [value, times] of frequencies) {
    count += times;
    sum += value * times;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { count, sum, min, max, values: frequencies };
}

/** Both samples as one. */
export function mergeSamples(a: Sample | undefined, b: Sample): Sample {
  if (!a) return b;
  const merged = {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
  if (!a.values || !b.values) return merged;
  const values = new Map(a.values);
  for (const [value, times] of b.values) values.set(value, (values.get(value) ?? 0) + times);
  return { ...merged, values: values.size > MOST_DISTINCT_VALUES ? coarsen(values) : values };
}

/**
 * The statistic of a sample: SampleCount, Sum, Average, Minimum, Maximum or a percentile such as `p99.9`.
 * @returns undefined for a percentile of values that are not known.
 */
export function statisticOf(sample: Sample, statistic: string): number | undefined {
  switch (statistic) {
    case 'SampleCount':
      return sample.count;
    case 'Sum':
      return sample.sum;
    case 'Average':
      return sample.sum / sample.count;
    case 'Minimum':
      return sample.min;
    case 'Maximum':
      return sample.max;
    default:
      return percentileOf(sample, Number(statistic.slice(1)));
  }
}

/** Whether the statistic is one that this CloudWatch computes. */
export function isStatistic(name: string): boolean {
  return /^(?:SampleCount|Sum|Average|Minimum|Maximum|p(?:100|\d{1,2}(?:\.\d{1,10})?))$/.test(name);
}

/** Nearest rank; a statistic set whose values are all equal has percentiles too. */
function percentileOf(sample: Sample, percentile: number): number | undefined {
  if (!sample.values) return sample.min === sample.max ? sample.min : undefined;
  const rank = Math.max(Math.ceil((percentile / 100) * sample.count), 1);
  let seen = 0;
  for (const [value, times] of [...sample.values].sort(([a], [b]) => a - b)) {
    seen += times;
    if (seen >= rank) return value;
  }
  return sample.max;
}

function coarsen(values: ReadonlyMap<number, number>): Map<number, number> {
  const coarse = new Map<number, number>();
  for (const [value, times] of values) {
    const bucket =
      value === 0
        ? 0
        : Math.sign(value) *
          Math.exp(Math.round(Math.log(Math.abs(value)) / BUCKET_LOG_WIDTH) * BUCKET_LOG_WIDTH);
    coarse.set(bucket, (coarse.get(bucket) ?? 0) + times);
  }
  return coarse;
}
