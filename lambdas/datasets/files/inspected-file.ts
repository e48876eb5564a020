/** What is known of a file before its rows are read. */
import type { FileFormat } from '../../shared/duckdb.ts';
import type { FileProblem, ReadFinding } from '../checks/fact-types.ts';
import type { SourceColumn } from '../schema/schema.ts';
import type { CsvDialect } from './csv-records.ts';

/** A file of an upload on this machine's disk, under any local name. */
export interface LocalFile {
  /** Position in the upload's listing. */
  readonly index: number;
  /** Name below the upload. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Local path. */
  readonly file: string;
}

/** What is odd about a file that can be read. */
export type FileFinding = ReadFinding;

/** How the rows of a readable file are got at. */
export interface ReadableFile extends LocalFile {
  readonly format: FileFormat;
  /** Local file with clean text, or the Parquet file itself. */
  readonly data: string;
  /** CSV. */
  readonly dialect?: CsvDialect;
  /** In the file's order. */
  readonly columns: readonly SourceColumn[];
  /** Bytes of its longest line or record; 0 for Parquet. */
  readonly longestLine: number;
  /** Of CSV, counted while it was looked at. */
  readonly rows?: number;
  readonly findings: readonly FileFinding[];
}

/** A file that is not read: empty, left out, or wrong. */
export interface UnreadFile extends LocalFile {
  /** Why it is none of the data. */
  readonly ignored?: string;
  /** 0 bytes, or a text of 0 bytes when unpacked. */
  readonly empty?: boolean;
  readonly problem?: FileProblem;
}

export type InspectedFile = ReadableFile | UnreadFile;

export const isReadable = (file: InspectedFile): file is ReadableFile => 'columns' in file;

/** A file that cannot be read. @param what goes on after its name, or is a clause of its own that begins with "row". */
export function wrongFile({ index, path, size, file }: LocalFile, what: string, row?: number): UnreadFile {
  const reason = sentence(path, what);
  return { index, path, size, file, problem: { check: 'files-readable', reason, ...(row ? { row } : {}) } };
}

/** A sentence about a file: `what` goes on after its name, or is a clause of its own that begins with "row". */
export function sentence(path: string, what: string): string {
  const isClause = /^(row \d+|the header)( |:)/.test(what);
  return `File "${path}"${isClause ? ',' : ''} ${what}${/[.?]$/.test(what) ? '' : '.'}`;
}
