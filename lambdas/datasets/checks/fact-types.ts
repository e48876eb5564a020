/**
 * What a scan finds out about an upload: all that the rules look at. Counts and few examples, never rows, and plain
 * JSON, so that facts of the parts of an upload can be written down and merged.
 */
import type { DatasetSchema, Severity } from '../contract.ts';

/** A thing that is wrong with a file as a whole. */
export interface FileProblem {
  /** Check that it fails. */
  readonly check: string;
  /** A sentence that names the file. */
  readonly reason: string;
  /** 1-based data row, where one can be told. */
  readonly row?: number;
}

/** Something that the reader found out about an upload or one of its files. */
export interface ReadFinding {
  readonly check: string;
  readonly severity: Severity;
  /** A sentence. */
  readonly reason: string;
  readonly column?: string;
}

export interface FileFacts {
  /** Name below the upload. */
  readonly path: string;
  /** Bytes; 0 also for a text that has none once it is unpacked. */
  readonly size: number;
  /** Whether the file has bytes, but its text has none once it is unpacked. */
  readonly isPackedEmpty?: boolean;
  /** Position in the upload's listing, as `data.__file` has it. @default - position among the facts */
  readonly index?: number;
  /** Absent when it was not read. */
  readonly rows?: number;
  readonly problem?: FileProblem;
  /** Why the file counts as no data, when it does not: hidden, or an empty part. */
  readonly ignored?: string;
  /** What is odd but readable. */
  readonly warnings?: readonly (string | ReadFinding)[];
  readonly format?: 'csv' | 'jsonl' | 'parquet';
  /** Names of its columns, in its order. */
  readonly columns?: readonly string[];
}

/** One offending row. */
export interface Example {
  /** `data.__file`. */
  readonly file: number;
  /** Name below the upload, when the collector knew it. */
  readonly path?: string;
  /** 1-based data row of the file. */
  readonly row: number;
  /** Cut at 80 characters; hashed for keys and sensitive columns; absent when nothing is there to show. */
  readonly value?: string;
}

/** How many rows offend, and the first of them by file and row, at most ten. */
export interface Offence {
  readonly rows: number;
  readonly examples: readonly Example[];
}

/** What a value of a column can be guilty of; what was not looked for is absent in the facts. */
export type OffenceKind =
  /** Absent, of a column that every row has to have. */
  | 'missing'
  /** Present but not losslessly of the type. */
  | 'uncastable'
  /** NaN or an infinity. */
  | 'notFinite'
  /** Outside the declared bounds. */
  | 'outOfRange'
  /** Outside the range that the version before makes likely. */
  | 'outsideSoftRange'
  /** Not among the declared values. */
  | 'notAllowed'
  /** Not among the values of the version before. */
  | 'newCategory'
  /** Not of the declared pattern or length. */
  | 'misshapen';

export interface ColumnFacts {
  readonly name: string;
  /** Whether a file has the column, under its name or an alias. */
  readonly present: boolean;
  readonly rows: number;
  /** Rows without a value. */
  readonly missing: number;
  readonly offences: Readonly<Partial<Record<OffenceKind, Offence>>>;
  /** Of the values that are not finite; only of double columns. */
  readonly nan?: number;
  /** Of the finite values of a number column; absent without any. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Hash of the only value that the column holds; empty when it holds several; absent when it holds none. */
  readonly onlyValue?: string;
  /** What could not be found out about the column, as sentences. */
  readonly errors: readonly string[];
}

/** Labels of the rows; only when the files have the target. */
export interface TargetFacts {
  /** Rows by class, `0` and `1`. */
  readonly classes: Readonly<Record<string, number>>;
  /** Present and of the column's type, but none of the classes. */
  readonly unknown: Offence;
}

export interface EventTimeFacts {
  /** Milliseconds since 1970, UTC; absent when no row has an event time. */
  readonly earliestMs?: number;
  readonly latestMs?: number;
  /** First row with the latest time. */
  readonly latestAt?: Example;
  /** Rows whose time is before that of the row before in their file; only when the settings ask for it. */
  readonly descents?: Offence;
  /** First and last file of the part: what is needed to go on counting descents in the next part. */
  readonly ends?: readonly FileStretch[];
}

/** Rows `firstRow` to `lastRow` of a file, and the times at both ends (of the rows that have one). */
export interface FileStretch {
  readonly file: number;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** Row that `firstMs` belongs to. */
  readonly firstTimedRow?: number;
}

export interface PredicateFacts {
  readonly name: string;
  /** Rows for which it is false. */
  readonly failing: Offence;
  /** Why it could not be evaluated, when it could not. */
  readonly error?: string;
}

/** A sampled row: a number that orders the sample (from file and row), then one value for each of `columns`. */
export type SampledRow = readonly [order: number, ...values: (number | null)[]];

/** Rows of each class in equal numbers, so that a rare class is seen as well as a frequent one. */
export interface LabelledSample {
  readonly columns: readonly {
    readonly name: string;
    /** Text is sampled as 48 bits of its hash. */
    readonly kind: 'number' | 'category';
  }[];
  /** Most rows of a class. */
  readonly rowsPerClass: number;
  readonly negatives: readonly SampledRow[];
  readonly positives: readonly SampledRow[];
}

export interface TableFacts {
  readonly rows: number;
  readonly schema: DatasetSchema;
  /** Names of columns that the files have, sorted. */
  readonly present: readonly string[];
  /** Every column of the schema, in its order. */
  readonly columns: readonly ColumnFacts[];
  readonly target?: TargetFacts;
  readonly eventTimes?: EventTimeFacts;
  readonly predicates: readonly PredicateFacts[];
  readonly sample?: LabelledSample;
}

/** Examples of an offence are the first so many. */
export const MAXIMUM_EXAMPLES = 10;
export const NO_OFFENCE: Offence = { rows: 0, examples: [] };
