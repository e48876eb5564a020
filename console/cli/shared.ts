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
