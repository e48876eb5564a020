import type { Command } from 'commander';
import { requestRun } from '../client/actions.ts';
import { listRuns } from '../client/catalog.ts';
import { UsageError } from '../client/connect.ts';
import { print, shortTime, table } from './output.ts';
import { addCompareRuns } from './runs-compare.ts';
import { addLogs } from './runs-logs.ts';
import { addShowRun } from './runs-show.ts';
import { addStop } from './runs-stop.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addRuns(program: Command): void {
  const runs = subcommand(program, 'runs', 'training runs; show, follow, stop or compare them')
    // what `train` does without waiting, under its older name
    .option('--start <reason>', 'ask for a run and say why')
    .action(async (_options, command: Command) => {
      const { start, json } = optionsOf<{ start?: string }>(command);
      if (start?.trim() === '')
        throw new UsageError('--start: got nothing; say why, for example --start "new season"');
      const connection = await connectFor(command);
      if (start !== undefined) {
        const requestId = await requestRun(connection, start);
        print(
          { requestId },
          json,
          () => `asked for a run (request ${requestId}); its guards answer: driftless decisions --kind guard`,
        );
        return;
      }
      print(await listRuns(connection), json, (runs) =>
        table(
          ['run', 'status', 'version', 'model', 'started', 'finished', 'because'],
          runs.map((run) => [
            run.run,
            run.status,
            run.datasetVersion,
            run.modelVersion,
            shortTime(run.startedAt),
            shortTime(run.finishedAt),
            run.failureReason ?? run.request.reason,
          ]),
        ),
      );
    });
  for (const add of [addShowRun, addLogs, addStop, addCompareRuns]) add(runs);
}
