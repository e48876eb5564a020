/** Documents and payloads of the datasets capability. Types and names only. */
import type { ColumnRole, ColumnType } from '../shared/settings.ts';
import type { Verdict } from '../shared/verdict.ts';

/** One file of a version; its contents are at `objects/<sha256>`. */
export interface ManifestFile {
  /** Name below the upload, `/`-separated; part of the version's identity. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly rows: number;
}

export interface SchemaColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
}

export interface DatasetSchema {
  readonly columns: readonly SchemaColumn[];
}

/** `datasets/<version>/manifest.json`, immutable. */
export interface Manifest {
  readonly format: 1;
  /** Sorted by path. */
  readonly files: readonly ManifestFile[];
  readonly schema: DatasetSchema;
  readonly rows: number;
}

export type Severity = 'block' | 'warn' | 'info';

/** One finding of one rule. */
export interface Check {
  /** File name of the rule in kebab-case. */
  readonly check: string;
  readonly column?: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  readonly reason: string;
  /** At most ten offending values with how many rows have them; hidden for sensitive columns. */
  readonly examples: readonly string[];
}

/** `checks.json`, beside a version or a rejected upload. */
export interface ChecksDocument {
  readonly format: 1;
  readonly upload: string;
  /** FAIL iff a blocking check failed, WARN iff only others did. */
  readonly verdict: 'PASS' | 'WARN' | 'FAIL';
  readonly checks: readonly Check[];
}

/** `datasets/<version>/provenance.json`: where the bytes were read from, outside the digest. */
export interface Provenance {
  readonly format: 1;
  readonly upload?: string;
  readonly run?: string;
  /** Version that this one was made from, when it adds to one. */
  readonly base?: number;
  readonly files: readonly { readonly path: string; readonly readFrom: string; readonly etag?: string }[];
  /** SHA-256 of the label files in a version made by a run. */
  readonly labelFiles?: readonly string[];
}

/** Label record, one a line in files under `labels/`. */
export interface LabelRecord {
  readonly inferenceId: string;
  /** Index of the line within the request, from 0. */
  readonly row: number;
  readonly key?: string;
  readonly eventTime?: string;
  readonly sensitive?: Readonly<Record<string, string | number | boolean | null>>;
  readonly label: 0 | 1;
  /** ISO time; the latest record for a row wins. */
  readonly labelledAt: string;
}
