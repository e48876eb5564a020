import type { Command } from 'commander';
import { findRun, stopRun } from '../client/runs.ts';
import { print } from './output.ts';
import { connectFor, optionsOf, reasonOf, subcommand } from './shared.ts';

export function addStop(runs: Command): void {
  subcommand(runs, 'stop <run>', 'stop a run and its jobs')
    .requiredOption('--reason <text>', 'why, for the record')
    .action(async (text: string, _options, command: Command) => {
      const { reason, json } = optionsOf<{ reason: string }>(command);
      const why = reasonOf(reason);
      const connection = await connectFor(command);
      const run = await findRun(connection, text);
      const cause = await stopRun(connection, run, why);
      print(
        { run: run.run, cause },
        json,
        () =>
          `run ${run.run} is being stopped with its jobs; the decision follows: driftless decisions --subject ${run.run}`,
      );
    });
}
