import type { Command } from 'commander';
import type { ChecksDocument } from '../../lambdas/datasets/contract.ts';
import type { UploadItem } from '../../lambdas/shared/catalog-items.ts';
import { checksKey, s3Uri } from '../../lambdas/shared/keys.ts';
import { readJson } from '../client/actions.ts';
import type { Connection } from '../client/connect.ts';
import { findFiles } from '../client/upload/find-files.ts';
import { waitForOutcome } from '../client/upload/outcome.ts';
import {
  type Progress,
  type Uploaded,
  uploadFound,
  uploadLabelFiles,
} from '../client/upload/upload-files.ts';
import { checkFolderName } from '../client/upload/upload-folder.ts';
import { checkLines } from './check-lines.ts';
import { bytesText, durationText, plural, print, printable } from './output.ts';
import type { ProgressLine } from './progress.ts';
import { connectFor, minutesOf, optionsOf, subcommand, withProgress } from './shared.ts';

interface Options {
  readonly name?: string;
  readonly labels?: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

export function addUpload(program: Command): void {
  subcommand(
    program,
    'upload <paths...>',
    'upload files, folders or glob patterns; several files are one upload',
  )
    .option('--name <name>', 'folder of the upload below incoming/; made when several files are given')
    .option('--labels', 'the files are label records')
    .option('--no-wait', 'do not wait for the version that comes of it')
    .option('--timeout <minutes>', 'how long to wait', '60')
    .addHelpText(
      'after',
      `
A folder is uploaded with everything below it; names that begin with . or _ are left out.
Interrupted, the same command goes on where it stopped. The exit code is 1 when the upload is refused.

  driftless upload flights.csv
  driftless upload exports/2026-11 --name november
  driftless upload 'exports/**/*.parquet'`,
    )
    .action(async (paths: string[], _options, command: Command) => {
      const { name, labels, wait, timeout, json } = optionsOf<Options>(command);
      const timeoutMs = minutesOf(timeout);
      if (name !== undefined) checkFolderName(name);
      const found = await findFiles(paths);
      const connection = await connectFor(command);
      const progressTo = (line: ProgressLine) => (progress: Progress) =>
        line.update({ ...progress, movedBytes: progress.sentBytes });
      if (labels) {
        const keys = await withProgress(json, (line) =>
          uploadLabelFiles(connection, found, progressTo(line)),
        );
        print({ bucket: connection.bucket, keys }, json, () => labelsText(connection, keys));
        return;
      }
      const started = performance.now();
      const uploaded = await withProgress(json, (line) =>
        uploadFound(connection, found, { name, onProgress: progressTo(line) }),
      );
      if (!json) process.stdout.write(`${sentText(connection, uploaded, performance.now() - started)}\n`);
      const item = wait
        ? await withProgress(json, (line) => outcomeOf(connection, uploaded, timeoutMs, line))
        : undefined;
      const checks = item && (await checksOf(connection, item));
      const { keys, upload, committedBy } = uploaded;
      print(
        { bucket: connection.bucket, upload, keys, committedBy, outcome: item?.outcome, item, checks },
        json,
        () => (wait ? outcomeText(connection, item, checks, timeoutMs) : FOLLOW),
      );
      if (wait && !isAccepted(item)) process.exitCode = 1;
    });
}

const FOLLOW = 'see what came of it: driftless decisions --kind upload';

const isAccepted = (item: UploadItem | undefined) =>
  item?.outcome === 'versioned' || item?.outcome === 'unchanged' || item?.outcome === 'moved-back';

function outcomeOf(connection: Connection, { committedBy }: Uploaded, timeoutMs: number, line: ProgressLine) {
  return waitForOutcome(connection, committedBy, {
    timeoutMs,
    onLook: (item, waitedMs) =>
      line.say(
        `${item ? 'received; being read and checked' : 'waiting to be received'}, ${durationText(waitedMs / 1000)}`,
      ),
  });
}

async function checksOf(connection: Connection, item: UploadItem): Promise<ChecksDocument | undefined> {
  const key = item.checksKey ?? (item.outcome === 'versioned' ? checksKey(item.version!) : undefined);
  return key === undefined ? undefined : readJson<ChecksDocument>(connection, key);
}

function labelsText({ bucket }: Connection, keys: readonly string[]): string {
  return [...keys.map((key) => `uploaded ${s3Uri(bucket, key)}`), FOLLOW].join('\n');
}

function sentText(
  { bucket }: Connection,
  { keys, upload, progress, hidden }: Uploaded,
  tookMs: number,
): string {
  const target = keys.length === 1 ? keys[0]! : `incoming/${upload}/`;
  const { files, sentBytes, keptBytes } = progress;
  const parts = [
    `uploaded ${plural(files, 'file')}, ${bytesText(sentBytes + keptBytes)}`,
    ...(keptBytes > 0 ? [`${bytesText(keptBytes)} of them were there already`] : []),
    durationText(tookMs / 1000),
  ];
  return [
    `${parts.join(', ')}, to ${s3Uri(bucket, printable(target))}`,
    ...(hidden > 0 ? [`left out ${plural(hidden, 'file')}: names that begin with . or _`] : []),
  ].join('\n');
}

/** What a person wants to know after an upload: the version, or why there is none. */
export function outcomeText(
  { bucket }: Pick<Connection, 'bucket'>,
  item: UploadItem | undefined,
  checks: ChecksDocument | undefined,
  timeoutMs: number,
): string {
  if (!item || item.outcome === 'received') {
    const state = item ? 'received, but it has no outcome yet' : 'not received yet';
    return `the upload is ${state} after ${durationText(timeoutMs / 1000)}; look again with: driftless decisions --kind upload`;
  }
  const where = item.checksKey === undefined ? [] : [`all checks: ${s3Uri(bucket, item.checksKey)}`];
  const lines = checks ? checkLines(checks) : [];
  switch (item.outcome) {
    case 'versioned':
      return [printable(item.reason), ...lines, `look at it: driftless datasets show ${item.version}`].join(
        '\n',
      );
    case 'unchanged':
    case 'moved-back':
      return printable(item.reason);
    case 'rejected':
      return [
        `refused: no version came of it (${item.upload})`,
        ...(lines.length > 0 ? lines : [printable(item.reason)]),
        ...where,
      ].join('\n');
    default:
      return [
        `no version came of it (${item.upload}): ${item.outcome}`,
        printable(item.reason),
        ...where,
      ].join('\n');
  }
}
