/** Items of the catalog about model versions: approval, rollout, endpoint, judged windows. Types only. */
import type { Verdict } from './verdict.ts';

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
  /** Of the labels that were looked at, and of those that it was judged with. */
  readonly labelsDigest?: string;
  readonly judgedLabelsDigest?: string;
  /** How far the labels had come when it was judged: see `labelStep`. */
  readonly labelStep?: number;
  /** Of the feature that drifted most, and of the prediction. */
  readonly worstPsi?: number;
  readonly predictionPsi?: number;
  /** Realized value of the project's quality metric, when there were labels enough. */
  readonly quality?: number;
  readonly driftVerdict?: Verdict;
  readonly dataQualityVerdict?: Verdict;
}
