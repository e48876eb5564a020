import type { Command } from 'commander';
import { type ComparedRuns, compareRuns, type SettingDifference } from '../client/compare-runs.ts';
import { findRun } from '../client/runs.ts';
import { estimateText, signedText } from './evaluation-view.ts';
import { countText, plural, print, printable, shortDigest, table } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

export function addCompareRuns(runs: Command): void {
  subcommand(
    runs,
    'compare <before> <after>',
    'metrics with intervals, settings and data of two runs',
  ).action(async (before: string, after: string, _options, command: Command) => {
    const connection = await connectFor(command);
    const [first, second] = await Promise.all([findRun(connection, before), findRun(connection, after)]);
    const compared = await compareRuns(connection, first, second);
    print(compared, optionsOf(command).json, (it) =>
      comparisonText(it, [`run ${it.before.run}`, `run ${it.after.run}`]),
    );
  });
}

/** @param names what the two are called, the earlier first. */
export function comparisonText(compared: ComparedRuns, names: readonly [string, string]): string {
  return [
    names.join(' and '),
    '',
    ...metricLines(compared),
    '',
    ...settingLines(compared.settings),
    compared.isSameCode
      ? `code: the same (${shortDigest(compared.after.codeDigest)})`
      : `code: ${shortDigest(compared.before.codeDigest)} before, ${shortDigest(compared.after.codeDigest)} after`,
    '',
    ...dataLines(compared),
  ].join('\n');
}

function metricLines({ metrics, unevaluated, isSameHoldout }: ComparedRuns): string[] {
  if (unevaluated.length > 0) {
    return [`metrics: none to compare, ${unevaluated.join(' and ')} was not evaluated`];
  }
  return [
    table(
      ['metric', 'before', 'after', 'change'],
      metrics.map(({ metric, before, after, change }) => [
        metric,
        estimateText(before),
        estimateText(after),
        change === undefined ? '-' : signedText(change),
      ]),
    ),
    isSameHoldout
      ? 'both on the same holdout rows'
      : 'on different holdout rows: a change may come from the rows; the champion gate compares on the same ones',
  ];
}

function settingLines(settings: readonly SettingDifference[]): string[] {
  if (settings.length === 0) return ['settings: the same'];
  const value = (it: unknown) => (it === undefined ? '-' : printable(JSON.stringify(it)));
  return [
    `settings: ${plural(settings.length, 'difference')}`,
    table(
      ['setting', 'before', 'after'],
      settings.map(({ path, before, after }) => [path, value(before), value(after)]),
    ),
  ];
}

function dataLines({ dataset }: ComparedRuns): string[] {
  if (!dataset) return ['data: one of them has no dataset version'];
  const { before, after, columns } = dataset;
  if (before.version === after.version) return [`data: both on version ${after.version}`];
  const rows = after.rows - before.rows;
  return [
    `data: version ${before.version} (${countText(before.rows)} rows) before, version ${after.version} (${countText(after.rows)} rows, ${rows < 0 ? '' : '+'}${countText(rows)}) after`,
    ...columns.map(({ column, change, before: was, after: is }) =>
      printable(
        `  ${column}: ${change}${was === undefined ? '' : `, was ${was}`}${is === undefined ? '' : `, is ${is}`}`,
      ),
    ),
    `files and drift: driftless datasets diff ${before.version} ${after.version}`,
  ];
}
