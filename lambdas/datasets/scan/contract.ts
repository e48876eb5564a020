/** Shards of an upload: what the distributed route is divided into. Types and names only. */
import type { FileFacts, TableFacts } from '../checks/fact-types.ts';
import type { ChecksDocument, ListedObject, ScanPlan, ScanResult } from '../contract.ts';
import type { EvolvedSchema } from '../schema/evolution.ts';
import type { TypeEvidence } from '../schema/infer-types.ts';
import type { InferenceFacts } from '../schema/inference-facts.ts';
import type { Duplicates } from '../versions/duplicates.ts';

/**
 * `look` hashes files and looks for types, `stage` reads rows as typed columns, `sample` takes those that edges are
 * chosen from, `count` counts all on the edges.
 */
export type ShardPass = 'look' | 'stage' | 'sample' | 'count';

/**
 * A line of `shards.jsonl`. It names files by where their lines are in the upload's listing, because an item of a
 * distributed Map may have 256 KiB and a shard thousands of files.
 */
export interface Shard {
  /** From 0. */
  readonly shard: number;
  /** `head`: files of the version that the upload adds to, by their places in its manifest. */
  readonly kind: 'files' | 'row-groups' | 'hash' | 'head';
  /** Position in the listing (or manifest) of its first file. */
  readonly firstFile: number;
  readonly files: number;
  /** To be downloaded. */
  readonly bytes: number;
  /** Bytes of `listing.jsonl` with the lines of its files; `to` exclusive. */
  readonly lines: { readonly from: number; readonly to: number };
  /** Of a Parquet file that is cut. */
  readonly rowGroups?: RowGroupShard;
  /** Bytes of a cut file to be hashed; `to` exclusive. */
  readonly hash?: { readonly from: number; readonly to: number };
}

export interface RowGroupShard {
  /** Row groups `first` to `end`, exclusive. */
  readonly first: number;
  readonly end: number;
  /** Rows of the file before them. */
  readonly rowsBefore: number;
  /** Bytes of the file that hold them; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Bytes of the footer and what follows it. */
  readonly footer: number;
}

/** Input of `scan-shard`. */
export interface ShardTask {
  readonly pass: ShardPass;
  readonly plan: ScanPlan;
  readonly shard: Shard;
}

/** Input of `merge-scan`, after the shards of the pass. */
export interface MergeTask {
  readonly pass: ShardPass;
  readonly plan: ScanPlan;
}

/** What `merge-scan` says after `stage`. */
export interface MergedStage {
  /** `sample` chooses edges of its own, `count` counts on the head's, `finish` has nothing to profile. */
  readonly next: 'sample' | 'count' | 'finish';
  readonly shardsKey: string;
  /** Rows of the upload that are dropped, and all that the version to be drops. */
  readonly ownDroppedRows: number;
  readonly droppedRows: number;
  /** Of an accepted upload. */
  readonly accepted?: {
    readonly checks: ChecksDocument;
    readonly duplicates?: Omit<Duplicates, 'dropped'>;
    readonly headIndexes?: readonly string[];
    readonly note?: string;
  };
  /** Of one that is refused, or adds nothing: it is staged already. */
  readonly result?: ScanResult;
}

/** A listed file after `look`. */
export interface LookedFile extends ListedObject {
  readonly index: number;
  /** Absent in a shard that has only some row groups of the file. */
  readonly sha256?: string;
  readonly chunkSize?: number;
}

/** What `look` finds in a shard. */
export interface LookedShard {
  readonly files: readonly LookedFile[];
  /** Of a shard of kind `hash`: SHA-256 of its bytes, or of each chunk where the file has a tree hash; hexadecimal. */
  readonly digests?: readonly string[];
  /** Absent when the columns are declared. */
  readonly evidence?: TypeEvidence;
  /** Names of columns in the files. */
  readonly present: readonly string[];
}

/** What `stage` finds in a shard. */
export interface StagedShard {
  readonly files: readonly FileFacts[];
  /** Absent when no file of the shard could be read. */
  readonly facts?: TableFacts;
  /** Of a first version whose columns nobody declared. */
  readonly inference?: InferenceFacts;
}

/** What `sample` finds in a shard beside its tables. */
export interface SampledShard {
  readonly rows: number;
}

/** What is settled before rows are read. */
export interface SettledScan extends EvolvedSchema {
  readonly present: readonly string[];
  /** Indexes of files whose content the head has already: they add nothing. */
  readonly kept: readonly number[];
  /** Whether any file adds anything. */
  readonly hasNewContent: boolean;
}

/** Documents of a scan below its work prefix. */
export const shardsKey = (workPrefix: string) => `${workPrefix}shards.jsonl`;
export const profiledShardsKey = (workPrefix: string) => `${workPrefix}profiled-shards.jsonl`;
export const settledKey = (workPrefix: string) => `${workPrefix}settled.json`;
export const scannedFilesKey = (workPrefix: string) => `${workPrefix}files.jsonl`;
/** The same with the rows of each. */
export const readFilesKey = (workPrefix: string) => `${workPrefix}read-files.jsonl`;
export const edgePlanKey = (workPrefix: string) => `${workPrefix}edge-plan.json`;
/** Dropped rows of the version to be, by path; and those of the upload, by `__file` and `__row`. */
export const droppedRowsKey = (workPrefix: string) => `${workPrefix}dropped.parquet`;
export const ownDroppedKey = (workPrefix: string) => `${workPrefix}own-dropped.parquet`;
export const mergedStageKey = (workPrefix: string) => `${workPrefix}merged-stage.json`;
export const shardKey = (workPrefix: string, pass: ShardPass, shard: number) =>
  `${workPrefix}shards/${pass}-${shard}.json`;
export type ShardTable = 'rows' | 'hashes' | 'sample' | 'values';
/** Typed rows, hashes of them, a sample of them, and distinct values of columns that have few; Parquet. */
export const shardTableKey = (workPrefix: string, table: ShardTable, shard: number) =>
  `${workPrefix}shards/${table}-${shard}.parquet`;
