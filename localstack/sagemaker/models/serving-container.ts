/** A model's serving container as a process: model unpacked, script loaded, HTTP on a free port. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContainerDefinition } from '@aws-sdk/client-sagemaker';
import { localFile } from '../../core/local-files.ts';
import type { Principal } from '../../core/principal.ts';
import { unpackInto } from '../archives.ts';
import { authorizeImagePull, roleEnvironment } from '../execution-role.ts';
import type { LogStream } from '../log-stream.ts';
import { runnerOf } from '../runners/images.ts';
import { prepareRunner } from '../runners/prepare-runner.ts';
import type { RunningProcess } from '../runners/processes.ts';
import { parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import { type OptMl, optMlIn } from '../training/opt-ml.ts';
import { type ContainerAnswer, type ContainerRequest, containerHttp, ping } from './container-http.ts';

const SERVE = localFile('sagemaker/runners/serve.py');
const ANNOUNCEMENT = /^local-cloud: serving on port (\d+)$/;
/** SageMaker gives a container 4 minutes to answer its first ping. */
const STARTUP_MS = 240_000;
const DOWNLOAD_MS = 3_600_000;
const STOP_GRACE_MS = 2_000;

export interface ServingContainer {
  /** @throws Error when the container does not answer. */
  invoke(request: ContainerRequest): Promise<ContainerAnswer>;
  stop(): Promise<void>;
  /** Settles when the process has ended, wanted or not. */
  readonly ended: Promise<number>;
  /** Of the process that serves. */
  readonly pid: number;
}

export interface ServingOptions {
  readonly definition: ContainerDefinition;
  readonly role: Principal;
  /** Folder of this container alone. */
  readonly directory: string;
  readonly log: LogStream;
  /** Set over the model's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether a model unpacked there by an earlier start is used again. */
  readonly reuseModel?: boolean;
  /** How long the model may take to come. @default 3,600,000, the longest that SageMaker takes */
  readonly downloadMs?: number;
  /** How long the container may take until its first good ping. @default 240,000 */
  readonly startupMs?: number;
}

/** Why a container did not start, and whose mistake that is. */
export class ContainerStartError extends Error {
  override readonly name = 'ContainerStartError';
  readonly kind: 'image' | 'model-data' | 'ping';

