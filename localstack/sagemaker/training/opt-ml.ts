/** The /opt/ml tree of one container, somewhere else on this machine. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Channel, DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';

/** The folders of a container, absolute on this machine. `base` stands for /opt/ml. */
export interface OptMl {
  readonly base: string;
  readonly code: string;
  readonly model: string;
  readonly input: string;
  readonly inputConfig: string;
  readonly output: string;
  readonly outputData: string;
  readonly failureFile: string;
  /** For temporary files, beside the tree. */
  readonly scratch: string;
  channel(name: string): string;
  /** Text with every /opt/ml path replaced by this tree's. */
  relocate(text: string): string;
}

/** The tree below `directory`; nothing is made yet. */
export function optMlIn(directory: string): OptMl {
  const base = join(directory, 'opt', 'ml');
  return {
    base,
    code: join(base, 'code'),
    model: join(base, 'model'),
    input: join(base, 'input'),
    inputConfig: join(base, 'input', 'config'),
    output: join(base, 'output'),
    outputData: join(base, 'output', 'data'),
    failureFile: join(base, 'output', 'failure'),
    scratch: join(directory, 'tmp'),
    channel: (name) => join(base, 'input', 'data', name),
    relocate: (text) => text.replaceAll(/(?<![\w/])\/opt\/ml(?![\w-])/g, base),
  };
}

/** `resourceconfig.json`: one host, because this cloud runs one. */
export function resourceConfig(job: DescribeTrainingJobResponse): Record<string, unknown> {
  const instanceType = job.ResourceConfig?.InstanceType;
  return {
    current_host: 'algo-1',
    current_instance_type: instanceType,
    current_group_name: 'homogeneousCluster',
    hosts: ['algo-1'],
    instance_groups: [
      { instance_group_name: 'homogeneousCluster', instance_type: instanceType, hosts: ['algo-1'] },
    ],
    network_interface_name: 'eth0',
  };
}

/** `inputdataconfig.json`: what a channel is, without its S3 URI. */
export function inputDataConfig(channels: readonly Channel[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    channels.map((channel) => [
      channel.ChannelName,
      {
        ...(channel.ContentType ? { ContentType: channel.ContentType } : {}),
        TrainingInputMode: 'File',
        S3DistributionType: channel.DataSource?.S3DataSource?.S3DataDistributionType ?? 'FullyReplicated',
        RecordWrapperType: channel.RecordWrapperType ?? 'None',
      },
    ]),
  );
}

/** Makes the tree and writes the configuration files. @param relocates whether paths in them are this machine's. */
export async function layOut(
  tree: OptMl,
  job: DescribeTrainingJobResponse,
  relocates: boolean,
): Promise<void> {
  for (const folder of [tree.code, tree.model, tree.inputConfig, tree.outputData, tree.scratch]) {
    await mkdir(folder, { recursive: true });
  }
  const LocalPath = job.CheckpointConfig?.LocalPath;
  const files: Record<string, unknown> = {
    'hyperparameters.json': job.HyperParameters ?? {},
    'inputdataconfig.json': inputDataConfig(job.InputDataConfig ?? []),
    'resourceconfig.json': resourceConfig(job),
    ...(LocalPath
      ? { 'checkpointconfig.json': { LocalPath: relocates ? tree.relocate(LocalPath) : LocalPath } }
      : {}),
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(tree.inputConfig, name), JSON.stringify(content));
  }
}
