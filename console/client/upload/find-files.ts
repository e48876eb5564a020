/** Which files a person means by the paths of a command line, and the names that they get in an upload. */
import { type Dirent, existsSync, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { compareUtf8 } from '../../../lambdas/shared/utf8-order.ts';
import { UsageError } from '../connect.ts';
import { mapLimited } from '../map-limited.ts';

/** A file on this machine that is to be uploaded. */
export interface FoundFile {
  /** Where it lies, as the command line reaches it. */
  readonly file: string;
  /** Name below the upload, `/`-separated. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

export interface FoundFiles {
  /** In order of path, as S3 lists them. At least one. */
  readonly files: readonly FoundFile[];
  /** Files below folders whose name, or a folder's on the way, begins with `.` or `_`: no data by the habit of Spark and Hadoop. */
  readonly hidden: number;
}

type Named = Pick<FoundFile, 'file' | 'path'>;

/** Asking the disk for a hundred thousand sizes one after the other takes a minute on a network share. */
const LOOKS_AT_ONCE = 32;

/**
 * Files, folders (everything below, relative paths kept) and glob patterns (paths from their first wildcard on).
 * What exists by that very name is taken as it is, even if the name has a `*` in it.
 * @throws UsageError for a path that is not there, a pattern that matches nothing, or two files of one name.
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const named: Named[] = [];
  let hidden = 0;
  for (const path of paths) {
    const found = await filesOf(path);
    // a hidden file that is named outright is an answer, not noise
    const visible = found.single ? found.files : found.files.filter((file) => !isHidden(file.path));
    const left = found.files.length - visible.length;
    hidden += left;
    if (visible.length === 0) {
      throw new UsageError(
        `${path}: no files there${left > 0 ? ' but hidden ones, whose names begin with . or _' : ''}`,
      );
    }
    named.push(...visible);
  }
  assertPathsDiffer(named);
  const files = await mapLimited(named, LOOKS_AT_ONCE, async ({ file, path }): Promise<FoundFile> => {
    const { size, mtimeMs } = await stat(file);
    return { file, path, size, modifiedMs: mtimeMs };
  });
  return { files: files.sort((a, b) => compareUtf8(a.path, b.path)), hidden };
}

async function filesOf(path: string): Promise<{ files: Named[]; single?: boolean }> {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return { files: await filesBelow(path) };
    return { files: [{ file: path, path: basename(path) }], single: true };
  }
  if (!isDynamicPattern(path)) throw new UsageError(`no such file: ${path}`);
  const { base, pattern } = splitPattern(path);
  const matches = existsSync(base)
    ? await glob(pattern, { cwd: base, dot: true, expandDirectories: false, onlyFiles: true })
    : [];
  if (matches.length === 0) throw new UsageError(`no file matches ${path}`);
  return { files: matches.map((match) => ({ file: join(base, match), path: match })) };
}

/** The folder in front of the first wildcard, and the rest. */
export function splitPattern(path: string): { readonly base: string; readonly pattern: string } {
  const segments = path.split('/');
  const first = segments.findIndex((segment) => isDynamicPattern(segment));
  const base = segments.slice(0, first).join('/');
  return { base: base || (path.startsWith('/') ? '/' : '.'), pattern: segments.slice(first).join('/') };
}

async function filesBelow(folder: string): Promise<Named[]> {
  const found: Named[] = [];
  const walk = async (directory: string, prefix: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(directory);
    // a link to a folder above would lead in a circle
    if (above.includes(real)) return;
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const [file, path] = [join(directory, entry.name), `${prefix}${entry.name}`];
      const kind = await kindOf(entry, file);
      if (kind === 'folder') await walk(file, `${path}/`, [...above, real]);
      else if (kind === 'file') found.push({ file, path });
    }
  };
  await walk(folder, '', []);
  return found;
}

async function kindOf(entry: Dirent, file: string): Promise<'file' | 'folder' | 'other'> {
  const target = entry.isSymbolicLink() ? await stat(file).catch(() => undefined) : entry;
  if (!target) throw new UsageError(`${file}: is a link to nothing; mend it, or remove it`);
  if (target.isDirectory()) return 'folder';
  return target.isFile() ? 'file' : 'other';
}

const isHidden = (path: string) => path.split('/').some((segment) => /^[._]/.test(segment));

function assertPathsDiffer(files: readonly Named[]): void {
  const byPath = new Map<string, string>();
  for (const { file, path } of files) {
    const other = byPath.get(path);
    if (other === undefined) byPath.set(path, file);
    else if (other === file) throw new UsageError(`${file}: is named twice; name it once`);
    else {
      throw new UsageError(
        `two of the files would be called ${path} (${other} and ${file}); rename one, upload the folder above both, or upload them one after the other`,
      );
    }
  }
}
