/**
 * npm packages for another platform than this machine's: npm installs only what fits its own, so the rest is fetched
 * as an archive, by the npm that is there and at the version and integrity of `package-lock.json`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const FETCH_MS = 300_000;

/** What the lock file says of a package. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and base64, of the archive. */
  readonly integrity: string;
}

export interface PackageSources {
  /** Folder with `package-lock.json` and `node_modules`. @default this checkout */
  readonly checkout?: string;
  /** Folder of fetched archives, made when needed. @default .driftless/build/npm */
  readonly cache?: string;
  /** Writes the archive of `name@version` into a folder. @default `npm pack`, from npm's own cache when it can */
  readonly fetch?: (specifier: string, folder: string) => void;
}

/** @throws Error that lists the packages of the same stem, when the lock file has none of this name. */
export function lockedPackage(name: string, { checkout = CHECKOUT }: PackageSources = {}): LockedPackage {
  const file = join(checkout, 'package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Record<string, { version: string; integrity?: string }>;
  };
  const found = packages[`node_modules/${name}`];
  if (found?.integrity) return { name, version: found.version, integrity: found.integrity };
  const scope = `node_modules/${dirname(name)}/`;
  const others = Object.keys(packages).filter((key) => key.startsWith(scope));
  throw new Error(
    `package-lock.json has no ${name}; of its scope it has: ${others.map((key) => basename(key)).join(', ')}`,
  );
}

/**
 * Puts a package's files into `target`: from `node_modules` when it is installed in the locked version, else from its
 * archive, fetched at most once.
 * @param keep which files are wanted, by path within the package
 * @throws Error when it cannot be fetched (it says what to do), or when the archive is not the locked one.
 */
export function placePackage(
  name: string,
  target: string,
  keep: (path: string) => boolean,
  sources: PackageSources = {},
): void {
  const { checkout = CHECKOUT } = sources;
  const locked = lockedPackage(name, sources);
  const installed = join(checkout, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  if (isInstalled(installed, locked)) {
    const filter = (source: string) => {
      const path = source.slice(installed.length + 1);
      return path === '' || !basename(path).includes('.') || keep(path);
    };
    cpSync(installed, target, { recursive: true, dereference: true, filter });
    return;
  }
  const wanted = (path: string) => keep(path.replace(/^[^/]+\//, ''));
  extract({ file: lockedArchive(locked, sources), cwd: target, strip: 1, sync: true, filter: wanted });
}

function isInstalled(folder: string, { version }: LockedPackage): boolean {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return false;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version === version;
}

/** The archive in the cache, as npm names it; its integrity is checked every time, wherever it came from. */
function lockedArchive(locked: LockedPackage, sources: PackageSources): string {
  const { cache = join('.driftless', 'build', 'npm'), fetch = npmPack } = sources;
  const specifier = `${locked.name}@${locked.version}`;
  const archive = join(cache, `${locked.name.replace('@', '').replace('/', '-')}-${locked.version}.tgz`);
  if (!existsSync(archive)) {
    mkdirSync(cache, { recursive: true });
    // beside it and then renamed: two synths may want it at once
    const folder = mkdtempSync(join(cache, 'fetching-'));
    try {
      fetch(specifier, folder);
      renameSync(join(folder, basename(archive)), archive);
    } catch (error) {
      throw new Error(
        `${specifier} is not installed on this machine and could not be fetched: ${lastLine(error)}. ` +
          `Go online once and try again, or put its archive at ${archive} (on a machine that is online: npm pack ${specifier})`,
        { cause: error },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== locked.integrity) {
    throw new Error(
      `${archive} is not the archive of ${specifier} that package-lock.json names: its integrity is ${integrity}, ` +
        `expected ${locked.integrity}. Delete it and try again; if that does not help, the source of npm's packages is not to be trusted`,
    );
  }
  return archive;
}

function npmPack(specifier: string, folder: string): void {
  execFileSync('npm', ['pack', specifier, '--pack-destination', folder, '--prefer-offline', '--silent'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: FETCH_MS,
  });
}

/** What npm said last that is not about where its log lies. */
function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: Buffer; message: string };
  const lines = (stderr?.toString() || message).split('\n').map((line) => line.trim());
  return (
    lines.filter((line) => line !== '' && !/complete log|debug-0\.log/.test(line)).at(-1) ??
    'npm said nothing'
  );
}
