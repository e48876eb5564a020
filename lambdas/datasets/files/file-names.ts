/** Names that files of an upload may have: what cannot be restored elsewhere is refused before anything is read. */
import { ClashFinder } from './name-clashes.ts';

export interface NameFinding {
  /** `block`: the upload is refused; `warn`: it is kept as it is; `info`: the file is left out. */
  readonly severity: 'block' | 'warn' | 'info';
  readonly check: 'file-names' | 'files-ignored' | 'partition-folders';
  /** A sentence. */
  readonly reason: string;
}

export interface NamedFile {
  /** Name below the upload. */
  readonly path: string;
  readonly size: number;
}

/** So many of each kind are told. */
const TOLD = 10;
/** Most file systems take 255 bytes for one segment. */
const LONGEST_SEGMENT = 255;
const WINDOWS_RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** Whether a file is none of the data: its name, or that of a folder above it, begins with `_` or `.`, or it is a folder's marker. */
export function isIgnored({ path, size }: NamedFile): boolean {
  if (path.endsWith('/')) return size === 0;
  return path.split('/').some((segment) => /^_/.test(segment) || /^\.[^./]/.test(segment));
}

/**
 * Looks at the names of an upload one after the other. What it keeps of a name are numbers: about 24 bytes for a file,
 * and 8 for each folder.
 */
export class NameReader {
  private readonly refused = new Findings();
  private readonly odd = new Findings();
  private readonly folders = new Map<string, string>();
  private readonly clashing = new ClashFinder();
  private readonly ignored = new IgnoredNames();

  /** The next name, in any order. */
  add(file: NamedFile): void {
    const { path, size } = file;
    if (isIgnored(file)) {
      this.ignored.add(path);
      return;
    }
    const refusals = refusal(path, size);
    this.refused.add(refusals);
    if (refusals.length === 0) this.odd.add(oddities(path));
    addPartitionFolders(path, this.folders);
    this.clashing.add(path);
  }

  /**
   * Findings as a person reads them.
   * @param names the same files in the same order; gone through only when some may clash.
   */
  findings(names: () => Iterable<NamedFile>): NameFinding[] {
    const clashes = new Findings();
    clashes.add(this.clashing.clashes(() => pathsOf(names())));
    const folders = new Findings();
    folders.add(partitionFolders(this.folders));
    return [
      ...this.refused.told('more names are refused; rename them.'),
      ...clashes.told('more names clash with others; rename them.'),
      ...this.odd.told('more names cannot be pulled everywhere; they are kept as they are.'),
      ...folders.told('more names of folders are no columns either.'),
      ...this.ignored.findings(),
    ];
  }
}

function* pathsOf(names: Iterable<NamedFile>): Iterable<string> {
  for (const file of names) if (!isIgnored(file)) yield file.path;
}

/** The first findings of a kind, and how many more there are. */
class Findings {
  private readonly first: NameFinding[] = [];
  private next: NameFinding | undefined;
  private count = 0;

  add(findings: readonly NameFinding[]): void {
    for (const finding of findings) {
      if (this.count < TOLD) this.first.push(finding);
      else this.next ??= finding;
      this.count += 1;
    }
  }

  told(more: string): NameFinding[] {
    const { next } = this;
    return next ? [...this.first, { ...next, reason: `${this.count - TOLD} ${more}` }] : this.first;
  }
}

function refusal(path: string, size: number): NameFinding[] {
  const segments = path.split('/');
  const shown = JSON.stringify(path);
  const why = segments.includes('..')
    ? 'has a segment "..": it could not be pulled into a folder. Rename it.'
    : segments.includes('.')
      ? 'has a segment ".". Rename it.'
      : path.endsWith('/') && size > 0
        ? 'ends with "/" and has content: it could not be pulled as a file. Rename it.'
        : segments.includes('')
          ? 'has an empty segment ("//"). Rename it.'
          : // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
            /[\u0000-\u001f\u007f]/.test(path)
            ? 'has a control character. Rename it.'
            : undefined;
  return why ? [{ check: 'file-names', severity: 'block', reason: `${shown} ${why}` }] : [];
}

function oddities(path: string): NameFinding[] {
  const warn = (reason: string): NameFinding[] => [{ check: 'file-names', severity: 'warn', reason }];
  if (path.includes('\\')) {
    return warn(`"${path}" has a backslash, which Windows takes for a folder; it is kept as it is.`);
  }
  const segments = path.split('/');
  const long = segments.find((segment) => Buffer.byteLength(segment) > LONGEST_SEGMENT);
  if (long) {
    const shown = `${long.slice(0, 8)}...${long.slice(-4)}`;
    return warn(
      `"${shown}" has a segment of ${Buffer.byteLength(long)} bytes; most file systems take ${LONGEST_SEGMENT}, so pull may fail.`,
    );
  }
  const reserved = segments.some((name) => WINDOWS_RESERVED.test(name) || /[<>:"|?*]|[. ]$/.test(name));
  return reserved ? warn(`"${path}" cannot be a file on Windows; it is kept as it is.`) : [];
}

/** Keeps the first folder of each name that is written `name=value`. */
function addPartitionFolders(path: string, folders: Map<string, string>): void {
  for (const folder of path.split('/').slice(0, -1)) {
    const [name, ...value] = folder.split('=');
    if (name && value.length > 0 && !folders.has(name)) folders.set(name, folder);
  }
}

function partitionFolders(folders: ReadonlyMap<string, string>): NameFinding[] {
  return [...folders].map(([name, folder]) => ({
    check: 'partition-folders',
    severity: 'warn',
    reason: `Folders such as "${folder}" are part of the path only; no column "${name}" is read. Write it into the files to use it.`,
  }));
}

/** Some names that are counted. */
class Counted {
  private readonly first: string[] = [];
  count = 0;

  add(path: string): void {
    if (this.first.push(path) > TOLD) this.first.pop();
    this.count += 1;
  }

  get list(): string {
    return this.first.map((path) => `"${path}"`).join(', ') + (this.count > TOLD ? ', ...' : '');
  }
}

class IgnoredNames {
  private readonly markers = new Counted();
  private readonly byName = new Counted();
  private readonly byFolder = new Counted();

  add(path: string): void {
    if (path.endsWith('/')) this.markers.add(path);
    else if (/^[_.]/.test(path.slice(path.lastIndexOf('/') + 1))) this.byName.add(path);
    else this.byFolder.add(path);
  }

  findings(): NameFinding[] {
    const { markers, byName, byFolder } = this;
    const told: string[] = [];
    if (markers.count === 1) told.push(`${markers.list} is a folder marker and is left out.`);
    else if (markers.count > 1) told.push(`${markers.count} folder markers are left out: ${markers.list}.`);
    if (byName.count === 1) {
      told.push(`1 file whose name begins with "_" or "." is left out: ${byName.list}.`);
    } else if (byName.count > 1) {
      told.push(
        `${byName.count} files whose names begin with "_" or "." are left out, as Spark and Hive do: ${byName.list}.`,
      );
    }
    if (byFolder.count > 0) {
      const [files, are] = byFolder.count === 1 ? ['1 file', 'is'] : [`${byFolder.count} files`, 'are'];
      told.push(
        `${files} below a folder whose name begins with "_" or "." ${are} left out: ${byFolder.list}.`,
      );
    }
    return told.map((reason) => ({ check: 'files-ignored', severity: 'info', reason }));
  }
}
