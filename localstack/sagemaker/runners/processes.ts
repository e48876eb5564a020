/** The processes that stand for containers: each in its own group, ended with the cloud. */
import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** As SageMaker's: from SIGTERM to SIGKILL of a training container. */
const DEFAULT_GRACE_MS = 120_000;

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** The whole environment: nothing of this process's own is passed on but PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** Each line of stdout and stderr, without its line break. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface RunningProcess {
  /** Id of the process, 0 when it could not be started. */
  readonly pid: number;
  /** Settles when the process has ended and its output has been read; a signal counts as 128 plus its number. */
  readonly exited: Promise<number>;
  /** SIGTERM to the whole group, SIGKILL after the grace. */
  stop(graceMs?: number): Promise<void>;
}

export interface Processes {
  start(options: ProcessOptions): RunningProcess;
  /** Ends all of them. */
  stopAll(graceMs: number): Promise<void>;
}

/** A set of processes whose groups are killed when this process exits. */
export function createProcesses(): Processes {
  const children = new Map<ChildProcess, RunningProcess>();
  process.once('exit', () => {
    for (const child of children.keys()) signalGroup(child, 'SIGKILL');
  });

  return {
    start(options) {
      const child = spawn(options.command, options.args, {
        cwd: options.directory,
        env: { PATH: process.env.PATH ?? '', ...options.environment },
        // a pipe that is never written: its end tells a serving process that the cloud is gone, even when it was killed
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      });
      child.stdin?.on('error', () => {});
      splitLines(child.stdout!, (line) => options.onLine(line, 'stdout'));
      splitLines(child.stderr!, (line) => options.onLine(line, 'stderr'));
      const exited = new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
      }).finally(() => children.delete(child));
      exited.catch(() => {});
      const running: RunningProcess = {
        pid: child.pid ?? 0,
        exited,
        async stop(graceMs = DEFAULT_GRACE_MS) {
          signalGroup(child, 'SIGTERM');
          const kill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
          await exited.catch(() => {});
          clearTimeout(kill);
        },
      };
      children.set(child, running);
      return running;
    },
    async stopAll(graceMs) {
      await Promise.all([...children.values()].map((running) => running.stop(graceMs)));
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group has ended
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : signal === 'SIGSEGV' ? 11 : 6;
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
