/** Documents and payloads of the datasets capability. Types and names only. */
import type { ColumnRole, ColumnType } from '../shared/settings.ts';
import type { Verdict } from '../shared/verdict.ts';

/** One file of a version; its contents are at `objects/<sha256>`. */
export interface ManifestFile {
  /** Name below the upload, `/`-separated; part of the version's identity. */
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. Above 5 GiB a tree hash: SHA-256 over the SHA-256 of each chunk of `chunkSize` bytes, in order. */
  readonly sha256: string;
  /** Present iff `sha256` is a tree hash. */
  readonly chunkSize?: number;
  /** As the file has them: rows that the version leaves out are counted. */
  readonly rows: number;
}

export interface SchemaColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Other names that the column has in files; the first name that a file has is taken, `name` before them. */
  readonly aliases?: readonly string[];
}

export interface DatasetSchema {
  readonly columns: readonly SchemaColumn[];
}

/** Everything in a manifest but its files. */
export interface ManifestHeader {
  readonly format: 2;
  /** Identity: SHA-256 over path, size and SHA-256 of the files, in order of path. */
  readonly digest: string;
  /** Rows of the version: those of its files without the rows in `dropped.parquet` and the erased ones. */
  readonly rows: number;
  readonly fileCount: number;
  readonly bytes: number;
  /** From 1; another one than any schema before when the head's columns, their types or their roles change. */
  readonly schemaVersion: number;
  readonly schema: DatasetSchema;
  /** Rows of the files that a later row with the same key and event time replaces; listed in `dropped.parquet`. */
  readonly droppedRows: number;
  /** Keys of the index objects that cover the rows of all files; absent without a key column. */
  readonly indexes?: readonly string[];
  /** Digest of the tombstone list that `rows` and the profile honour; absent when there was none. */
  readonly tombstones?: string;
}

/**
 * `datasets/<version>/manifest.json`, immutable. Written with one file a line, so that a reader need not hold them all.
 */
export interface Manifest extends ManifestHeader {
  /** Sorted by path, by UTF-8 bytes as S3 lists keys (`compareUtf8`). */
  readonly files: readonly ManifestFile[];
}

/** A line of `uploads/<upload>/listing.jsonl`: what the upload consists of, frozen when it was committed. */
export interface ListedObject {
  /** Name below the upload. */
  readonly path: string;
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  /** As S3 gives it, with its quotation marks. */
  readonly etag: string;
  /** ISO 8601. */
  readonly lastModified: string;
}

/** How an upload is read: by one function from its ephemeral storage, or by many over shards of it. */
export type ScanRoute = 'one-function' | 'distributed';

/** Input of the ingest workflow. */
export interface IngestInput {
  readonly project: string;
  readonly upload: string;
}

/**
 * What a scan goes by from its plan to its commit, whatever is deployed, forgotten or committed meanwhile. The commit
 * goes through only while all but the settings still hold; otherwise the upload is planned again.
 */
export interface ScanBasis {
  /** Of the project when the scan was planned: later ones count for the next upload. */
  readonly settingsDigest: string;
  /** Version that the upload is compared with or added to; absent before the first. */
  readonly headVersion?: number;
  /** Digest of the list of keys to forget; absent while there is none. */
  readonly tombstones?: string;
  /** Highest number that a schema of the project has; 0 before the first version. */
  readonly lastSchemaVersion: number;
}

/** What `plan-scan` decides. */
export interface ScanPlan extends IngestInput, ScanBasis {
  readonly route: ScanRoute;
  /** Why this route, for a person who looks at the execution. */
  readonly reason: string;
  readonly files: number;
  readonly bytes: number;
  /** `uploads/<upload>/<attempt>/`: working documents of this scan. */
  readonly workPrefix: string;
  /** Distributed: JSON Lines of shards for the item reader. */
  readonly shardsKey?: string;
}

/** What either route comes to; the documents lie under `stagedPrefix`. */
export interface ScanResult extends IngestInput, ScanBasis {
  readonly route: ScanRoute;
  /** FAIL refuses the upload. */
  readonly verdict: 'PASS' | 'WARN' | 'FAIL';
  /**
   * Prefix with the documents of the version to be and with `copies.jsonl` (a `ScannedCopy` a line). Of a refused upload
   * only `checks.json` and `files.jsonl` (`ScannedFile`, in the order of the listing).
   */
  readonly stagedPrefix: string;
  /** One sentence on how the version came about, for its decision. */
  readonly note?: string;
}

/** Content that has to be under `objects/` before the version is committed: the S3 version that was read. */
export interface ScannedCopy {
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  readonly sha256: string;
  /** Present iff `sha256` is a tree hash. */
  readonly chunkSize?: number;
}

