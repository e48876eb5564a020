/** Facts of all files of an upload in a size that does not grow with their number. */
import type { FileFacts, FileProblem, ReadFinding } from './fact-types.ts';

/** So many of each kind are named; all are counted. */
const NAMED = 10;
/** Kinds of headers that are told apart. */
const HEADERS = 100;

export interface Named<T> {
  readonly count: number;
  /** The first by position in the listing, of findings the first of each check. */
  readonly first: readonly (T & { readonly index: number; readonly path: string })[];
}

/** Files with the same columns in the same order. */
export interface Header {
  readonly columns: readonly string[];
  readonly format?: FileFacts['format'];
  readonly files: number;
  readonly rows: number;
  readonly first: { readonly index: number; readonly path: string };
}

export interface FilesFacts {
  readonly count: number;
  /** Of the files that were read. */
  readonly rows: number;
  /** Files with bytes that count as data, readable or not. */
  readonly withContent: number;
  readonly empty: Named<{ readonly isPacked?: boolean }>;
  readonly problems: Named<FileProblem>;
  readonly ignored: Named<{ readonly reason: string }>;
  readonly warnings: Named<ReadFinding>;
  /** As warnings, for information only. */
  readonly notes: Named<ReadFinding>;
  /** Sorted by first file; files with further kinds of headers beyond the limit are not told apart. */
  readonly headers: readonly Header[];
}

const NONE = { count: 0, first: [] };
const NO_FILES: FilesFacts = {
  count: 0,
  rows: 0,
  withContent: 0,
  empty: NONE,
  problems: NONE,
  ignored: NONE,
  warnings: NONE,
  notes: NONE,
  headers: [],
};

/** Facts of files one after the other: nothing but the summary is held. */
export function summarizeFiles(files: Iterable<FileFacts>): FilesFacts {
  const summary = {
    count: 0,
    rows: 0,
    withContent: 0,
    empty: list<{ isPacked?: boolean }>(),
    problems: list<FileProblem>(),
    ignored: list<{ reason: string }>(),
    warnings: list<ReadFinding>(),
    notes: list<ReadFinding>(),
  };
  const headers = new Map<string, { -readonly [Key in keyof Header]: Header[Key] }>();
  for (const file of files) {
    const at = { index: file.index ?? summary.count, path: file.path };
    summary.count++;
    summary.rows += file.rows ?? 0;
    for (const finding of (file.warnings ?? []).map(asFinding)) {
      summary[finding.severity === 'info' ? 'notes' : 'warnings'].add({ ...at, ...finding });
    }
    if (file.problem) summary.problems.add({ ...at, ...file.problem });
    else if (file.ignored !== undefined) summary.ignored.add({ ...at, reason: file.ignored });
    else if (file.size === 0) summary.empty.add(file.isPackedEmpty ? { ...at, isPacked: true } : at);
    if (file.size > 0 && file.ignored === undefined) summary.withContent++;
    if (file.columns === undefined) continue;
    const kind = JSON.stringify([file.format, file.columns]);
    const known = headers.get(kind);
    if (known) {
      known.files++;
      known.rows += file.rows ?? 0;
    } else if (headers.size < HEADERS) {
      headers.set(kind, {
        columns: file.columns,
        format: file.format,
        files: 1,
        rows: file.rows ?? 0,
        first: at,
      });
    }
  }
  return {
    ...summary,
    empty: summary.empty.named(),
    problems: summary.problems.named(),
    ignored: summary.ignored.named(),
    warnings: summary.warnings.named(),
    notes: summary.notes.named(),
    headers: [...headers.values()],
  };
}

/** Facts of the files of both parts; the parts' files have their positions in the listing of the upload as `index`. */
export function mergeFilesFacts(a: FilesFacts, b: FilesFacts): FilesFacts {
  const headers = new Map<string, Header>();
  for (const header of [...a.headers, ...b.headers]) {
    const kind = JSON.stringify([header.format, header.columns]);
    const known = headers.get(kind);
    const first = known && known.first.index < header.first.index ? known.first : header.first;
    headers.set(kind, {
      ...header,
      files: header.files + (known?.files ?? 0),
      rows: header.rows + (known?.rows ?? 0),
      first,
    });
  }
  return {
    count: a.count + b.count,
    rows: a.rows + b.rows,
    withContent: a.withContent + b.withContent,
    empty: mergeNamed(a.empty, b.empty),
    problems: mergeNamed(a.problems, b.problems),
    ignored: mergeNamed(a.ignored, b.ignored),
    warnings: mergeNamed(a.warnings, b.warnings),
    notes: mergeNamed(a.notes, b.notes),
    headers: [...headers.values()].toSorted((x, y) => x.first.index - y.first.index).slice(0, HEADERS),
  };
}

/** Whether facts are of files one by one or already summed up. */
export function asFilesFacts(files: FilesFacts | Iterable<FileFacts>): FilesFacts {
  return Symbol.iterator in files ? summarizeFiles(files) : { ...NO_FILES, ...files };
}

function asFinding(warning: string | ReadFinding): ReadFinding {
  return typeof warning === 'string'
    ? { check: 'files-readable', severity: 'warn', reason: warning }
    : warning;
}

function mergeNamed<T>(a: Named<T>, b: Named<T>): Named<T> {
  const both = [...a.first, ...b.first].toSorted((x, y) => x.index - y.index);
  const isEarly = earlyOfKind<T>();
  return { count: a.count + b.count, first: both.filter(isEarly) };
}

/** Tells whether an item is among the first of its check, so that many findings of one do not hide those of another. */
function earlyOfKind<T>(): (item: T) => boolean {
  const seen = new Map<unknown, number>();
  return (item) => {
    const kind = (item as { readonly check?: string }).check;
    const before = seen.get(kind) ?? 0;
    seen.set(kind, before + 1);
    return before < NAMED;
  };
}

function list<T>() {
  let count = 0;
  const isEarly = earlyOfKind<T>();
  const first: (T & { readonly index: number; readonly path: string })[] = [];
  return {
    add(item: T & { readonly index: number; readonly path: string }) {
      count++;
      if (isEarly(item)) first.push(item);
    },
    named: (): Named<T> => ({ count, first }),
  };
}
