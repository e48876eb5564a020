/** Restores a version's files: the exact bytes, checked by their hashes. */
import { createReadStream } from 'node:fs';
import { copyFile, lstat, mkdir, open, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestFile } from '../../../lambdas/datasets/contract.ts';
import { manifestKey, objectKey } from '../../../lambdas/shared/keys.ts';
import { readText } from '../actions.ts';
import { type Connection, UsageError } from '../connect.ts';
import { mapLimited } from '../map-limited.ts';
import type { ListedVersion } from './documents.ts';
import { type Content, contentsOf, hasherOf, readObject } from './read-object.ts';
import { checkPaths, foldsCase, makeFolders, rootFolder } from './restore-paths.ts';
import type { Transferred } from './transferred.ts';

const OBJECTS_AT_ONCE = 8;
/** Holds what has arrived in part. Versions have no hidden files, so it is in nobody's way. */
const PARTIAL_FOLDER = '.driftless-pull';

export interface PullOptions {
  readonly directory: string;
  /** Replaces files that have other bytes. @default false */
  readonly overwrite?: boolean;
  /** Writes the manifest beside the folder, as `<directory>.manifest.json`. */
  readonly withManifest?: boolean;
  readonly onProgress?: (transferred: Transferred) => void;
}

export interface Pulled {
  readonly version: number;
  /** Without links on the way. */
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
  /** Files that were there already with these very bytes. */
  readonly keptFiles: number;
  readonly manifest?: string;
}

/**
 * Restores a version below a folder. Files that are there with the same bytes stay; interrupted, the same call goes on
 * where it stopped. Nothing is written when one of the paths or files that are there forbids it; an object that S3 has not
 * or has otherwise ends the call, and what was restored before stays.
 * @throws UsageError for a path that would leave the folder, for a file with other bytes, or when S3's bytes are not those of the version.
 */
export async function pullVersion(
  connection: Connection,
  { item, manifest }: ListedVersion,
  { directory, overwrite = false, withManifest = false, onProgress }: PullOptions,
): Promise<Pulled> {
  checkPaths(manifest.files, false);
  const root = await rootFolder(directory);
  const partial = join(root, PARTIAL_FOLDER);
  await mkdir(partial, { recursive: true });
  checkPaths(manifest.files, await foldsCase(partial));
  const kept = await filesThere(root, manifest.files, overwrite);
  const wanted = manifest.files.filter(({ path }) => !kept.has(path));
  await makeFolders(
    root,
    wanted.map(({ path }) => path),
  );

  const contents = contentsOf(wanted);
  const bytes = contents.reduce((sum, { size }) => sum + size, 0);
  let [filesDone, movedBytes, keptBytes] = [0, 0, 0];
  const tell = () => onProgress?.({ files: contents.length, filesDone, bytes, movedBytes, keptBytes });
  const fetched = mapLimited(contents, OBJECTS_AT_ONCE, async (content) => {
    const file = join(partial, content.sha256);
    await download(connection, item.version, content, file, {
      onRead: (count) => {
        movedBytes += count;
        tell();
      },
      onKept: (count) => {
        keptBytes += count;
        tell();
      },
    });
    const [last, ...others] = [...content.paths].reverse();
    for (const path of others) await copyFile(file, join(root, path));
    await rename(file, join(root, last!));
    filesDone++;
    tell();
  });
  try {
    await fetched;
    await rm(partial, { recursive: true });
  } catch (error) {
    // with something in it, it is what the next call goes on with
    await rmdir(partial).catch(() => undefined);
    throw error;
  }
  return {
    version: item.version,
    directory: root,
    files: manifest.files.length,
    bytes: manifest.bytes,
    keptFiles: kept.size,
    manifest: withManifest
      ? await writeManifest(connection, item.version, `${root}.manifest.json`)
      : undefined,
  };
}

/** As it is in S3, byte for byte. */
async function writeManifest(connection: Connection, version: number, file: string): Promise<string> {
  await writeFile(file, await readText(connection, manifestKey(version)));
  return file;
}

/** Paths of files that need not be fetched. @throws UsageError when one has other bytes, unless it may be replaced. */
async function filesThere(
  root: string,
  files: readonly ManifestFile[],
  overwrite: boolean,
): Promise<Set<string>> {
  const kept = new Set<string>();
  const others: string[] = [];
  await mapLimited(files, OBJECTS_AT_ONCE, async (file) => {
    const target = join(root, file.path);
    const there = await lstat(target).catch(() => undefined);
    if (!there) return;
    if (there.isFile() && there.size === file.size && (await hashOf(target, file)) === file.sha256) {
      kept.add(file.path);
    } else if (!there.isFile()) {
      throw new UsageError(`${target} is there and is no file; remove it, or choose another --to`);
    } else others.push(target);
  });
  if (others.length > 0 && !overwrite) {
    const more = others.length > 1 ? ` (and ${others.length - 1} more)` : '';
    throw new UsageError(
      `${others.sort()[0]} is there with other bytes${more}; choose an empty folder with --to, or pass --overwrite`,
    );
  }
  return kept;
}

async function hashOf(file: string, content: Pick<Content, 'size' | 'chunkSize'>): Promise<string> {
  const hasher = hasherOf(content);
  for await (const chunk of createReadStream(file)) hasher.update(chunk as Uint8Array);
  return hasher.digest().sha256;
}

async function download(
  connection: Connection,
  version: number,
  content: Content,
  file: string,
  { onRead, onKept }: Readonly<Record<'onRead' | 'onKept', (bytes: number) => void>>,
): Promise<void> {
  const hasher = hasherOf(content);
  const begun = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (begun > content.size) await rm(file);
  else if (begun > 0) {
    for await (const chunk of createReadStream(file)) hasher.update(chunk as Uint8Array);
    onKept(begun);
  }
  const handle = await open(file, 'a');
  try {
    // a range that begins at the end of an object is an error of S3's
    if (hasher.size < content.size || content.size === 0) {
      for await (const chunk of readObject(connection, objectKey(content.sha256), hasher.size)) {
        hasher.update(chunk);
        await handle.appendFile(chunk);
        onRead(chunk.length);
      }
    }
  } finally {
    await handle.close();
  }
  const { sha256 } = hasher.digest();
  if (hasher.size === content.size && sha256 === content.sha256) return;
  await rm(file);
  throw new UsageError(
    `${objectKey(content.sha256)} (${content.paths[0]}) is not what the version was made of: its hash is ${sha256}; see what else is wrong, and where its bytes may be: driftless datasets verify ${version}`,
  );
}