/** A listed object after it was read. */
export interface ScannedFile extends ListedObject {
  /** Position in the listing, from 0: `data.__file`. */
  readonly index: number;
  readonly sha256: string;
  /** Present iff `sha256` is a tree hash. */
  readonly chunkSize?: number;
  /** As the file has them; absent when it is no data or could not be read. */
  readonly rows?: number;
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
  /** At most ten offenders as a person reads them; values of keys and sensitive columns are hashed. */
  readonly examples: readonly string[];
  /** The same for programs, by file and row. */
  readonly offenders?: readonly Offender[];
}

/** One offending value. */
export interface Offender {
  /** Name below the upload. */
  readonly path: string;
  /** 1-based among the data rows of the file: a header is not counted. */
  readonly row: number;
  /** Cut at 80 characters; `sha256:<12 hex digits>` for keys and sensitive columns; absent when it is missing or many columns' */
  readonly value?: string;
}

/** What the checks of one column come to. */
export interface ColumnStatus {
  readonly name: string;
  /** Of its findings the worst. */
  readonly verdict: 'PASS' | 'WARN' | 'FAIL';
}

/** `checks.json`, beside a version or a rejected upload. */
export interface ChecksDocument {
  readonly format: 1;
  readonly upload: string;
  /** FAIL iff a blocking check failed, WARN iff only others did. */
  readonly verdict: 'PASS' | 'WARN' | 'FAIL';
  readonly checks: readonly Check[];
  /** Every column of the schema, in its order; absent where no rows were looked at. */
  readonly columns?: readonly ColumnStatus[];
}

/** `datasets/<version>/provenance.json`: where the bytes were read from, outside the digest. */
export interface Provenance {
  readonly format: 1;
  readonly upload?: string;
  readonly run?: string;
  /** Version that this one was made from, when it adds to one. */
  readonly base?: number;
  /** Who put the object that committed the upload, as S3's event says. */
  readonly requester?: string;
  readonly sourceIp?: string;
  readonly receivedAt?: string;
  /** Sorted by path; only what was read for this version. Written with one file a line. */
  readonly files: readonly {
    readonly path: string;
    /** S3 URI. */
    readonly readFrom: string;
    readonly versionId?: string;
    readonly etag?: string;
    readonly lastModified?: string;
  }[];
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

/** Most keys in one call of `forget-keys`: its input and answer have to fit into 6 MB. */
export const FORGET_LIMIT = 10_000;

/**
 * Input of `forget-keys`, which is called directly and synchronously: an event would be kept in the bus's archive, and
 * a dead letter in a queue, with the keys in it.
 */
export interface ForgetKeysInput {
  readonly project: string;
  /** At most `FORGET_LIMIT`. As the files have them; a number or time in any form that an upload may use. */
  readonly keys: readonly string[];
  /** `next` of the answer before, to go on looking: a call stops before the function's time is over. */
  readonly next?: number;
  /** No version is begun after so many seconds, so that the caller hears how far it is. @default - while there is time */
  readonly seconds?: number;
}

/** Contents of a version that hold rows of the keys. */
export interface HoldingContent {
  readonly sha256: string;
  /** A path under which a version has it. */
  readonly path: string;
  /** Rows with one of the keys. */
  readonly rows: number;
  readonly versions: readonly number[];
}

/** Answer of `forget-keys`. Holds no key. */
export interface ForgetKeysResult {
  readonly project: string;
  /** Keys on the list that this call added, and all of them. */
  readonly added: number;
  readonly keys: number;
  /** Digest of the list: `tombstones/<digest>.json`. */
  readonly digest: string;
  /** `objects/<sha256>` with rows of the keys, of the versions that were looked at. */
  readonly contents: readonly HoldingContent[];
  /** Index objects of the versions that hold them. */
  readonly indexes: readonly string[];
  /** Versions whose files hold rows of the keys, newest first. */
  readonly versions: readonly { readonly version: number; readonly rows: number; readonly files: number }[];
  /** Model versions that were trained on one of these. */
  readonly models: readonly {
    readonly modelVersion: number;
    readonly datasetVersion: number;
    readonly run: string;
    readonly modelPackageArn: string;
  }[];
  /**
   * Received label files with records of the keys: `objects/<sha256>`, and `key` as long as nobody wrote it again. Empty
   * in the answer to a call with `next`.
   */
  readonly labelFiles: readonly { readonly sha256: string; readonly key: string; readonly rows: number }[];
  /** Version to go on with, when time was short; absent when all versions were looked at. */
  readonly next?: number;
}
