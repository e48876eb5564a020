import type { Command } from 'commander';
import type { ChecksDocument } from '../../lambdas/datasets/contract.ts';
import type { DatasetProfile } from '../../lambdas/datasets/profile/profile.ts';
import type { UploadItem } from '../../lambdas/shared/catalog-items.ts';
import { checksKey, manifestKey, profileKey, provenanceKey, s3Uri } from '../../lambdas/shared/keys.ts';
import { readJson } from '../client/actions.ts';
import { getHead, getUpload } from '../client/catalog.ts';
import type { Connection } from '../client/connect.ts';
import { findVersion, type ListedVersion } from '../client/versions/documents.ts';
import { checkLines } from './check-lines.ts';
import { bytesText, countText, plural, print, printable, shortTime, sourceText, table } from './output.ts';
import { profileView } from './profile-view.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

/** Files that are listed unless all are asked for. */
const LISTED_FILES = 10;

interface Shown extends ListedVersion {
  readonly isHead: boolean;
  readonly checks: ChecksDocument;
  readonly profile: DatasetProfile;
  /** Absent for a version that a run made of labels. */
  readonly upload?: UploadItem;
  readonly provenance: string;
}

export function addShow(datasets: Command): void {
  subcommand(datasets, 'show <version>', 'what a version is made of, its checks and its profile')
    .option('--files', 'list all files')
    .action(async (text: string, _options, command: Command) => {
      const { files, json } = optionsOf<{ files?: boolean }>(command);
      const connection = await connectFor(command);
      print(await shown(connection, text), json, (version) =>
        render(connection, version, files ? Infinity : LISTED_FILES),
      );
    });
}

async function shown(connection: Connection, text: string): Promise<Shown> {
  const listed = await findVersion(connection, text);
  const { version, source } = listed.item;
  const [head, checks, profile, upload] = await Promise.all([
    getHead(connection),
    readJson<ChecksDocument>(connection, checksKey(version)),
    readJson<DatasetProfile>(connection, profileKey(version)),
    source.kind === 'upload' ? getUpload(connection, source.upload) : undefined,
  ]);
  const provenance = s3Uri(connection.bucket, provenanceKey(version));
  return { ...listed, isHead: head?.version === version, checks, profile, upload, provenance };
}

function render({ bucket }: Connection, version: Shown, listed: number): string {
  const { item, manifest, checks, profile, upload } = version;
  const dropped =
    manifest.droppedRows > 0 ? `, ${countText(manifest.droppedRows)} older duplicates left out` : '';
  const who = upload?.requester ? ` by ${upload.requester}` : '';
  const lines: [string, string][] = [
    ['digest', item.digest],
    ['created', `${shortTime(item.createdAt)} UTC, from ${sourceText(item.source)}${who}`],
    ['rows', `${countText(item.rows)}${dropped}`],
    ['files', `${countText(item.files)}, ${bytesText(item.bytes)}`],
    ['schema', `version ${item.schemaVersion}, ${plural(manifest.schema.columns.length, 'column')}`],
    ['manifest', s3Uri(bucket, manifestKey(item.version))],
    ['provenance', version.provenance],
  ];
  return [
    `version ${item.version}${version.isHead ? ' (head)' : ''}`,
    ...lines.map(([name, text]) => `  ${name.padEnd(11)} ${printable(text)}`),
    '',
    `checks: ${checks.verdict}`,
    ...checkLines(checks),
    '',
    profileView(profile),
    '',
    ...filesView(version, listed),
  ].join('\n');
}

function filesView({ manifest }: Shown, listed: number): string[] {
  const files = manifest.files.slice(0, listed);
  const left = manifest.files.length - files.length;
  return [
    table(
      ['file', 'rows', 'size', 'sha256'],
      files.map(({ path, rows, size, sha256 }) => [path, countText(rows), bytesText(size), sha256]),
    ),
    ...(left > 0 ? [`and ${plural(left, 'file')} more: --files lists them`] : []),
  ];
}
