/** The container of a processing job: folders below /opt/ml, the entrypoint as a process or by Docker. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import { roleEnvironment } from '../execution-role.ts';
import { dockerClientEnvironment, dockerContainer } from '../runners/docker.ts';
import type { ContainerProcess } from '../runners/run-to-end.ts';
import type { OptMl } from '../training/opt-ml.ts';
import { filesBelow } from '../training/output-data.ts';

const SCRIPT = /\.(?:py|sh|json|toml|cfg|ini|yaml|yml)$/;
const LARGEST_SCRIPT_BYTES = 1_000_000;
const LONGEST_MESSAGE = 1_024;

/** What a container writes to be shown as ExitMessage. */
export async function exitMessage(tree: OptMl): Promise<string | undefined> {
  const text = await readFile(join(tree.output, 'message'), 'utf8').catch(() => undefined);
  return text?.slice(0, LONGEST_MESSAGE);
}

/** Makes the folders and writes the two configuration files. */
export async function layOutProcessing(tree: OptMl, job: DescribeProcessingJobResponse): Promise<void> {
  const config = join(tree.base, 'config');
  const outputs = job.ProcessingOutputConfig?.Outputs ?? [];
  const folders = outputs.map(({ S3Output }) => tree.relocate(S3Output!.LocalPath!));
  for (const folder of [config, tree.output, tree.scratch, ...folders])
    await mkdir(folder, { recursive: true });
  const files = {
    'processingjobconfig.json': {
      ProcessingJobArn: job.ProcessingJobArn,
      ProcessingJobName: job.ProcessingJobName,
      AppSpecification: job.AppSpecification,
      Environment: job.Environment ?? {},
      ProcessingInputs: job.ProcessingInputs ?? [],
      ProcessingOutputConfig: job.ProcessingOutputConfig,
      ProcessingResources: job.ProcessingResources,
      RoleArn: job.RoleArn,
      StoppingCondition: job.StoppingCondition,
    },
    'resourceconfig.json': { current_host: 'algo-1', hosts: ['algo-1'] },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(config, name), JSON.stringify(content));
  }
}

/**
 * Rewrites /opt/ml in a script that was downloaded to `folder`: processing scripts spell their paths out, and here they
 * are elsewhere. Data stays as it is.
 */
export async function relocateScripts(tree: OptMl, folder: string): Promise<void> {
  for (const name of (await filesBelow(folder)).filter((each) => SCRIPT.test(each))) {
    const file = join(folder, name);
    if ((await stat(file)).size > LARGEST_SCRIPT_BYTES) continue;
    const text = await readFile(file, 'utf8');
    const relocated = tree.relocate(text);
    if (relocated !== text) await writeFile(file, relocated);
  }
}

export interface ProcessingRun {
  readonly job: DescribeProcessingJobResponse;
  readonly tree: OptMl;
  readonly role: Principal;
  /** Interpreter of the image's runner; undefined for an image that Docker runs. */
  readonly python: string | undefined;
}

/** The process that stands for the container. */
export function processingProcess(cloud: Cloud, run: ProcessingRun): ContainerProcess {
  const { job, tree, role, python } = run;
  const { ImageUri, ContainerEntrypoint = [], ContainerArguments = [] } = job.AppSpecification!;
  if (python === undefined) {
    const isolated = job.NetworkConfig?.EnableNetworkIsolation ?? false;
    const { args, stopArgs } = dockerContainer({
      image: ImageUri!,
      volumes: { '/opt/ml': tree.base },
      environment: { ...job.Environment, ...(isolated ? {} : roleEnvironment(cloud, role)) },
      entrypoint: job.AppSpecification!.ContainerEntrypoint,
      args: ContainerArguments,
      isolated,
    });
    const environment = dockerClientEnvironment();
    return { command: 'docker', args, stopArgs, directory: tree.base, environment };
  }
  const [program = '', ...args] = [...ContainerEntrypoint, ...ContainerArguments].map(tree.relocate);
  const own = Object.entries(job.Environment ?? {}).map(([key, value]) => [key, tree.relocate(value)]);
  return {
    // `python3` is the runner's, as it is the image's in the image
    command: /^python3?$/.test(program) ? python : program,
    args,
    directory: tree.base,
    environment: {
      PATH: `${dirname(python)}:${process.env.PATH ?? ''}`,
      HOME: tree.base,
      TMPDIR: tree.scratch,
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONIOENCODING: 'utf-8',
      ...Object.fromEntries(own),
      ...roleEnvironment(cloud, role),
    },
  };
}
