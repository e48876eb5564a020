import type { Command } from 'commander';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { columnSettings } from '../../lib/config/settings.ts';
import { UsageError } from '../client/connect.ts';
import type { LocalProfile } from '../client/profile/profile-files.ts';
import { type FoundFiles, findFiles } from '../client/upload/find-files.ts';
import { checkLines } from './check-lines.ts';
import { bytesText, plural, print, printable } from './output.ts';
import { profileView } from './profile-view.ts';
import { optionsOf, subcommand } from './shared.ts';

/** Sentences about files that are listed; JSON has all. */
const LISTED_PROBLEMS = 10;

export function addProfile(program: Command): void {
  subcommand(program, 'profile <paths...>', 'profile local files, without a cloud')
    .addHelpText(
      'after',
      `
CSV, JSON Lines and Parquet, also compressed (.gz, .zst); files, folders or glob patterns, taken together.
With --project the files are also checked as that project's first upload would be.
The exit code is 1 when a file cannot be read, or the upload would be refused.

  driftless profile flights.csv
  driftless --project flights profile 'exports/*.csv.gz'`,
    )
    .action(async (paths: string[], _options, command: Command) => {
      const { project, json } = optionsOf(command);
      const found = await findFiles(paths);
      const settings = project === undefined ? undefined : await settingsOf(project);
      // DuckDB is large, and no other command needs it
      const { profileFiles } = await import('../client/profile/profile-files.ts');
      const local = await profileFiles(found.files, settings);
      // as profile.json has it; what is wrong goes with it
      print({ ...local.profile, problems: local.problems, checks: local.checks }, json, () =>
        localText(found, local),
      );
      if (!local.profile || local.unread > 0 || local.checks?.verdict === 'FAIL') process.exitCode = 1;
    });
}

async function settingsOf(project: string): Promise<DatasetSettings> {
  const { config } = await loadConfig();
  const found = config.projects[project];
  if (found) return { ...found.dataset, columns: columnSettings(found) };
  throw new UsageError(
    `project: got "${project}"; allowed: ${Object.keys(config.projects).join(', ')} (driftless.config.ts)`,
  );
}

function localText({ files, hidden }: FoundFiles, { profile, problems, checks }: LocalProfile): string {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const rows = profile ? `${plural(profile.rows, 'row')}, ${plural(profile.columns.length, 'column')}, ` : '';
  const left = problems.length - LISTED_PROBLEMS;
  return [
    `${rows}${plural(files.length, 'file')}, ${bytesText(bytes)}${hidden > 0 ? `; ${plural(hidden, 'hidden file')} left out` : ''}`,
    ...problems.slice(0, LISTED_PROBLEMS).map((problem) => `! ${printable(problem)}`),
    ...(left > 0 ? [`! and ${left} more`] : []),
    ...(profile ? ['', profileView(profile)] : []),
    ...(checks ? ['', `checks as a first upload: ${checks.verdict}`, ...checkLines(checks)] : []),
  ].join('\n');
}
