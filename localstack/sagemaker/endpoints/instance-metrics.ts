/** Load of the processes that serve, in `/aws/sagemaker/Endpoints`, published as their execution role. */
import { readFile, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { SageMaker } from '../sagemaker.ts';
import { endpointDimensions } from './endpoint-metrics.ts';
import type { PickedVariant } from './fleet.ts';
import type { VariantProcess } from './variant-process.ts';

const NAMESPACE = '/aws/sagemaker/Endpoints';
const MINUTE_MS = 60_000;
/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface InstanceMetrics {
  /** Publishes the load of a variant that was just used, once in each minute of the cloud's clock. */
  used(endpoint: string, picked: PickedVariant): void;
}

/** Metrics of all endpoints of a service. Nothing is published where there is no `/proc` to read it from. */
export function createInstanceMetrics(sagemaker: SageMaker): InstanceMetrics {
  const published = new WeakMap<VariantProcess, number>();
  return {
    used(endpoint, picked) {
      const minute = Math.floor(sagemaker.cloud.clock.now() / MINUTE_MS);
      if (published.get(picked.process) === minute) return;
      published.set(picked.process, minute);
      sagemaker.cloud.background(`instance metrics of endpoint ${endpoint}`, () =>
        publish(sagemaker, endpoint, picked),
      );
    },
  };
}

async function publish(sagemaker: SageMaker, endpoint: string, picked: PickedVariant): Promise<void> {
  const load = await loadOf(picked, sagemaker.cloud.directory('sagemaker'));
  const Dimensions = endpointDimensions(endpoint, picked.variant.name);
  const Timestamp = sagemaker.cloud.clock.date();
  const MetricData = load.map(([MetricName, Value]): MetricDatum => {
    return { MetricName, Value, Unit: 'Percent', Dimensions, Timestamp };
  });
  if (MetricData.length === 0) return;
  try {
    const input = { Namespace: NAMESPACE, MetricData };
    await sagemaker.cloud.call('monitoring', 'PutMetricData', input, picked.process.role());
  } catch (error) {
    console.error(`local cloud: sagemaker: instance metrics of ${endpoint} are lost: ${String(error)}`);
  }
}

type Load = readonly [name: string, percent: number];

async function loadOf({ process, variant }: PickedVariant, directory: string): Promise<Load[]> {
  const pid = process.pid();
  if (pid === undefined) return [];
  try {
    const [stat, statm, uptime] = await Promise.all(
      [`/proc/${pid}/stat`, `/proc/${pid}/statm`, '/proc/uptime'].map((file) => readFile(file, 'utf8')),
    );
    const memory = Number(statm!.split(' ')[1]) * PAGE_BYTES;
    if (variant.serverless) {
      return [['MemoryUtilization', (100 * memory) / (variant.serverless.MemorySizeInMB! * 1024 ** 2)]];
    }
    const disk = await statfs(directory);
    return [
      ['CPUUtilization', processorPercent(stat!, Number(uptime!.split(' ')[0]))],
      ['MemoryUtilization', (100 * memory) / totalmem()],
      ['DiskUtilization', 100 * (1 - disk.bavail / disk.blocks)],
    ];
  } catch {
    // no /proc, or the process has just ended: there is nothing to measure
    return [];
  }
}

/** Mean since the process began, 100 per processor. `stat` as proc(5) has it: user 14, system 15, start 22. */
function processorPercent(stat: string, uptimeSeconds: number): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const livedSeconds = uptimeSeconds - Number(fields[19]) / TICKS_PER_SECOND;
  return livedSeconds <= 0 ? 0 : (100 * ticks) / TICKS_PER_SECOND / livedSeconds;
}
