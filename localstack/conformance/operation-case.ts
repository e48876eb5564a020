/**
 * What the local cloud claims of an AWS operation: how it answers, how it refuses, and who says so.
 * An operation counts as covered when a case here holds all three.
 */
import type { RunningCloud } from '../testing/start-cloud.ts';

/** An error exactly as a client of AWS sees it. */
export interface AwsRefusal {
  /** The SDK's `error.name`: the code or the modelled exception's name. */
  readonly name: string;
  /** The whole message, to the letter. */
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
}

/** What a case works with: SDK v3 clients with default settings against a cloud that all cases of a file share. */
export interface CaseContext<Client> {
  readonly client: Client;
  readonly running: RunningCloud;
}

/** One operation: called with success, called in vain, and the page that says how AWS answers. */
export interface OperationCase<Client> {
  /** AWS's documentation or recorded AWS behaviour of the answer; never our own output. */
  readonly source: string;
  /** Calls it and asserts at least one field of the answer. Makes what it needs, under names of its own. */
  readonly answers: (context: CaseContext<Client>) => Promise<void>;
  /** A call that AWS refuses. */
  readonly refuses: (context: CaseContext<Client>) => Promise<unknown>;
  /** How AWS refuses it. */
  readonly refusal: AwsRefusal;
  /** Where the refusal's text is from, when `source` does not have it. */
  readonly refusalSource?: string;
}

/** The cases of one service (or a part of it), by operation. */
export interface ServiceCases<Client> {
  /** Signing name, as in the call log: `s3`, `states`, `monitoring`, ... */
  readonly service: string;
  /** Folders of `localstack/` that the cloud loads for them. */
  readonly folders: readonly string[];
  readonly makeClient: (running: RunningCloud) => Client;
  readonly operations: Readonly<Record<string, OperationCase<Client>>>;
}

/** Keeps the client's type for the cases, and gives the table as it is. */
export function serviceCases<Client>(cases: ServiceCases<Client>): ServiceCases<Client> {
  return cases;
}
