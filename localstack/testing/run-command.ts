/** A command run to its end, for tests that look at what a person would see. */
import { spawn } from 'node:child_process';

export interface Ended {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** It is killed after this; default: a minute. */
  readonly timeoutMs?: number;
}

/** Runs a command to its end, whatever that is. @throws Error when it cannot be started. */
export function runCommand(
  command: string,
  args: readonly string[],
  { env = process.env, cwd, timeoutMs = 60_000 }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? undefined, ...output }));
  });
}

/** The same for a command that must succeed. @throws Error with all that it wrote. */
export async function runSuccessfully(
  command: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<Ended> {
  const ended = await runCommand(command, args, options);
  if (ended.code === 0) return ended;
  throw new Error(`${command} ${args.join(' ')} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
}

/** Runs a script of this repository. */
export const runScript = (script: string, args: readonly string[], options?: RunOptions): Promise<Ended> =>
  runCommand(process.execPath, ['--import', 'tsx', script, ...args], options);
