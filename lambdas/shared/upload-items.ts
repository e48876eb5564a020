/** Items of the catalog about what people put into the bucket: uploads, labels, keys to forget. Types only. */
import type { ColumnType } from './settings.ts';

/**
 * `received`: its listing is frozen and the ingest workflow started. `superseded`: the same key was uploaded to again,
 * and the newer content was committed first. `failed`: by an error, not by a check. `expired`: nobody committed it.
 */
export type UploadOutcome =
  | 'received'
  | 'versioned'
  | 'unchanged'
  | 'moved-back'
  | 'rejected'
  | 'superseded'
  | 'failed'
  | 'expired';

/** An upload and what became of it. Its presence makes a repeated event harmless. */
export interface UploadItem {
  readonly upload: string;
  readonly kind: 'file' | 'folder';
  /** The object that committed it: the file, or the folder's `_SUCCESS` marker. For an expired folder its prefix. */
  readonly key: string;
  /** S3 version of that object; empty for an expired folder. */
  readonly versionId: string;
  /** Who put that object, as S3's event says: an account, or a service of AWS. */
  readonly requester?: string;
  readonly sourceIp?: string;
  readonly receivedAt: string;
  /** Objects in its listing, hidden ones too, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Execution of the ingest workflow, from 1: a later one was started by the sweep. */
  readonly attempt: number;
  readonly outcome: UploadOutcome;
  /** One sentence; for a refusal the blocking findings. */
  readonly reason: string;
  /** Version that it became, or that it equals. */
  readonly version?: number;
  /** Of a rejected upload: where its `checks.json` is. */
  readonly checksKey?: string;
  /** Time of the outcome. */
  readonly at: string;
  /** Whether the objects that it was made of are tagged for removal. */
  readonly isTagged?: boolean;
}

/** Uploads of one key in the order of its S3 versions, oldest first; the last twenty. */
export interface SourceItem {
  readonly uploads: readonly { readonly upload: string; readonly versionId: string }[];
}

export interface LabelsItem {
  readonly sha256: string;
  readonly key: string;
  readonly rows: number;
  readonly receivedAt: string;
}

/**
 * Keys that have to be forgotten. The item says which list counts; the list is the object `tombstones/<digest>.json`.
 * Lists only grow: an erasure cannot be taken back, because nobody knows the keys any more.
 */
export interface TombstonesItem {
  /** 64 hexadecimal digits, drawn once; hashes of keys are made with it. */
  readonly salt: string;
  /** Of the list; absent while it is empty. */
  readonly digest?: string;
  readonly keys: number;
  /** Of the key column when keys were added last. */
  readonly keyType: ColumnType;
  readonly updatedAt: string;
}
