/** A trainer's folder as SageMaker's script mode takes it: `sourcedir.tar.gz`, the same bytes for the same files. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { create } from 'tar';

/** Neither code nor data of a trainer. */
const IGNORED = new Set(['__pycache__', '.pytest_cache', '.venv', '.DS_Store', 'node_modules']);

/**
 * Path of the archive, below `.driftless/build`. Entries are sorted and carry no owner and no time.
 * @param source folder below `directory`; absent for a trainer without one, whose archive has one empty file.
 */
export function sourceArchive(project: string, directory: string, source?: string): string {
  const folder = source === undefined ? emptyFolder() : join(directory, source);
  const files = listFiles(folder).sort();
  const digest = createHash('sha256');
  for (const file of files)
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0');
  const build = join('.driftless', 'build');
  mkdirSync(build, { recursive: true });
  const archive = join(build, `${project}-${digest.digest('hex').slice(0, 16)}.tar.gz`);
  const temporary = `${archive}.${process.pid}`;
  create(
    {
      cwd: folder,
      file: temporary,
      gzip: { level: 9 },
      portable: true,
      mtime: new Date(0),
      sync: true,
      noDirRecurse: true,
    },
    files,
  );
  renameSync(temporary, archive);
  return archive;
}

/** An archive needs an entry to be one. */
function emptyFolder(): string {
  const folder = join('.driftless', 'build', 'no-code');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.no-code'), '');
  return folder;
}

function listFiles(folder: string, root = folder): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path, root) : [relative(root, path)];
  });
}
