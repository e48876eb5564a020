/** The container of a training job: the toolkit's script mode, the built-in algorithm, or Docker with any image. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { localFile } from '../../core/local-files.ts';
import type { Principal } from '../../core/principal.ts';
import { unpackInto } from '../archives.ts';
import { roleEnvironment } from '../execution-role.ts';
import type { LogStream } from '../log-stream.ts';
import { dockerClientEnvironment, dockerContainer } from '../runners/docker.ts';
import { type ContainerProcess, runToEnd } from '../runners/run-to-end.ts';
import { parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import type { FailedProcess } from './failure.ts';
import type { MetricScanner } from './metrics.ts';
import type { OptMl } from './opt-ml.ts';
import { type ScriptMode, scriptModeOf } from './script-mode.ts';

const ALGORITHM = localFile('sagemaker/runners/xgboost_algorithm/train.py');
/** What is left of an instance that is taken away. */
const INTERRUPTION_GRACE_MS = 2_000;

/** Why a container is ended before its time. */
export type StopReason = 'Stopped' | 'MaxRuntimeExceeded' | 'MaxWaitTimeExceeded' | 'Interrupted';

/** How a container ended. */
export type ContainerEnd =
  | { readonly kind: 'completed' }
  | { readonly kind: 'stopped'; readonly reason: StopReason }
  | ({ readonly kind: 'failed' } & FailedProcess);

export interface ContainerRun {
  readonly job: DescribeTrainingJobResponse;
  readonly tree: OptMl;
  readonly role: Principal;
  /** Interpreter of the image's runner; undefined for an image that Docker runs. */
  readonly python: string | undefined;
  /** Aborted with a `StopReason`. */
  readonly stop: AbortSignal;
  readonly log: LogStream;
  readonly metrics: MetricScanner;
}

/** Runs the container to its end or its stop. */
export async function runContainer(sagemaker: SageMaker, run: ContainerRun): Promise<ContainerEnd> {
  if (run.python === undefined) {
    return execute(sagemaker, run, { ...dockerProcess(sagemaker, run), hasToolkit: false });
  }
  const script = scriptModeOf(run.job, run.tree);
  if (script === undefined) return execute(sagemaker, run, pythonProcess(sagemaker, run, [ALGORITHM]));
  const refused = await fetchCode(sagemaker, run, script);
  if (refused) return refused;
  const requirements = join(run.tree.code, 'requirements.txt');
  if (existsSync(requirements)) {
    const args = ['-m', 'pip', 'install', '--quiet', '--target', packagesOf(run.tree), '-r', requirements];
    const install = pythonProcess(sagemaker, run, args, script);
    const installed = await execute(sagemaker, run, { ...install, errorClass: 'InstallRequirementsError' });
    if (installed.kind !== 'completed') return installed;
  }
  return execute(
    sagemaker,
    run,
    pythonProcess(sagemaker, run, ['-m', script.moduleName, ...script.args], script),
  );
}

async function fetchCode(
  sagemaker: SageMaker,
  { tree, role }: ContainerRun,
  { submitDirectory, program }: ScriptMode,
): Promise<ContainerEnd | undefined> {
  try {
    if (submitDirectory?.startsWith('s3://')) {
      const archive = join(tree.base, 'sourcedir.tar.gz');
      await s3AsRole(sagemaker.cloud, role).download(parseS3Uri(submitDirectory), archive);
      await unpackInto(archive, tree.code);
    } else if (submitDirectory?.startsWith('/opt/ml/')) {
      const local = tree.relocate(submitDirectory);
      if (local.endsWith('.tar.gz')) await unpackInto(local, tree.code);
      else if (local !== tree.code) await cp(local, tree.code, { recursive: true });
    }
    if (existsSync(join(tree.code, program))) return undefined;
    return codeFailure(program, `${program} is not in ${submitDirectory ?? '/opt/ml/code'}`);
  } catch (error) {
    return codeFailure(program, `${submitDirectory}: ${(error as Error).name}: ${(error as Error).message}`);
  }
}

function codeFailure(program: string, message: string): ContainerEnd {
  return {
    kind: 'failed',
    exitCode: 1,
    command: program,
    errorLines: [message],
    errorClass: 'framework error',
  };
}

type Execution = ContainerProcess & Pick<FailedProcess, 'errorClass' | 'hasToolkit'>;

async function execute(
  sagemaker: SageMaker,
  { stop, log, metrics }: ContainerRun,
  { errorClass, hasToolkit, ...process }: Execution,
): Promise<ContainerEnd> {
  const { exitCode, errorLines } = await runToEnd(sagemaker.processes, process, {
    stop,
    graceMs: (reason) => (reason === 'Interrupted' ? INTERRUPTION_GRACE_MS : undefined),
    onLine(line) {
      log.write(line);
      metrics.scan(line, sagemaker.cloud.clock.date());
    },
  });
  if (stop.aborted) return { kind: 'stopped', reason: stop.reason as StopReason };
  if (exitCode === 0) return { kind: 'completed' };
  const command = ['python3', ...process.args].join(' ');
  return {
    kind: 'failed',
    exitCode,
    command,
    errorLines,
    ...(errorClass ? { errorClass } : {}),
    ...(hasToolkit === false ? { hasToolkit } : {}),
  };
}

function dockerProcess(sagemaker: SageMaker, { job, tree, role }: ContainerRun): ContainerProcess {
  const algorithm = job.AlgorithmSpecification!;
  const isolated = job.EnableNetworkIsolation ?? false;
  const { args, stopArgs } = dockerContainer({
    image: algorithm.TrainingImage!,
    volumes: { '/opt/ml': tree.base },
    environment: {
      ...platformEnvironment(job),
      ...job.Environment,
      // an isolated container has no credentials
      ...(isolated ? {} : roleEnvironment(sagemaker.cloud, role)),
    },
    entrypoint: algorithm.ContainerEntrypoint,
    args: algorithm.ContainerArguments ?? (algorithm.ContainerEntrypoint ? [] : ['train']),
    isolated,
  });
  const environment = dockerClientEnvironment();
  return { command: 'docker', args, stopArgs, directory: tree.base, environment };
}

function pythonProcess(
  sagemaker: SageMaker,
  { job, tree, role, python }: ContainerRun,
  args: readonly string[],
  script?: ScriptMode,
): ContainerProcess {
  const own = Object.entries(job.Environment ?? {}).map(([key, value]) => [key, tree.relocate(value)]);
  const environment = {
    PATH: `${dirname(python!)}:${process.env.PATH ?? ''}`,
    HOME: tree.base,
    TMPDIR: tree.scratch,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONIOENCODING: 'utf-8',
    PYTHONPATH: `${tree.code}:${packagesOf(tree)}`,
    SAGEMAKER_BASE_DIR: tree.base,
    SAGEMAKER_REGION: sagemaker.cloud.region,
    ...platformEnvironment(job),
    ...Object.fromEntries(own),
    ...script?.environment,
    ...roleEnvironment(sagemaker.cloud, role),
  };
  return { command: python!, args, directory: tree.code, environment };
}

function platformEnvironment(job: DescribeTrainingJobResponse): Record<string, string> {
  return { TRAINING_JOB_NAME: job.TrainingJobName!, TRAINING_JOB_ARN: job.TrainingJobArn! };
}

const packagesOf = (tree: OptMl): string => join(tree.base, '..', 'site-packages');
