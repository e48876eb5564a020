import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { getRun } from '../client/catalog.ts';
import { UsageError } from '../client/connect.ts';
import { goOn, type LogLine, type TrainingLog, tailLog } from '../client/run-log.ts';
import { findRun } from '../client/runs.ts';
import { print, printable } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

const LOOK_EVERY_MS = 2000;
/** CloudWatch's limit for one answer. */
const MOST_LINES = 10_000;

export function addLogs(runs: Command): void {
  subcommand(runs, 'logs <run>', "the end of the training job's log")
    .option('--lines <count>', 'how many', '50')
    .option('--follow', 'print what comes, until the run has ended')
    .action(async (text: string, _options, command: Command) => {
      const { lines, follow, json } = optionsOf<{ lines: string; follow?: boolean }>(command);
      const count = Number(lines);
      if (!Number.isInteger(count) || count < 1 || count > MOST_LINES) {
        throw new UsageError(`--lines: got "${lines}"; allowed: a whole number from 1 to ${MOST_LINES}`);
      }
      if (follow && json) throw new UsageError('--follow: got --json too; allowed: one of them');
      const connection = await connectFor(command);
      const run = await findRun(connection, text);
      let log = await tailLog(connection, run, count);
      if (json || !follow) {
        print({ run: run.run, stream: log?.stream, lines: log?.lines ?? [] }, json, () => logText(log));
        return;
      }
      write(log?.lines ?? []);
      for (let status = run.status; ; status = (await getRun(connection, run.run))!.status) {
        // read once more after the end: its last lines came before it
        const more = await goOn(connection, run, log);
        write(more?.lines ?? []);
        log = more ?? log;
        if (status !== 'InProgress') return;
        await sleep(LOOK_EVERY_MS);
      }
    });
}

const logText = (log: TrainingLog | undefined) =>
  log
    ? [log.stream, ...log.lines.map(lineText)].join('\n')
    : 'no log yet: no training job of this run has written anything';

/** A time of day and the message, which is somebody's own program's. */
const lineText = ({ at, message }: LogLine) => `${at.slice(11, 19)}  ${printable(message)}`;

function write(lines: readonly LogLine[]): void {
  for (const line of lines) process.stdout.write(`${lineText(line)}\n`);
}
