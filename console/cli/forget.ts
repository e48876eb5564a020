import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { objectKey, s3Uri } from '../../lambdas/shared/keys.ts';
import { type Connection, UsageError } from '../client/connect.ts';
import { type ForgetProgress, type Forgotten, forgetKeys } from '../client/forget.ts';
import { countText, durationText, plural, print, printable, table } from './output.ts';
import type { ProgressLine } from './progress.ts';
import { connectFor, optionsOf, subcommand, withProgress } from './shared.ts';

interface Options {
  readonly key?: readonly string[];
  readonly keysFile?: string;
  readonly yes?: boolean;
}

/** Objects that are listed; JSON has all. */
const LISTED = 20;

export function addForget(program: Command): void {
  subcommand(
    program,
    'forget',
    'forget rows by their keys: later versions, splits, runs and monitors leave them out',
  )
    .option('--key <key...>', 'keys to forget; a file keeps them out of the shell history')
    .option('--keys-file <file>', 'keys to forget, one a line; - reads standard input')
    .option('--yes', 'do not ask; forgetting cannot be taken back')
    .action(async (_options, command: Command) => {
      const { key = [], keysFile, yes, json } = optionsOf<Options>(command);
      const keys = readKeys(key, keysFile);
      const connection = await connectFor(command);
      if (!yes) await confirm(connection, keys.length, keysFile === '-');
      const forgotten = await withProgress(json, (line) => forgetWatched(connection, keys, line));
      print(forgotten, json, () => forgottenText(connection, keys.length, forgotten));
    });
}

/** A call may last for minutes: the time goes on before a person's eyes. */
async function forgetWatched(
  connection: Connection,
  keys: readonly string[],
  line: ProgressLine,
): Promise<Forgotten> {
  const started = performance.now();
  let progress: ForgetProgress = { keysDone: 0 };
  const tell = () => line.say(watchText(keys.length, progress, (performance.now() - started) / 1000));
  const ticking = setInterval(tell, 1000);
  try {
    return await forgetKeys(connection, keys, (now) => {
      progress = now;
      tell();
    });
  } finally {
    clearInterval(ticking);
  }
}

/** @param seconds since the first call. */
export function watchText(count: number, { keysDone, next }: ForgetProgress, seconds: number): string {
  const which =
    keysDone === 0 ? plural(count, 'key') : `${plural(count, 'key')} (${countText(keysDone)} done)`;
  const where = next === undefined ? '' : ` in version ${next} and older`;
  return `looking for rows of ${which}${where}, ${durationText(seconds)}`;
}

/** The different keys, in order. @throws UsageError naming lines, never keys. */
export function readKeys(given: readonly string[], file: string | undefined): string[] {
  const lines = file === undefined ? [] : linesOf(file);
  const keys = [...new Set([...given, ...lines])];
  if (keys.includes('')) throw new UsageError('--key: got an empty key; a missing key belongs to nobody');
  if (keys.length > 0) return keys;
  throw new UsageError('no keys; pass --key KEY, or --keys-file FILE with one a line');
}

function linesOf(file: string): string[] {
  if (file !== '-' && !existsSync(file)) throw new UsageError(`no such file: ${file}`);
  // 0 is standard input
  const text = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** Asks for the project's name, as what cannot be taken back deserves. @throws UsageError when it is not given. */
async function confirm({ project }: Connection, count: number, isInputTaken: boolean): Promise<void> {
  if (!process.stdin.isTTY || isInputTaken) {
    throw new UsageError('forgetting cannot be taken back, and nobody can be asked here; pass --yes');
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(
      `Rows with ${plural(count, 'key')} will be left out of everything that "${project}" does from now on.\n` +
        `This cannot be taken back. Type the project's name to go on: `,
    );
    if (answer.trim() !== project) throw new UsageError('nothing was forgotten: that is not the name');
  } finally {
    prompt.close();
  }
}

export function forgottenText(
  { bucket }: Pick<Connection, 'bucket'>,
  count: number,
  { added, keys, digest, versions, contents, indexes, models, labelFiles }: Forgotten,
): string {
  const objects = [
    ...contents.map(({ sha256, path, rows }) => [s3Uri(bucket, objectKey(sha256)), rows, path] as const),
    ...labelFiles.map(({ sha256, key, rows }) => [s3Uri(bucket, objectKey(sha256)), rows, key] as const),
    ...indexes.map((key) => [s3Uri(bucket, key), undefined, 'index of hashed keys'] as const),
  ];
  const known = count - added;
  const head = [
    `${plural(added, 'key')} put on the list${known > 0 ? `, ${known} had been on it` : ''}; it holds ${plural(keys, 'key')} (tombstones/${digest}.json)`,
    'later versions, splits, runs and monitors leave their rows out',
  ];
  if (objects.length === 0 && versions.length === 0) {
    return [...head, 'no version and no label file holds rows of these keys'].join('\n');
  }
  return [
    ...head,
    '',
    `versions that still hold them (they cannot change): ${versions.length}`,
    table(
      ['version', 'rows', 'files'],
      versions.map(({ version, rows, files }) => [version, rows, files]),
    ),
    ...(models.length > 0
      ? [
          '',
          'models that were trained on them',
          table(
            ['model', 'dataset version', 'run'],
            models.map(({ modelVersion, datasetVersion, run }) => [modelVersion, datasetVersion, run]),
          ),
        ]
      : []),
    '',
    'objects with their rows',
    table(
      ['object', 'rows', 'from'],
      objects.slice(0, LISTED).map(([uri, rows, from]) => [printable(uri), rows, from]),
    ),
    ...(objects.length > LISTED ? [`and ${objects.length - LISTED} more: --json lists them`] : []),
    '',
    'how to remove these for good, every S3 version and replica of them: docs/erasure.md',
  ].join('\n');
}
