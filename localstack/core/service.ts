/**
 * The contract between the local cloud and a service folder.
 *
 * A service is a table of operations from the SDK's own input type to the SDK's own output type
 * (`PutRuleCommandInput` -> `PutRuleCommandOutput` without `$metadata`). The protocol layer parses requests and
 * writes answers by the SDK's schemas, so no service sees a wire format.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { AwsEvent } from './cloud.ts';
import type { Principal } from './principal.ts';

/** One API call being served. */
export interface Call {
  readonly principal: Principal;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  /** Time of the call on the cloud's clock. */
  readonly now: Date;
  /** Host of the AWS service that makes this call on the principal's behalf, for example `ssm.us-east-1.amazonaws.com`. */
  readonly viaService?: string;
  /** Absent for calls that a service makes on somebody's behalf inside the process. */
  readonly http?: {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly headers: IncomingHttpHeaders;
    readonly sourceIp: string;
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a table of operations with different inputs has no narrower common type
export type Operation<Input = any, Output = unknown> = (input: Input, call: Call) => Promise<Output> | Output;

/** One permission that a call needs; all of a call's requests must be allowed. */
export interface AccessRequest {
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** ARN of the resource, or `*` where the action has no resource type. */
  readonly resource: string;
  /** Condition keys of this request beyond the global ones, for example `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Policy document (JSON) attached to the resource, when it has one: bucket, key, queue, topic, bus, function. */
  readonly resourcePolicy?: string;
}

export interface Service {
  /** SigV4 signing name, which is also the name in `AWS_ENDPOINT_URL` routing: `s3`, `states`, `events`, `monitoring`. */
  readonly name: string;
  /** Keyed by API operation name, for example `PutRule`. What is not here is refused by name. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** The permissions that this call needs. Pure lookup; runs before the operation. */
  authorize(operation: string, input: never, call: Call): readonly AccessRequest[];
  /** EventBridge only: puts an event of an AWS service on the default bus; returns before it is delivered. */
  publishServiceEvent?(event: AwsEvent): void;
  /**
   * Answers an order of the control API under `/_cloud/SERVICE/`: what no AWS API can bring about, such as a quota or the
   * loss of an instance. @param name what follows that path. @returns undefined when there is no such order
   */
  control?(name: string, order: Readonly<Record<string, unknown>>): unknown;
  /** Loads state, starts timers and processes. */
  start?(): Promise<void>;
  /** Ends processes and timers that this service started. */
  stop?(): Promise<void>;
}
