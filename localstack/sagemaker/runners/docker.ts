/** Containers of any image, where Docker is: the arguments of `docker run`, and whether an engine answers. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HOST_ALIAS = 'host.docker.internal';
/** From SIGTERM to SIGKILL of a training container. */
const GRACE_SECONDS = 120;

/** @returns undefined when an engine answers, else why none does, in one line. */
export async function dockerMissing(): Promise<string | undefined> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 20_000 });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'there is no docker command on the PATH';
    const lines = String((error as { stderr?: string }).stderr ?? error).trim();
    return lines.split('\n')[0];
  }
}

export interface ContainerSpec {
  readonly image: string;
  /** Folders of this machine by their path in the container. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the image's own. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Follow the entrypoint. */
  readonly args: readonly string[];
  readonly isolated: boolean;
}

export interface DockerContainer {
  /** Of `docker`: runs the container to its end and removes it. */
  readonly args: readonly string[];
  /** Of `docker`: SIGTERM, and SIGKILL two minutes later. */
  readonly stopArgs: readonly string[];
}

/** How a container is run and stopped. Addresses of this machine in its environment are those that containers reach. */
export function dockerContainer(spec: ContainerSpec): DockerContainer {
  const name = `local-cloud-${randomUUID()}`;
  const [program, ...leading] = spec.entrypoint ?? [];
  const args = [
    ...['run', '--rm', '--name', name],
    ...(spec.isolated ? ['--network', 'none'] : ['--add-host', `${HOST_ALIAS}:host-gateway`]),
    ...Object.entries(spec.volumes).flatMap(([inside, folder]) => ['--volume', `${folder}:${inside}`]),
    ...Object.entries(spec.environment).flatMap(([key, value]) => ['--env', `${key}=${reachable(value)}`]),
    ...(program === undefined ? [] : ['--entrypoint', program]),
    ...[spec.image, ...leading, ...spec.args],
  ];
  return { args, stopArgs: ['stop', '--time', String(GRACE_SECONDS), name] };
}

function reachable(value: string): string {
  return value.replace(/^(https?:\/\/)(?:127\.0\.0\.1|localhost)(?=[:/]|$)/, `$1${HOST_ALIAS}`);
}

/** Of this process's environment, what the docker command itself needs. */
export function dockerClientEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'XDG_RUNTIME_DIR'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