  constructor(kind: ContainerStartError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Starts a container and waits for its first good ping. @throws ContainerStartError */
export async function startServing(sagemaker: SageMaker, options: ServingOptions): Promise<ServingContainer> {
  const { definition, role, directory, log } = options;
  const tree = optMlIn(directory);
  const image = definition.Image ?? '';
  const { python } = await prepareRunner(image, undefined, sagemaker.runnersDirectory, 'serving').catch(
    failAs('image'),
  );
  await Promise.resolve()
    .then(() => authorizeImagePull(sagemaker.cloud, image, role))
    .catch(failAs('image'));
  if (!(options.reuseModel && existsSync(tree.model))) {
    const late = new ContainerStartError('model-data', 'the model data did not come in time');
    await inTime(fetchModel(sagemaker, options, tree), options.downloadMs ?? DOWNLOAD_MS, late);
  }
  const program = await fetchCode(sagemaker, options, tree);
  let announce: (port: number) => void = () => {};
  const announced = new Promise<number>((resolve) => {
    announce = resolve;
  });
  const environment = environmentOf(sagemaker, options, { tree, python, program });
  await installRequirements(sagemaker, { tree, python, environment, log });
  const running = sagemaker.processes.start({
    command: python,
    args: [SERVE, runnerOf(image, 'serving').framework],
    directory: tree.code,
    environment,
    onLine: (line) => {
      const port = ANNOUNCEMENT.exec(line)?.[1];
      if (port) announce(Number(port));
      log.write(line);
    },
  });
  const port = await firstPort(running, announced, options.startupMs);
  return container(running, port);
}

function failAs(kind: ContainerStartError['kind']): (error: unknown) => never {
  return (error) => {
    throw new ContainerStartError(kind, (error as Error).message, { cause: error });
  };
}

/** The S3 object that a container's model comes from. */
export function modelDataUri(definition: ContainerDefinition): string | undefined {
  return definition.ModelDataUrl ?? definition.ModelDataSource?.S3DataSource?.S3Uri;
}

async function fetchModel(
  sagemaker: SageMaker,
  { definition, role }: ServingOptions,
  tree: OptMl,
): Promise<void> {
  const uri = modelDataUri(definition);
  await rm(tree.base, { recursive: true, force: true });
  await mkdir(dirname(tree.model), { recursive: true });
  if (uri === undefined) return void (await mkdir(tree.model));
  const archive = join(tree.base, 'model.tar.gz');
  // unpacked aside and moved: a model that is there is whole
  await s3AsRole(sagemaker.cloud, role).download(parseS3Uri(uri), archive).catch(failAs('model-data'));
  await unpackInto(archive, tree.model).catch(failAs('model-data'));
  await rm(archive);
}

/** The script that serves; undefined in the image's algorithm mode, which needs none. */
async function fetchCode(
  sagemaker: SageMaker,
  options: ServingOptions,
  tree: OptMl,
): Promise<string | undefined> {
  const environment = options.definition.Environment ?? {};
  const program = environment.SAGEMAKER_PROGRAM || undefined;
  await mkdir(tree.code, { recursive: true });
  if (program === undefined) return undefined;
  const source = environment.SAGEMAKER_SUBMIT_DIRECTORY ?? '/opt/ml/model/code';
  if (source.startsWith('s3://')) {
    const archive = join(tree.base, 'sourcedir.tar.gz');
    await s3AsRole(sagemaker.cloud, options.role).download(parseS3Uri(source), archive).catch(failAs('ping'));
    await unpackInto(archive, tree.code).catch(failAs('ping'));
    return program;
  }
  return program;
}

interface Place {
  readonly tree: OptMl;
  readonly python: string;
  readonly program: string | undefined;
}

function environmentOf(
  sagemaker: SageMaker,
  { definition, role, environment }: ServingOptions,
  { tree, python, program }: Place,
): Record<string, string> {
  const own = { ...definition.Environment, ...environment };
  const relocated = Object.entries(own).map(([key, value]) => [key, tree.relocate(value)]);
  const source = definition.Environment?.SAGEMAKER_SUBMIT_DIRECTORY ?? '/opt/ml/model/code';
  const code = source.startsWith('s3://') ? tree.code : tree.relocate(source).replace(/^file:\/\//, '');
  return {
    PATH: `${dirname(python)}:${process.env.PATH ?? ''}`,
    HOME: tree.base,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // the container's default: requests are small and many
    OMP_NUM_THREADS: '1',
    ...Object.fromEntries(relocated),
    PYTHONPATH: `${code}:${packagesOf(tree)}`,
    SAGEMAKER_BASE_DIR: tree.base,
    SAGEMAKER_PROGRAM: program ?? '',
    SAGEMAKER_BIND_TO_PORT: '0',
    SM_MODEL_DIR: tree.model,
    SAGEMAKER_REGION: sagemaker.cloud.region,
    ...roleEnvironment(sagemaker.cloud, role),
  };
}

interface Installation {
  readonly tree: OptMl;
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: LogStream;
}

async function installRequirements(
  sagemaker: SageMaker,
  { tree, python, environment, log }: Installation,
): Promise<void> {
  const file = [join(tree.code, 'requirements.txt'), join(tree.model, 'code', 'requirements.txt')].find(
    existsSync,
  );
  if (file === undefined || existsSync(packagesOf(tree))) return;
  const running = sagemaker.processes.start({
    command: python,
    args: ['-m', 'pip', 'install', '--quiet', '--target', packagesOf(tree), '-r', file],
    directory: tree.base,
    environment,
    onLine: (line) => log.write(line),
  });
  if ((await running.exited) !== 0) throw new ContainerStartError('ping', `pip could not install ${file}`);
}

/** The port, once the container answers there. */
async function firstPort(
  running: RunningProcess,
  announced: Promise<number>,
  startupMs: number = STARTUP_MS,
): Promise<number> {
  const ended = running.exited.then((code) => {
    throw new ContainerStartError('ping', `the container ended with exit code ${code}`);
  });
  const healthy = announced.then(async (port) => {
    const status = await ping(port);
    if (status !== 200) throw new ContainerStartError('ping', `GET /ping answered ${status}`);
    return port;
  });
  const late = new ContainerStartError('ping', `no answer to /ping in ${startupMs / 1000} s`);
  try {
    return await inTime(Promise.race([healthy, ended]), startupMs, late);
  } catch (error) {
    await running.stop(STOP_GRACE_MS);
    throw error;
  }
}

async function inTime<T>(work: Promise<T>, limitMs: number, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function container(running: RunningProcess, port: number): ServingContainer {
  const http = containerHttp(port);
  return {
    ended: running.exited,
    pid: running.pid,
    invoke: http.invoke,
    async stop() {
      http.close();
      await running.stop(STOP_GRACE_MS);
    },
  };
}

const packagesOf = (tree: OptMl): string => join(tree.base, '..', 'site-packages');
