/** All metrics, in memory, with a journal on disk that is rewritten when it grows. */
import { appendFileSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dimension } from '@aws-sdk/client-cloudwatch';
import type { Cloud } from '../core/cloud.ts';
import { mergeSamples, type Sample } from './sample.ts';
import { Series } from './series.ts';

export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export interface MetricStore {
  /** Takes a sample; it is on disk after `flush`. */
  add(metric: MetricId, unit: string, epochMs: number, isHighResolution: boolean, sample: Sample): void;
  /** Writes what was added, at once. */
  flush(): void;
  /** What came from `from` up to, not including, `until`; of one unit, or of all. */
  read(metric: MetricId, unit: string | undefined, from: number, until: number): Sample | undefined;
  /** When buckets in the range end, in epoch milliseconds, in no order. */
  bucketEnds(metric: MetricId, from: number, until: number): number[];
  list(): { metric: MetricId; newestEpochMs: number }[];
  /** Units of a metric's data, in the order in which CloudWatch looks for them. */
  unitsOf(metric: MetricId): string[];
}

/** A journal of this size that is mostly outdated is rewritten from what is in memory. */
const REWRITTEN_FROM_BYTES = 64 * 1024 * 1024;

/** All units. Data of several units is read in the first that there is, as was found out by asking. */
const UNITS =
  'Megabits Terabits Gigabits Count Bytes Gigabytes Gigabytes/Second Kilobytes Kilobits/Second Terabytes Terabits/Second Bytes/Second Percent Megabytes Megabits/Second Milliseconds Microseconds Kilobytes/Second Gigabits/Second Megabytes/Second Bits Bits/Second Count/Second Seconds Kilobits Terabytes/Second None'.split(
    ' ',
  );

interface Entry {
  readonly metric: MetricId;
  /** Keyed by unit. */
  readonly series: Map<string, Series>;
}
type Line = [
  namespace: string,
  name: string,
  dimensions: [string, string][],
  unit: string,
  startEpochMs: number,
  widthMs: number,
  count: number,
  sum: number,
  min: number,
  max: number,
  values?: [number, number][],
];

/** A metric's identity: its dimensions count in any order. */
export function metricKey({ namespace, name, dimensions }: MetricId): string {
  const sorted = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return [namespace, name, ...sorted].join('\0');
}

export function openMetricStore(cloud: Cloud): MetricStore {
  const file = join(cloud.directory('monitoring'), 'metrics.jsonl');
  const entries = new Map<string, Entry>();
  let journalBytes = 0;
  let pending = '';
  let rewriteAtBytes = REWRITTEN_FROM_BYTES;

  function seriesOf(metric: MetricId, unit: string): Series {
    const key = metricKey(metric);
    const entry = entries.get(key) ?? { metric, series: new Map<string, Series>() };
    entries.set(key, entry);
    const series = entry.series.get(unit) ?? new Series();
    entry.series.set(unit, series);
    return series;
  }

  function select(metric: MetricId, unit: string | undefined): Series[] {
    const entry = entries.get(metricKey(metric));
    if (!entry) return [];
    if (unit === undefined) return [...entry.series.values()];
    const series = entry.series.get(unit);
    return series ? [series] : [];
  }

  function load(): void {
    if (!existsSync(file)) return;
    const lines = readFileSync(file, 'utf8').split('\n');
    // a process that was killed may have torn the last line
    lines.pop();
    for (const text of lines) {
      const [namespace, name, dimensions, unit, start, width, count, sum, min, max, values] = JSON.parse(
        text,
      ) as Line;
      const metric = { namespace, name, dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })) };
      seriesOf(metric, unit).restore(start, width, {
        count,
        sum,
        min,
        max,
        ...(values && { values: new Map(values) }),
      });
    }
    rewrite();
  }

  function rewrite(): void {
    const temporary = `${file}.tmp`;
    writeFileSync(temporary, '');
    for (const { metric, series } of entries.values()) {
      for (const [unit, each] of series) {
        let text = '';
        for (const [start, width, sample] of each.all()) text += lineOf(metric, unit, start, width, sample);
        appendFileSync(temporary, text);
      }
    }
    renameSync(temporary, file);
    journalBytes = statSync(file).size;
    rewriteAtBytes = Math.max(REWRITTEN_FROM_BYTES, 2 * journalBytes);
  }

  load();
  return {
    add(metric, unit, epochMs, isHighResolution, sample) {
      seriesOf(metric, unit).add(epochMs, isHighResolution, sample);
      const width = isHighResolution ? 1000 : 60_000;
      pending += lineOf(metric, unit, Math.floor(epochMs / width) * width, width, sample);
    },
    flush() {
      appendFileSync(file, pending);
      journalBytes += pending.length;
      pending = '';
      if (journalBytes > rewriteAtBytes) rewrite();
    },
    read(metric, unit, from, until) {
      let total: Sample | undefined;
      for (const series of select(metric, unit)) {
        const sample = series.read(from, until);
        if (sample) total = mergeSamples(total, sample);
      }
      return total;
    },
    bucketEnds(metric, from, until) {
      return select(metric, undefined).flatMap((series) =>
        [...series.buckets(from, until)].map(([end]) => end),
      );
    },
    list() {
      return [...entries.values()].map(({ metric, series }) => ({
        metric,
        newestEpochMs: Math.max(...[...series.values()].map(({ newest }) => newest)),
      }));
    },
    unitsOf(metric) {
      const units = [...(entries.get(metricKey(metric))?.series.keys() ?? [])];
      return units.sort((a, b) => UNITS.indexOf(a) - UNITS.indexOf(b));
    },
  };
}

function lineOf(metric: MetricId, unit: string, start: number, width: number, sample: Sample): string {
  const line: Line = [
    metric.namespace,
    metric.name,
    metric.dimensions.map(({ Name, Value }) => [Name ?? '', Value ?? '']),
    unit,
    start,
    width,
    sample.count,
    sample.sum,
    sample.min,
    sample.max,
  ];
  if (sample.values) line.push([...sample.values]);
  return `${JSON.stringify(line)}\n`;
}
