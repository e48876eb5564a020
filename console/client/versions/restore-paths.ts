/** Where a version's files may be restored to: below one folder, each as a file of its own. */
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ManifestFile } from '../../../lambdas/datasets/contract.ts';
import { UsageError } from '../connect.ts';

/**
 * Refuses a version with paths that no folder can hold: keys of S3 are any text.
 * @param foldsCase whether the file system takes `A` and `a` for one name.
 * @throws UsageError naming the first such path.
 */
export function checkPaths(files: readonly Pick<ManifestFile, 'path'>[], foldsCase: boolean): void {
  const fold = (path: string) => (foldsCase ? path.normalize('NFC').toLowerCase() : path);
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const why = faultOf(path);
    if (why) throw refusal(path, why);
    const other = seen.get(fold(path));
    if (other !== undefined) throw refusal(path, `is the same name as "${other}" on this disk`);
    seen.set(fold(path), path);
  }
  for (const { path } of files) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const above = seen.get(fold(path.slice(0, at)));
      if (above !== undefined) throw refusal(path, `lies below "${above}", which is a file`);
    }
  }
}

/** What keeps a path from being a file below a folder, or undefined. */
export function faultOf(path: string, separator: string = sep): string | undefined {
  if (path === '') return 'is empty';
  if (path.includes('\0')) return 'holds a zero byte';
  if (path.startsWith('/')) return 'begins with a slash, which leads out of the folder';
  if (separator === '\\' && /[\\:]/.test(path))
    return 'holds a backslash or colon, which lead out of the folder here';
  const segments = path.split('/');
  if (segments.includes('..')) return 'has a step "..", which leads out of the folder';
  if (segments.includes('.') || segments.includes('')) return 'has an empty step, which a folder cannot have';
  const long = segments.find((segment) => Buffer.byteLength(segment) > LONGEST_NAME_BYTES);
  if (long !== undefined) return `has a name of more than ${LONGEST_NAME_BYTES} bytes`;
  return undefined;
}

/** Of the file systems in use (ext4, XFS, APFS, NTFS). */
const LONGEST_NAME_BYTES = 255;

const refusal = (path: string, why: string) =>
  new UsageError(
    `the file ${JSON.stringify(path)} of this version ${why}; its bytes are in S3 under its hash`,
  );

/**
 * Makes the folders of files below `root`, following no link that is there already: one could lead anywhere.
 * @throws UsageError when one of them is a link or a file.
 */
export async function makeFolders(root: string, paths: Iterable<string>): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  for (const folder of [...folders].sort((a, b) => a.length - b.length)) {
    const target = join(root, folder);
    const there = await lstat(target).catch(() => undefined);
    if (there?.isDirectory()) continue;
    if (there)
      throw new UsageError(
        `${target} is ${there.isSymbolicLink() ? 'a link' : 'a file'}, not a folder; remove it, or choose another --to`,
      );
    await mkdir(target);
  }
}

/** Whether the file system under a folder takes `A` and `a` for one name. @param folder one that is there, with a letter in its name. */
export async function foldsCase(folder: string): Promise<boolean> {
  const name = folder.slice(folder.lastIndexOf(sep) + 1);
  const other = join(dirname(folder), name.toUpperCase());
  const [real, same] = await Promise.all([lstat(folder), lstat(other).catch(() => undefined)]);
  return same !== undefined && same.ino === real.ino;
}

/** The folder itself, made if need be, without links on the way to it. */
export async function rootFolder(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  return realpath(directory);
}
