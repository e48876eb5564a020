/**
 * Domain events on the stage's bus. At least once, in no order: every consumer is idempotent by `id` or by content.
 *
 * | event | emitted by | heard by |
 * |---|---|---|
 * | DatasetVersioned | datasets | retraining; notifications, with warnings |
 * | DatasetUnchanged | datasets | - |
 * | UploadRejected, UploadFailed, UploadExpired, LateFiles | datasets | notifications |
 * | LabelsReceived | datasets | retraining, monitoring |
 * | CodeChanged | governance (register-project, after a deploy) | retraining |
 * | RunRequested | a person (CLI) | retraining |
 * | MonitorRequested | a person (CLI) | monitoring |
 * | RetrainingSwitched | a person (CLI) | retraining |
 * | RunStarted, RunDeferred | retraining | notifications |
 * | EpisodeClosed | retraining | notifications |
 * | RunWaiting | training | notifications |
 * | RunFinished | training | retraining, notifications |
 * | ModelRegistered | registry | registry (record-lineage), notifications |
 * | ApprovalRequested | registry | notifications |
 * | ApprovalRecorded | registry | notifications, rejections only |
 * | ModelPromoted | deployment | registry (record-lineage), notifications |
 * | RolloutFailed | deployment | notifications |
 * | WindowJudged | monitoring | notifications |
 * | DifferenceFound | governance (reconcile) | notifications |
 *
 * All are heard by governance (record-audit).
 */
export const EVENT_SOURCE = 'driftless';

export interface EventDetails {
  DatasetVersioned: {
    project: string;
    version: number;
    digest: string;
    rows: number;
    upload?: string;
    run?: string;
    /** What the checks found that does not refuse it, in plain words; absent for nothing. */
    warnings?: string;
  };
  DatasetUnchanged: { project: string; version: number; digest: string; upload: string };
  /** `reason`: all reasons as one text. */
  UploadRejected: { project: string; upload: string; reasons: string[]; reason: string; checksKey: string };
  /** An error, not a check: nothing was committed, and the objects are still below `incoming/`. */
  UploadFailed: { project: string; upload: string; reason: string };
  /** A folder that nobody committed in time; its objects are removed a day later. */
  UploadExpired: { project: string; upload: string; folder: string; files: number; reason: string };
  /** Objects that came after their folder's commit: they belong to no version. */
  LateFiles: {
    project: string;
    upload: string;
    folder: string;
    files: number;
    examples: string[];
    reason: string;
  };
  LabelsReceived: { project: string; sha256: string; key: string; rows: number };
  CodeChanged: { project: string; settingsDigest: string; codeDigest: string; trainingDigest: string };
  /** `datasetVersion`: trains on it instead of the head. `overrides`: settings of this run alone, by path. */
  RunRequested: {
    project: string;
    requestId: string;
    reason: string;
    by: string;
    datasetVersion?: number;
    overrides?: Readonly<Record<string, string>>;
  };
  /** Without `window`: every complete window that was not judged yet. `force` judges again, the running window too. */
  MonitorRequested: { project: string; requestId: string; window?: string; force?: boolean };
  RunStarted: { project: string; run: string; reason: string; request: string };
  /** `lookAgainAt`: ISO 8601, when only time can free it. `asked`: what the request is about. */
  RunDeferred: {
    project: string;
    request: string;
    guard: string;
    reason: string;
    asked: string;
    lookAgainAt?: string;
  };
  /** Stops runs that nobody asked for in person, or allows them again. */
  RetrainingSwitched: { project: string; paused: boolean; by: string; reason: string; at: string };
  /** What came of an alarm's request. `outcome`: see `lambdas/retraining/episodes.ts`. */
  EpisodeClosed: {
    project: string;
    alarmName: string;
    openedAt: string;
    outcome: string;
    run?: string;
    reason: string;
  };
  /** A step waits for SageMaker's capacity; `until` is ISO 8601. */
  RunWaiting: {
    project: string;
    run: string;
    step: string;
    attempt: number;
    until: string;
    reason: string;
  };
  RunFinished: {
    project: string;
    run: string;
    status: 'Registered' | 'RejectedByGate' | 'Failed';
    reason: string;
  };
  ModelRegistered: {
    project: string;
    run: string;
    modelVersion: number;
    modelPackageArn: string;
    approval: string;
  };
  /** A person has to decide until then. `message`: everything that he needs for it, one line. */
  ApprovalRequested: {
    project: string;
    run: string;
    modelVersion: number;
    modelPackageArn: string;
    until: string;
    message: string;
  };
  /** By policy, by a person in whatever way, or by the sweep when the time was over. */
  ApprovalRecorded: {
    project: string;
    modelVersion: number;
    status: 'Approved' | 'Rejected';
    by: string;
    reason: string;
  };
  ModelPromoted: { project: string; modelVersion: number; endpointName: string; endpointConfigName: string };
  RolloutFailed: { project: string; modelVersion: number; endpointName: string; reason: string };
  WindowJudged: { project: string; modelVersion: number; window: string; verdict: string; reportKey: string };
  DifferenceFound: { project: string; what: string; repaired: boolean };
}
export type EventName = keyof EventDetails;
export const EVENT_NAMES = [
  'DatasetVersioned',
  'DatasetUnchanged',
  'UploadRejected',
  'UploadFailed',
  'UploadExpired',
  'LateFiles',
  'LabelsReceived',
  'CodeChanged',
  'RunRequested',
  'MonitorRequested',
  'RetrainingSwitched',
  'RunStarted',
  'RunDeferred',
  'EpisodeClosed',
  'RunWaiting',
  'RunFinished',
  'ModelRegistered',
  'ApprovalRequested',
  'ApprovalRecorded',
  'ModelPromoted',
  'RolloutFailed',
  'WindowJudged',
  'DifferenceFound',
] as const satisfies readonly EventName[];
