import type { Command } from 'commander';
import { requestMonitor } from '../client/actions.ts';
import { listWindows } from '../client/catalog.ts';
import { UsageError } from '../client/connect.ts';
import { savePage } from '../client/window-page.ts';
import { openFile } from './open-file.ts';
import { print, shortTime, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

interface MonitorOptions {
  readonly run?: boolean;
  readonly window?: string;
  readonly force?: boolean;
  readonly open?: boolean;
}

const WINDOW = /^\d{8}T\d{6}Z_\d{8}T\d{6}Z$/;

export function addMonitor(program: Command): void {
  subcommand(program, 'monitor', 'judged windows; --run asks for a judgement now')
    .option('--run', 'judge every complete window that was not judged yet')
    .option('--window <window>', 'judge this window, START_END as listed')
    .option('--force', 'judge again what was judged, and the window that is still open')
    .option('--open', "open the page of the last judged window, or of --window's")
    .action(async (_options, command: Command) => {
      const { run, window, force, open, json } = optionsOf<MonitorOptions>(command);
      if (window !== undefined && !WINDOW.test(window)) {
        throw new UsageError(
          `--window: got "${window}"; allowed: START_END as listed, such as 20260302T000000Z_20260309T000000Z`,
        );
      }
      const connection = await connectFor(command);
      if (open) {
        const file = await savePage(connection, window);
        print({ file }, json, () => file);
        if (!json) await openFile(file);
        return;
      }
      if (run || window || force) {
        await requestMonitor(connection, { window, force });
        print(
          { requested: { window, force } },
          json,
          () => 'asked for a judgement; look again with: driftless monitor',
        );
        return;
      }
      print(await listWindows(connection), json, (windows) =>
        table(
          ['model', 'window', 'verdict', 'rows', 'with labels', 'judged', 'report'],
          windows.map((item) => [
            item.modelVersion,
            item.window,
            item.verdict,
            item.rows,
            item.labelledRows,
            shortTime(item.judgedAt),
            item.reportKey,
          ]),
        ),
      );
    });
}
