/** What every command does first. */
import type { Command } from 'commander';
import { type Connection, connect, UsageError } from '../client/connect.ts';
import { mayPass } from '../client/retry.ts';
import { ProgressLine } from './progress.ts';

export interface GlobalOptions {
  readonly stage: string;
  readonly project?: string;
  readonly json?: boolean;
}

/** Options of the command with those before it. `--json` may stand on either side. */
export function optionsOf<Options = object>(command: Command): Options & GlobalOptions {
  return command.optsWithGlobals<Options & GlobalOptions>();
}

export const connectFor = (command: Command): Promise<Connection> => connect(optionsOf(command));

/** Adds a command that also takes `--json` behind its name. */
export function subcommand(program: Command, usage: string, description: string): Command {
  return program.command(usage).description(description).option('--json', 'print JSON');
}

/** Milliseconds of `--timeout`. @throws UsageError for what is no number of minutes above 0. */
export function minutesOf(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value * 60_000;
  throw new UsageError(`--timeout: got "${text}"; allowed: a number of minutes above 0`);
}

/** `--reason`, which the record is worth nothing without. @throws UsageError for a blank one. */
export function reasonOf(text: string): string {
  if (text.trim() !== '') return text;
  throw new UsageError('--reason: got nothing; say why, for example --reason "seen with the team"');
}

/**
 * Runs a transfer with a progress line for people, none beside JSON.
 * @throws UsageError, in place of an error of the network, that says how to go on.
 */
export async function withProgress<Answer>(
  json: boolean | undefined,
  work: (line: ProgressLine) => Promise<Answer>,
): Promise<Answer> {
  const line = new ProgressLine(json ? { write: () => {} } : process.stderr);
  try {
    return await work(line);
  } catch (cause) {
    if (!mayPass(cause)) throw cause;
    const { name, message } = cause as Error;
    throw new UsageError(
      `the connection broke (${name}: ${message.replaceAll(/\s+/g, ' ')}); run the same command again: it goes on where it stopped`,
      { cause },
    );
  } finally {
    line.end();
  }
}
