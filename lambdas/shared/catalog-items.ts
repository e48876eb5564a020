/**
 * The catalog's items (DynamoDB, one table a stage, keys `pk` and `sk`). Type and key builders only.
 *
 * Uniqueness is won by a conditional write on one item; no read-then-write decides anything.
 */
import type { ColumnType } from './settings.ts';
import type { Judgement, Verdict } from './verdict.ts';

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

/** Asks for a run. `id` makes it one run however often the event arrives. */
export interface RunRequest {
  readonly id: string;
  readonly kind: 'dataset' | 'code' | 'alarm' | 'schedule' | 'event' | 'manual';
  readonly reason: string;
  /** Reasons of requests that it stands for, oldest first. */
  readonly also?: readonly string[];
  readonly requestedAt: string;
  readonly alarmName?: string;
  /** Version to train on, asked for by a person. @default - the head when the run starts */
  readonly datasetVersion?: number;
  /** Settings of this run alone, by path: see `run-overrides.ts`. @default - as deployed */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** From an alarm to the outcome of the run that answered it. */
export interface Episode {
  readonly alarmName: string;
  readonly openedAt: string;
  readonly reason: string;
  /** The run that answers it. */
  readonly run?: string;
}

export interface ControllerItem {
  /**
   * Present while a run is in progress. Won by a conditional write, released by `finish-run`. The run's name is the
   * fencing token: no two runs are named alike, and a run whose lock another has taken over registers nothing.
   */
  readonly lock?: {
    readonly run: string;
    readonly since: string;
    /** No run can last longer: after it another may take the lock over. */
    readonly leaseUntil?: string;
  };
  /** Set by a person: only a person's requests start runs. */
  readonly paused?: { readonly by: string; readonly reason: string; readonly at: string };
  /** When a person paused or resumed last. ISO 8601. */
  readonly switchedAt?: string;
  /** Requests that met a guard; looked at again when a run ends, labels arrive, or the sweep passes. Newest last. */
  readonly pending: readonly RunRequest[];
  /** Ids of requests that were answered, newest last, at most 100: a duplicate event changes nothing. */
  readonly answered: readonly string[];
  readonly lastRun?: { readonly run: string; readonly startedAt: string; readonly finishedAt?: string };
  readonly runsToday?: { readonly day: string; readonly count: number };
  readonly runsThisMonth?: { readonly month: string; readonly count: number };
  /** Alarms that ask for a better model, until it is known what came of it. */
  readonly episodes?: readonly Episode[];
  /** Runs of alarms in a row that brought no better model; the last of them. */
  readonly losses?: { readonly count: number; readonly run: string };
}

export type RunStatus = 'InProgress' | 'Registered' | 'RejectedByGate' | 'Failed';

export interface RunItem {
  readonly run: string;
  readonly status: RunStatus;
  readonly request: RunRequest;
  readonly executionArn: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly datasetVersion?: number;
  readonly settingsDigest: string;
  readonly codeDigest: string;
  readonly trainingJobName?: string;
  /** The earlier run whose model this one took over, because it was trained on the same. */
  readonly reusedFrom?: string;
  /** SageMaker model made to score the challenger; named here so that a teardown finds it. */
  readonly modelName?: string;
  readonly modelPackageArn?: string;
  readonly modelVersion?: number;
  /** SageMaker's FailureReason or the gate's sentence. */
  readonly failureReason?: string;
  /** When the bus was told of the end: whoever finds it need not tell again. */
  readonly toldAt?: string;
}

/** An artifact that a later run may take over. */
export interface TrainedItem {
  readonly digest: string;
  readonly run: string;
  readonly trainingJobName: string;
  readonly modelDataUrl: string;
  readonly trainedAt: string;
}

/** The last tuning job that ended well. */
export interface TunedItem {
  readonly tuningJobName: string;
  readonly run: string;
}

export interface ModelItem {
  readonly modelVersion: number;
  readonly modelPackageArn: string;
  readonly run: string;
  readonly datasetVersion: number;
  readonly registeredAt: string;
  /** Absent for versions from before it was recorded: the registry alone knows then. */
  readonly approval?: ModelApproval;
}

/** Whether a version may be rolled out, who said so, and why. The registry decides; this is its record. */
export interface ModelApproval {
  readonly status: 'Pending' | 'Approved' | 'Rejected';
  /** ARN of who approved or rejected; for a pending version the handler that asks. */
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  /** Of a pending version: it is rejected by then. ISO 8601. */
  readonly until?: string;
}

export interface ChampionItem {
  readonly modelVersion: number;
  readonly modelPackageArn: string;
  /** SageMaker model that the endpoint serves, reused to score the champion on a challenger's holdout. */
  readonly modelName: string;
  readonly run: string;
  readonly datasetVersion: number;
  readonly datasetDigest: string;
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly promotedAt: string;
}

export interface RolloutItem {
  readonly modelVersion: number;
  readonly executionArn: string;
  readonly since: string;
}

export interface EndpointConfigItem {
  readonly endpointConfigName: string;
  readonly endpointName: string;
  /** SageMaker model behind the configuration; named here so that a teardown finds it. */
  readonly modelName: string;
  readonly modelVersion: number;
  readonly run: string;
  readonly capturePrefix: string;
}

export interface WindowItem {
  readonly modelVersion: number;
  /** `<start>_<end>` as ISO dates-times without punctuation, for example `20260302T000000Z_20260309T000000Z`. */
  readonly window: string;
  readonly verdict: Verdict;
  readonly reportKey: string;
  readonly judgedAt: string;
  readonly rows: number;
  readonly labelledRows: number;
  /** What failed in it, for a person: drifted features by falling index, `prediction`, the quality metric. */
  readonly failed?: readonly string[];
  /** Digests of what it was judged from: a window is judged again when they change. */
  readonly capturesDigest?: string;
  readonly labelsDigest?: string;
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
