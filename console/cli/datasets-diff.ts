import type { Command } from 'commander';
import type { DatasetProfile } from '../../lambdas/datasets/profile/profile.ts';
import { profileKey } from '../../lambdas/shared/keys.ts';
import { readJson } from '../client/actions.ts';
import type { Connection } from '../client/connect.ts';
import { readSettings } from '../client/project-settings.ts';
import {
  type ColumnDifference,
  compareFiles,
  compareSchemas,
  type FileDifferences,
} from '../client/versions/compare-versions.ts';
import { findVersion, type ListedVersion } from '../client/versions/documents.ts';
import { type ColumnDrift, driftBetween } from '../client/versions/drift-between.ts';
import { bytesText, countText, plural, print, printable, table } from './output.ts';
import { percentText } from './profile-view.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

/** Paths of one kind that are listed; JSON has all. */
const LISTED_PATHS = 10;

interface Side {
  readonly version: number;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  readonly schemaVersion: number;
}

export interface Difference {
  readonly before: Side;
  readonly after: Side;
  readonly columns: readonly ColumnDifference[];
  readonly files: FileDifferences;
  readonly drift: readonly ColumnDrift[];
}

export function addDiff(datasets: Command): void {
  subcommand(datasets, 'diff <before> <after>', 'columns, files, rows and drift between two versions')
    .option('--exact', "download the later version's files where the stored profiles do not tell exactly")
    .action(async (before: string, after: string, _options, command: Command) => {
      const { exact = false, json } = optionsOf<{ exact?: boolean }>(command);
      const connection = await connectFor(command);
      print(await differenceOf(connection, before, after, exact), json, differenceText);
    });
}

async function differenceOf(
  connection: Connection,
  before: string,
  after: string,
  exact: boolean,
): Promise<Difference> {
  const [a, b, settings] = await Promise.all([
    findVersion(connection, before),
    findVersion(connection, after),
    readSettings(connection),
  ]);
  const profile = ({ item }: ListedVersion) => readJson<DatasetProfile>(connection, profileKey(item.version));
  const [was, stored] = await Promise.all([profile(a), profile(b)]);
  let drift = driftBetween(was, stored, settings.monitors);
  if (exact && drift.some(({ how }) => how !== 'exact')) {
    const names = new Set(drift.map(({ name }) => name));
    const reference = was.columns.filter(({ name }) => names.has(name));
    // DuckDB is large, and only this needs it
    const { countVersion } = await import('../client/versions/count-version.ts');
    const counted = await countVersion(connection, b, settings.dataset, reference);
    // what the later version has beside the listed values, its own profile names
    drift = driftBetween(was, counted, settings.monitors).map((column) => ({
      ...column,
      newValues: drift.find(({ name }) => name === column.name)?.newValues,
    }));
  }
  return {
    before: sideOf(a),
    after: sideOf(b),
    columns: compareSchemas(a.manifest.schema, b.manifest.schema),
    files: compareFiles(a.manifest.files, b.manifest.files),
    drift,
  };
}

function sideOf({ item }: ListedVersion): Side {
  const { version, rows, files, bytes, schemaVersion } = item;
  return { version, rows, files, bytes, schemaVersion };
}

export function differenceText({ before, after, columns, files, drift }: Difference): string {
  return [
    `version ${before.version} to version ${after.version}`,
    '',
    table(
      ['', `version ${before.version}`, `version ${after.version}`, 'change'],
      [
        ['rows', countText(before.rows), countText(after.rows), changeText(before.rows, after.rows)],
        ['files', countText(before.files), countText(after.files), changeText(before.files, after.files)],
        ['size', bytesText(before.bytes), bytesText(after.bytes), ''],
        ['schema', before.schemaVersion, after.schemaVersion, ''],
      ],
    ),
    '',
    columns.length === 0 ? 'columns: the same' : `columns: ${plural(columns.length, 'difference')}`,
    ...columns.map(columnText),
    '',
    ...filesText(files),
    '',
    ...driftText(drift),
  ].join('\n');
}

function changeText(before: number, after: number): string {
  const change = after - before;
  if (change === 0) return 'none';
  const share = before === 0 ? '' : ` (${change > 0 ? '+' : ''}${((100 * change) / before).toFixed(1)} %)`;
  return `${change > 0 ? '+' : ''}${countText(change)}${share}`;
}

function columnText({ column, change, before, after }: ColumnDifference): string {
  const name = printable(column);
  switch (change) {
    case 'added':
      return `  + ${name}: ${after}`;
    case 'removed':
      return `  - ${name}: ${before}`;
    case 'changed':
      return `  ~ ${name}: ${before}, now ${after}`;
    case 'moved':
      return `  ~ ${name}: at another place`;
  }
}

function filesText({ kept, added, removed, changed, renamed }: FileDifferences): string[] {
  const list = (mark: string, texts: readonly string[]) => [
    ...texts.slice(0, LISTED_PATHS).map((text) => `  ${mark} ${printable(text)}`),
    ...(texts.length > LISTED_PATHS
      ? [`  ${mark} and ${plural(texts.length - LISTED_PATHS, 'file')} more`]
      : []),
  ];
  return [
    `files: ${countText(kept)} kept, ${countText(added.length)} added, ${countText(removed.length)} removed, ${countText(changed.length)} changed, ${countText(renamed.length)} renamed`,
    ...list('+', added),
    ...list('-', removed),
    ...list('~', changed),
    ...list(
      '→',
      renamed.map(({ from, to }) => `${from} is now ${to}`),
    ),
  ];
}

const MARK: Readonly<Record<ColumnDrift['how'], string>> = { exact: '', near: '~', unknown: '' };

function driftText(drift: readonly ColumnDrift[]): string[] {
  const drifted = drift.filter(({ verdict }) => verdict === 'FAIL').length;
  const inexact = drift.filter(({ how }) => how !== 'exact').length;
  return [
    `drift: ${drifted} of ${plural(drift.length, 'column')}`,
    table(
      ['column', 'verdict', 'PSI', 'KS', 'shift (σ)', 'missing', 'new values'],
      drift.map((column) => {
        const number = (value: number | undefined) =>
          value === undefined ? '' : `${MARK[column.how]}${value.toFixed(3)}`;
        const { before, after } = column.missingShare;
        return [
          column.name,
          column.how === 'unknown' ? 'not known' : column.verdict,
          number(column.psi),
          number(column.ksD),
          number(column.shift),
          before === 0 && after === 0 ? '' : `${percentText(before)} → ${percentText(after)}`,
          column.newValues?.join(', ') ?? '',
        ];
      }),
    ),
    ...(inexact > 0
      ? [
          `~ is near: the versions were counted on edges of their own. --exact downloads the later one and counts ${plural(inexact, 'column')} again.`,
        ]
      : []),
  ];
}
