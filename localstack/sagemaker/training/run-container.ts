/** The container of a training job: the toolkit's script mode as a process of its own. */
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import { unpackInto } from '../archives.ts';
import { roleEnvironment } from '../execution-role.ts';
import type { LogStream } from '../log-stream.ts';
import { parseS3Uri, s3AsRole } from '../s3-as-role.ts';
import type { SageMaker } from '../sagemaker.ts';
import type { FailedProcess } from './failure.ts';
import type { MetricScanner } from './metrics.ts';
import type { OptMl } from './opt-ml.ts';
import { type ScriptMode, scriptModeOf } from './script-mode.ts';

const KEPT_ERROR_LINES = 60;

/** How a container ended. */
export type ContainerEnd =
  | { readonly kind: 'completed' }
  | { readonly kind: 'stopped'; readonly status: 'Stopped' | 'MaxRuntimeExceeded' }
  | ({ readonly kind: 'failed' } & FailedProcess);

export interface ContainerRun {
  readonly job: DescribeTrainingJobResponse;
  readonly tree: OptMl;
  readonly role: Principal;
  readonly python: string;
  readonly stop: AbortSignal;
  readonly log: LogStream;
  readonly metrics: MetricScanner;
}

/** Runs the user's script to its end, its time limit (real time) or its stop. */
export async function runContainer(sagemaker: SageMaker, run: ContainerRun): Promise<ContainerEnd> {
  const script = scriptModeOf(run.job, run.tree)!;
  const refused = await fetchCode(sagemaker, run, script);
  if (refused) return refused;
  const requirements = join(run.tree.code, 'requirements.txt');
  if (existsSync(requirements)) {
    const args = ['-m', 'pip', 'install', '--quiet', '--target', packagesOf(run.tree), '-r', requirements];
    const installed = await execute(sagemaker, run, { args, script, errorClass: 'InstallRequirementsError' });
    if (installed.kind !== 'completed') return installed;
  }
  return execute(sagemaker, run, { args: ['-m', script.moduleName, ...script.args], script });
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

interface Execution {
  readonly args: readonly string[];
  readonly script: ScriptMode;
  readonly errorClass?: string;
}

async function execute(
  sagemaker: SageMaker,
  run: ContainerRun,
  { args, script, errorClass }: Execution,
): Promise<ContainerEnd> {
  const { job, tree, log, metrics } = run;
  const errorLines: string[] = [];
  await mkdir(tmpOf(tree), { recursive: true });
  const running = sagemaker.processes.start({
    command: run.python,
    args,
    directory: tree.code,
    environment: environmentOf(sagemaker, run, script),
    onLine: (line, stream) => {
      log.write(line);
      metrics.scan(line, sagemaker.cloud.clock.date());
      if (stream === 'stderr' && errorLines.push(line) > KEPT_ERROR_LINES) errorLines.shift();
    },
  });
  let status: 'Stopped' | 'MaxRuntimeExceeded' | undefined;
  const end = (as: 'Stopped' | 'MaxRuntimeExceeded') => {
    status ??= as;
    void running.stop();
  };
  const limitMs = job.StoppingCondition!.MaxRuntimeInSeconds! * 1000;
  const limit = setTimeout(() => end('MaxRuntimeExceeded'), Math.min(limitMs, 2 ** 31 - 1));
  const onStop = () => end('Stopped');
  if (run.stop.aborted) onStop();
  run.stop.addEventListener('abort', onStop);
  const exitCode = await running.exited;
  clearTimeout(limit);
  run.stop.removeEventListener('abort', onStop);
  if (status) return { kind: 'stopped', status };
  if (exitCode === 0) return { kind: 'completed' };
  const command = ['python3', ...args].join(' ');
  return { kind: 'failed', exitCode, command, errorLines, ...(errorClass ? { errorClass } : {}) };
}

function environmentOf(
  sagemaker: SageMaker,
  { job, tree, role, python }: ContainerRun,
  script: ScriptMode,
): Record<string, string> {
  const own = Object.entries(job.Environment ?? {}).map(([key, value]) => [key, tree.relocate(value)]);
  return {
    PATH: `${dirname(python)}:${process.env.PATH ?? ''}`,
    HOME: tree.base,
    TMPDIR: tmpOf(tree),
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONIOENCODING: 'utf-8',
    PYTHONPATH: `${tree.code}:${packagesOf(tree)}`,
    SAGEMAKER_BASE_DIR: tree.base,
    TRAINING_JOB_NAME: job.TrainingJobName!,
    TRAINING_JOB_ARN: job.TrainingJobArn!,
    SAGEMAKER_REGION: sagemaker.cloud.region,
    ...Object.fromEntries(own),
    ...script.environment,
    ...roleEnvironment(sagemaker.cloud, role),
  };
}

const packagesOf = (tree: OptMl): string => join(tree.base, '..', 'site-packages');
const tmpOf = (tree: OptMl): string => join(tree.base, '..', '..', 'tmp');
