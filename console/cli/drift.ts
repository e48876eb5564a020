import type { Command } from 'commander';
import { UsageError } from '../client/connect.ts';
import type { FileDrift } from '../client/offline/drift-files.ts';
import { countText, plural, print, printable, table } from './output.ts';
import { percentText } from './profile-view.ts';
import { optionsOf, subcommand } from './shared.ts';

interface DriftCommandOptions {
  readonly warn: string;
  readonly alert: string;
  readonly minimumSamples: string;
  readonly failOn?: string;
}

export function addDrift(program: Command): void {
  subcommand(program, 'drift <baseline> <current...>', 'drift of files against files, without a cloud')
    .option('--warn <psi>', 'WARN from this PSI on', '0.1')
    .option('--alert <psi>', 'FAIL from this PSI on', '0.2')
    .option('--minimum-samples <rows>', 'rows that either side needs', '200')
    .option('--fail-on <verdict>', 'exit code 1 from this verdict on: warn or alert')
    .addHelpText(
      'after',
      `
Columns are judged as a monitor judges a window: PSI over its threshold and beyond chance.
The baseline is a file, folder or pattern, or a profile.json (driftless profile --json).

  driftless drift january.parquet february.parquet
  driftless drift profile.json 'march/*.csv.gz' --fail-on alert`,
    )
    .action(async (baseline: string, current: string[], _options, command: Command) => {
      const { warn, alert, minimumSamples, failOn, json } = optionsOf<DriftCommandOptions>(command);
      const thresholds = {
        warn: positive('--warn', warn),
        alert: positive('--alert', alert),
        minimumSamples: positive('--minimum-samples', minimumSamples),
      };
      if (thresholds.warn > thresholds.alert) {
        throw new UsageError(`--warn: got ${warn}; allowed: at most --alert (${alert})`);
      }
      if (failOn !== undefined && failOn !== 'warn' && failOn !== 'alert') {
        throw new UsageError(`--fail-on: got "${failOn}"; allowed: warn, alert`);
      }
      // DuckDB is large, and few commands need it
      const { driftOfFiles } = await import('../client/offline/drift-files.ts');
      const drift = await driftOfFiles([baseline], current, thresholds);
      print(drift, json, () => driftText(drift));
      const fails = failOn === 'warn' ? ['WARN', 'FAIL'] : failOn === 'alert' ? ['FAIL'] : [];
      if (fails.includes(drift.verdict)) process.exitCode = 1;
    });
}

/** @throws UsageError for what is no number above 0. */
export function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option}: got "${text}"; allowed: a number above 0`);
}

function driftText(drift: FileDrift): string {
  const { verdict, baselineRows, rows, columns, dataQuality, missingColumns, extraColumns } = drift;
  const number = (value: number | undefined) => (value === undefined ? '' : value.toFixed(4));
  const broken = dataQuality.checks.filter((check) => check.verdict === 'FAIL' || check.verdict === 'WARN');
  const names = (list: readonly string[]) => list.map(printable).join(', ');
  return [
    `${verdict}: ${countText(rows)} rows against ${countText(baselineRows)} of the baseline`,
    table(
      ['column', 'verdict', 'PSI', 'null bound', 'KS', 'shift (σ)', 'missing', 'new values'],
      columns.map((column) => [
        column.name,
        column.verdict,
        number(column.psi),
        number(column.psiNullBound),
        number(column.ks?.d),
        number(column.wasserstein?.normalised),
        `${percentText(column.missingShare.baseline)} → ${percentText(column.missingShare.window)}`,
        column.newCategories ? percentText(column.newCategories.share) : '',
      ]),
    ),
    ...(missingColumns.length > 0
      ? [`! ${plural(missingColumns.length, 'column')} missing: ${names(missingColumns)}`]
      : []),
    ...(extraColumns.length > 0
      ? [`! ${plural(extraColumns.length, 'column')} more: ${names(extraColumns)}`]
      : []),
    ...broken.map(({ verdict: told, column, reason }) => `${told} ${printable(column ?? 'all')}: ${reason}`),
  ].join('\n');
}
