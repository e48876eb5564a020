/** What every command does first. */
import type { Command } from 'commander';
import { type Connection, connect } from '../client/connect.ts';

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
