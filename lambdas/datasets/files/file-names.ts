/** Names that files of an upload may have: what cannot be restored elsewhere is refused before anything is read. */

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

/** Most file systems take 255 bytes for one segment. */
const LONGEST_SEGMENT = 255;
const WINDOWS_RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** Whether a file is none of the data: its name, or that of a folder above it, begins with `_` or `.`, or it is a folder's marker. */
export function isIgnored({ path, size }: NamedFile): boolean {
  if (path.endsWith('/')) return size === 0;
  return path.split('/').some((segment) => /^_/.test(segment) || /^\.[^./]/.test(segment));
}

/** Findings about the names of an upload, as a person reads them. */
export function nameFindings(files: readonly NamedFile[]): NameFinding[] {
  const data = files.filter((file) => !isIgnored(file));
  return [
    ...data.flatMap(({ path, size }) => refusal(path, size)),
    ...clashes(data.map(({ path }) => path)),
    ...data.flatMap(({ path }) => oddities(path)),
    ...partitionFolders(data),
    ...ignored(files.filter(isIgnored)),
  ];
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

/** Names that one folder of macOS or Windows cannot hold together. */
function clashes(paths: readonly string[]): NameFinding[] {
  const findings: NameFinding[] = [];
  const block = (reason: string) => findings.push({ check: 'file-names', severity: 'block', reason });
  const folded = new Map<string, string>();
  const all = new Set(paths);
  for (const path of paths) {
    const key = path.normalize('NFC').toLowerCase();
    const other = folded.get(key);
    folded.set(key, path);
    const pair = `"${other}" and "${path}"`;
    if (other !== undefined && other.normalize('NFC') === path.normalize('NFC')) {
      block(`${pair} are the same name on macOS (Unicode NFC); rename one.`);
    } else if (other !== undefined) {
      block(`${pair} differ by case only, which macOS and Windows cannot hold in one folder; rename one.`);
    }
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (all.has(folder)) block(`"${folder}" is both a file and a folder ("${path}"); rename one.`);
    }
  }
  return findings;
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

function partitionFolders(files: readonly NamedFile[]): NameFinding[] {
  const folders = new Map<string, string>();
  for (const { path } of files) {
    for (const folder of path.split('/').slice(0, -1)) {
      const [name, ...value] = folder.split('=');
      if (name && value.length > 0 && !folders.has(name)) folders.set(name, folder);
    }
  }
  return [...folders].map(([name, folder]) => ({
    check: 'partition-folders',
    severity: 'warn',
    reason: `Folders such as "${folder}" are part of the path only; no column "${name}" is read. Write it into the files to use it.`,
  }));
}

function ignored(files: readonly NamedFile[]): NameFinding[] {
  const info = (reason: string): NameFinding => ({ check: 'files-ignored', severity: 'info', reason });
  const markers = files
    .filter(({ path }) => path.endsWith('/'))
    .map(({ path }) => info(`"${path}" is a folder marker and is left out.`));
  const hidden = files.filter(({ path }) => !path.endsWith('/')).map(({ path }) => path);
  const byName = hidden.filter((path) => /^[_.]/.test(path.slice(path.lastIndexOf('/') + 1)));
  const byFolder = hidden.filter((path) => !byName.includes(path));
  const list = (paths: readonly string[]) =>
    paths
      .slice(0, 10)
      .map((path) => `"${path}"`)
      .join(', ') + (paths.length > 10 ? ', ...' : '');
  const findings = [...markers];
  if (byName.length === 1) {
    findings.push(info(`1 file whose name begins with "_" or "." is left out: ${list(byName)}.`));
  } else if (byName.length > 1) {
    findings.push(
      info(
        `${byName.length} files whose names begin with "_" or "." are left out, as Spark and Hive do: ${list(byName)}.`,
      ),
    );
  }
  if (byFolder.length > 0) {
    const [files_, are] = byFolder.length === 1 ? ['1 file', 'is'] : [`${byFolder.length} files`, 'are'];
    findings.push(
      info(`${files_} below a folder whose name begins with "_" or "." ${are} left out: ${list(byFolder)}.`),
    );
  }
  return findings;
}
