/** Payloads of the rollout workflow's steps. Types only. */

/** Input of the state machine. */
export interface RolloutInput {
  readonly project: string;
  readonly modelVersion: number;
  readonly modelPackageArn: string;
  /** `1`, `2` ...: a rollout asked for again gets new names. */
  readonly attempt: number;
}

/** Answer of `prepare-rollout`: whole API requests, so that the workflow only passes them on. */
export interface RolloutPlan {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly modelName: string;
  readonly run: string;
  readonly model: Record<string, unknown>;
  readonly endpointConfig: Record<string, unknown>;
  /** CreateEndpoint or UpdateEndpoint, by `exists`. */
  readonly exists: boolean;
  readonly endpoint: Record<string, unknown>;
  /** S3 key of the rows and scores to replay. */
  readonly smokeTestKey: string;
}

/** Requests of the smoke test are captured like any other; monitors leave out ids that begin with this. */
export const SMOKE_TEST_INFERENCE_ID = 'driftless-smoke-test-';

/** Input of `smoke-test`. */
export interface SmokeTestInput {
  readonly rollout: RolloutInput;
  readonly plan: RolloutPlan;
}

export interface SmokeTestResult {
  readonly passed: boolean;
  readonly reason: string;
  readonly maximumDifference: number;
  readonly rows: number;
}

/** Input of `finish-rollout`, which reads the live configuration back before it says anything. */
export interface FinishRolloutInput {
  readonly rollout: RolloutInput;
  readonly plan?: RolloutPlan;
  readonly smokeTest?: SmokeTestResult;
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

export interface FinishRolloutResult {
  readonly promoted: boolean;
  readonly reason: string;
}
