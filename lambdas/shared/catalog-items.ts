/**
 * The catalog's items (DynamoDB, one table a stage, keys `pk` and `sk`). Type and key builders only.
 *
 * Uniqueness is won by a conditional write on one item; no read-then-write decides anything.
 */
import type { Judgement } from './verdict.ts';

export * from './model-items.ts';
export * from './run-items.ts';
export * from './upload-items.ts';

export const projectPk = (project: string) => `PROJECT#${project}`;
export const SK = {
  project: 'PROJECT',
  head: 'HEAD',
  /** Orders the commits of a project: the next number and the commit under way. */
  commit: 'COMMIT',
  controller: 'CONTROLLER',
  /** Keys whose rows are forgotten: salt and digest of the list. */
  tombstones: 'TOMBSTONES',
  champion: 'CHAMPION',
  rollout: 'ROLLOUT',
  version: (version: number) => `VERSION#${String(version).padStart(8, '0')}`,
  /** Digest to number, so that a digest can win only one number. */
  versionDigest: (digest: string) => `VERSION_DIGEST#${digest}`,
  upload: (upload: string) => `UPLOAD#${upload}`,
  /** The uploads that one key below `incoming/` asked for: a file's own, or a folder's marker. */
  source: (key: string) => `SOURCE#${key}`,
  /** Files of a folder that came after its commit and were reported; the digest is of the set. */
  lateFiles: (digest: string) => `LATE#${digest}`,
  labels: (sha256: string) => `LABELS#${sha256}`,
  run: (run: string) => `RUN#${run}`,
  /** What was trained from a digest of data, code, image and settings. */
  trained: (digest: string) => `TRAINED#${digest}`,
  /** The tuning job that the next one may start from. */
  tuned: 'TUNED',
  model: (modelVersion: number) => `MODEL#${String(modelVersion).padStart(8, '0')}`,
  /** Every endpoint configuration that ever served, so that captures can be attributed. */
  endpointConfig: (name: string) => `ENDPOINT_CONFIG#${name}`,
  window: (modelVersion: number, window: string) =>
    `WINDOW#${String(modelVersion).padStart(8, '0')}#${window}`,
  decision: (at: string, id: string) => `DECISION#${at}#${id}`,
  /** Pins the time under which a decision is listed, so that a retry records it once. */
  decisionId: (id: string) => `DECISION_ID#${id}`,
} as const;
export const SK_PREFIX = {
  version: 'VERSION#',
  labels: 'LABELS#',
  run: 'RUN#',
  model: 'MODEL#',
  endpointConfig: 'ENDPOINT_CONFIG#',
  window: 'WINDOW#',
  decision: 'DECISION#',
  upload: 'UPLOAD#',
} as const;
/** All projects of the stage: pk of the index item that `register-project` writes. */
export const PROJECTS_PK = 'PROJECTS';

export interface ProjectItem {
  readonly project: string;
  readonly dataBucket: string;
  readonly settingsDigest: string;
  readonly codeDigest: string;
  /** SHA-256 over what training depends on: trainer, split, gates and the code digest. */
  readonly trainingDigest: string;
  readonly deployedAt: string;
}

export interface HeadItem {
  readonly version: number;
  readonly digest: string;
}

export interface VersionItem {
  readonly version: number;
  readonly digest: string;
  /** Without dropped and erased rows. */
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
  readonly schemaVersion: number;
  readonly createdAt: string;
  /** What made it: an upload, or a run that added labelled rows. */
  readonly source:
    | { readonly kind: 'upload'; readonly upload: string }
    | { readonly kind: 'labels'; readonly run: string };
  /** SHA-256 of the label files whose records are in this version, cumulative. */
  readonly labelFiles: readonly string[];
}

/**
 * Orders a project's commits. A commit is first announced here by a conditional write, with everything that is needed
 * to finish it; whoever comes next (a retry, another upload, a run, the sweep) finishes it before anything else.
 */
export interface CommitItem {
  /** Highest version number given so far; 0 before the first. */
  readonly lastVersion: number;
  /** Highest number of a schema given so far; absent before the first version. */
  readonly lastSchemaVersion?: number;
  readonly pending?: PendingCommit;
}

export interface PendingCommit {
  /** `new` makes the version; `move` only moves the head to a version that exists. */
  readonly kind: 'new' | 'move';
  readonly item: VersionItem;
  /** Prefix with the version's documents, ending in `/`; copied to `datasets/<version>/`, and never changed meanwhile. */
  readonly stagedPrefix?: string;
  /** The decision to record and, for a version made by an upload, the upload. */
  readonly judgement: Judgement;
  readonly upload?: string;
  readonly run?: string;
}

export interface DecisionItem {
  readonly id: string;
  readonly at: string;
  readonly project: string;
  /** What was decided on: `gate`, `guard`, `approval`, `rollout`, `upload`, `monitor`, `erasure`, `retry`. */
  readonly kind:
    | 'gate'
    | 'guard'
    | 'approval'
    | 'rollout'
    | 'upload'
    | 'monitor'
    | 'reconcile'
    | 'erasure'
    | 'retry';
  /** The run, upload, model version or window. */
  readonly subject: string;
  readonly by: string;
  readonly judgement: Judgement;
}
