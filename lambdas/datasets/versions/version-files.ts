/**
 * Reads a version's logical rows: those of its files without the dropped and the forgotten ones. Files are read a few at
 * a time, so neither memory nor disk grows with the version; one large file is the most that lies on disk at once.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDb } from '../../shared/duckdb.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { droppedKey, objectKey } from '../../shared/keys.ts';
import { downloadObject } from '../../shared/objects.ts';
import { forEachParallel } from '../../shared/parallel.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { ManifestFile, ManifestHeader } from '../contract.ts';
import { inspectFiles, type LocalFile } from '../files/inspect-files.ts';
import { stageRows } from '../files/stage-rows.ts';
import { deleteDroppedRows } from './duplicates.ts';
import { eraseRows } from './forgotten-rows.ts';
import { loadManifestHeader, manifestFiles } from './manifest.ts';
import type { Tombstones } from './tombstones.ts';

/** Small files share a batch: each statement of DuckDB costs about as much as reading 100 KB. */
const BATCH_BYTES = 64_000_000;
const BATCH_FILES = 500;
/** S3 answers each request after some 20 ms, whatever its size. */
const PARALLEL_DOWNLOADS = 16;

export interface VersionFilesOptions {
  readonly database: DuckDb;
  readonly bucket: string;
  /** Files lie below it only while they are read. */
  readonly directory: string;
  readonly settings: DatasetSettings;
  readonly version: number;
  /** Of the version. @default - it is loaded */
  readonly header?: ManifestHeader;
  /** Rows of these keys are left out. @default - none are */
  readonly tombstones?: Tombstones;
  /** Whether rows that a later row replaces are left out. @default true */
  readonly withoutDropped?: boolean;
  /** Files to read. @default - all */
  readonly only?: (file: ManifestFile) => boolean;
}

/** A file of a version with its place in the manifest, as `data.__file` says it. */
export interface VersionFile extends ManifestFile {
  readonly index: number;
}

/**
 * Calls `work` once for each batch of files, in order of path, with the table `data` of their logical rows: the schema's
 * columns, `__file` (place in the manifest, from 0), `__row` (from 1) and `__bad`. Order inside is by (`__file`, `__row`).
 * @throws NonRetryableError (code `VersionUnreadable`) when a file cannot be read any more.
 */
export async function forEachVersionFile(
  options: VersionFilesOptions,
  work: (batch: { readonly relation: 'data'; readonly files: readonly VersionFile[] }) => Promise<void>,
): Promise<void> {
  const context = await prepare(options);
  for await (const files of batches(options)) {
    await stage(context, files, { append: false });
    await removeRows(context, files);
    await work({ relation: 'data', files });
  }
}

/** Creates the table `data` with all logical rows at once. For what has to see them together. */
export async function loadVersionFiles(options: VersionFilesOptions): Promise<void> {
  const context = await prepare(options);
  const all: VersionFile[] = [];
  for await (const files of batches(options)) {
    await stage(context, files, { append: all.length > 0 });
    all.push(...files);
  }
  if (all.length === 0) await stageRows(options.database, [], context.header.schema);
  await removeRows(context, all);
}

interface Context extends VersionFilesOptions {
  readonly header: ManifestHeader;
  /** Local copy of the version's dropped rows. */
  readonly dropped?: string;
}

async function prepare(options: VersionFilesOptions): Promise<Context> {
  const { bucket, version, directory, withoutDropped = true } = options;
  const header = options.header ?? (await loadManifestHeader(bucket, version));
  // versions of the first format have no dropped rows and do not say so
  if (!withoutDropped || !header.droppedRows) return { ...options, header };
  const dropped = join(directory, `dropped-${version}.parquet`);
  await downloadObject(bucket, droppedKey(version), dropped);
  return { ...options, header, dropped };
}

async function* batches({ bucket, version, only }: VersionFilesOptions): AsyncGenerator<VersionFile[]> {
  let batch: VersionFile[] = [];
  let bytes = 0;
  let index = 0;
  for await (const file of manifestFiles(bucket, version)) {
    const place = index++;
    if (only && !only(file)) continue;
    if (batch.length > 0 && (bytes + file.size > BATCH_BYTES || batch.length === BATCH_FILES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ ...file, index: place });
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}

async function stage(
  { database, bucket, directory, settings, header, version }: Context,
  files: readonly VersionFile[],
  options: { readonly append: boolean },
): Promise<void> {
  const folder = join(directory, 'version-files');
  await mkdir(folder, { recursive: true });
  try {
    const local = await download(bucket, files, folder);
    // a format that the project took on later does not make old versions unreadable
    const inspected = await inspectFiles(database, { ...settings, format: undefined }, local);
    const { nullValues } = settings;
    const staged = await stageRows(database, inspected, header.schema, { ...options, nullValues });
    const problem = [...inspected, ...staged]
      .map((file) => ('problem' in file ? file.problem : undefined))
      .find((found) => found !== undefined);
    if (problem) {
      throw new NonRetryableError(`version ${version} cannot be read any more: ${problem.reason}`, {
        code: 'VersionUnreadable',
        details: { version, check: problem.check },
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeRows(
  { database, settings, header, dropped, tombstones }: Context,
  files: readonly VersionFile[],
): Promise<void> {
  if (dropped) await deleteDroppedRows(database, dropped, files);
  await eraseRows(database, settings, header.schema, tombstones);
}

async function download(bucket: string, files: readonly VersionFile[], folder: string): Promise<LocalFile[]> {
  const local: LocalFile[] = files.map(({ index, path, size }) => {
    return { index, path, size, file: join(folder, `${index}${ending(path)}`) };
  });
  await forEachParallel(
    files,
    async ({ sha256 }, at) => {
      await downloadObject(bucket, objectKey(sha256), local[at]!.file);
    },
    PARALLEL_DOWNLOADS,
  );
  return local;
}

/** The last two endings of a name, by which readers know format and compression. */
const ending = (path: string) => /(\.[A-Za-z0-9]+){0,2}$/.exec(path)![0];
