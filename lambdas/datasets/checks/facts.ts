/** What a scan finds out about an upload: all that the rules look at. Counts and few examples, never rows. */
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';

export interface FileFacts {
  readonly path: string;
  readonly size: number;
  /** Why it cannot be read as what its name says, when it cannot. */
  readonly problem?: string;
  readonly rows?: number;
}

export interface ColumnFacts {
  readonly name: string;
  readonly rows: number;
  readonly missing: number;
  /** Present but not losslessly of the declared type. */
  readonly uncastable: Offence;
  /** Of the declared type but not among the declared values. */
  readonly notAllowed: Offence;
  /** Of the declared type but outside the declared bounds. */
  readonly outOfRange: Offence;
}

/** How many rows offend, and up to ten offending values. */
export interface Offence {
  readonly rows: number;
  readonly examples: readonly string[];
}

export interface UploadFacts {
  readonly settings: DatasetSettings;
  readonly files: readonly FileFacts[];
  /** Absent when no file could be read: rules about columns do not apply then. */
  readonly table?: TableFacts;
}

export interface TableFacts {
  readonly rows: number;
  /** Rows of earlier uploads that stay beside these. */
  readonly rowsKept: number;
  readonly schema: DatasetSchema;
  /** The schema of the version that this upload follows or adds to. */
  readonly headSchema?: DatasetSchema;
  readonly present: readonly string[];
  /** Only columns that are present. */
  readonly columns: readonly ColumnFacts[];
  /** Rows whose target is present but neither 0/1 nor true/false. */
  readonly notBinary: Offence;
  /** Distinct targets among the rows that have one. */
  readonly classes: number;
  /** Keys that more than one row has; absent without a key column. */
  readonly repeatedKeys?: number;
}
