/** What a service can ask of the cloud that it is part of. */
import type { Clock } from './clock.ts';
import type { Collection } from './collection.ts';
import type { Faults } from './faults.ts';
import type { Principal } from './principal.ts';
import type { AccessRequest, Call } from './service.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface Cloud {
  readonly account: string;
  readonly region: string;
  /** `http://127.0.0.1:PORT`, for processes that this cloud starts. */
  readonly endpoint: string;
  readonly clock: Clock;
  /** Faults that were asked for. Whoever delivers to a target does it through `faults.deliver`. */
  readonly faults: Faults;
  /** Folder of a service below the data directory; made on first use. */
  directory(service: string): string;
  /** Named durable map of a service: written through to disk before `put` returns. */
  collection<T>(service: string, name: string): Collection<T>;
  /**
   * Makes an API call inside the process, as `principal`: authorised, logged and executed like one from outside.
   * @throws AwsError as the operation or the authorisation throws it.
   */
  call<Output = Record<string, unknown>>(
    service: string,
    operation: string,
    input: object,
    principal: Principal,
    options?: { readonly viaService?: string },
  ): Promise<Output>;
  /** Checks and logs permissions that no API call stands for (a resource's role, KMS use behind another service). @throws AwsError AccessDenied */
  authorize(requests: readonly AccessRequest[], principal: Principal, call?: Call): void;
  /** The role's session if its trust policy lets `servicePrincipal` assume it. @throws AwsError AccessDenied */
  assumeRole(roleArn: string, servicePrincipal: string, sessionName: string, sourceArn?: string): Principal;
  /** Keys with which a process that this cloud starts signs as `principal`. */
  credentialsFor(principal: Principal): Credentials;
  /** A service acting for itself, allowed by resource policies only. */
  servicePrincipal(service: string, sourceArn?: string): Principal;
  /** The account's root, for the cloud's own housekeeping; never for a call that AWS would make under a role. */
  readonly root: Principal;
  /** Puts an event of an AWS service on the default bus (`aws.s3`, `aws.sagemaker`, `aws.cloudwatch`, `aws.states`). */
  emit(event: AwsEvent): void;
  /** Runs work in the background: counted as busy until it settles; a rejection is printed loudly. */
  background(label: string, work: () => Promise<void>): void;
}

/** An event on the default bus; `time` and `id` are set by the bus. */
export interface AwsEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: object;
}
