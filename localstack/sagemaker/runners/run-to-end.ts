/** One process that stands for a container, run to its end or to its stop. */
import type { Processes } from './processes.ts';

const KEPT_ERROR_LINES = 60;

export interface ContainerProcess {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Another command line of `command` that stops it gently; by default the process gets signals. */
  readonly stopArgs?: readonly string[];
}

export interface RunToEndOptions {
  /** Aborted to stop it. */
  readonly stop: AbortSignal;
  /** From SIGTERM to SIGKILL, by the reason of the stop; 120 seconds where it says nothing. */
  readonly graceMs?: (reason: unknown) => number | undefined;
  readonly onLine: (line: string) => void;
}

export interface ProcessEnd {
  readonly exitCode: number;
  /** The last lines of stderr. */
  readonly errorLines: readonly string[];
}

/** Settles when the process has ended and its output has been read. */
export async function runToEnd(
  processes: Processes,
  process: ContainerProcess,
  { stop, graceMs, onLine }: RunToEndOptions,
): Promise<ProcessEnd> {
  const errorLines: string[] = [];
  const { command, args, directory, environment, stopArgs } = process;
  const running = processes.start({
    command,
    args,
    directory,
    environment,
    onLine: (line, stream) => {
      onLine(line);
      if (stream === 'stderr' && errorLines.push(line) > KEPT_ERROR_LINES) errorLines.shift();
    },
  });
  const onStop = () => {
    if (stopArgs === undefined) void running.stop(graceMs?.(stop.reason));
    else processes.start({ command, args: stopArgs, directory, environment, onLine: () => {} });
  };
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop);
  try {
    return { exitCode: await running.exited, errorLines };
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
