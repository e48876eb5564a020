/** What Step Functions keeps: state machines with their revisions, executions, and where a running one stands. */
import type { EncryptionConfiguration, LoggingConfiguration } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from './json.ts';
import type { MapChild } from './map-run-model.ts';

/** A state machine, in its newest revision. */
export interface StateMachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** JSON text, as it was given. */
  readonly definition: string;
  readonly revisionId: string;
  /** Not updated since it was created. */
  readonly isInitialRevision: boolean;
  readonly creationDate: Date;
  readonly updateDate: Date;
  readonly loggingConfiguration: LoggingConfiguration;
  readonly tracingEnabled: boolean;
  readonly encryptionConfiguration: EncryptionConfiguration | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a running execution keeps of its state machine, which may be updated meanwhile. */
export type MachineRevision = Pick<
  StateMachineRecord,
  | 'arn'
  | 'name'
  | 'roleArn'
  | 'definition'
  | 'revisionId'
  | 'isInitialRevision'
  | 'updateDate'
  | 'loggingConfiguration'
> & {
  readonly encryptionConfiguration: EncryptionConfiguration | undefined;
  readonly tracingEnabled: boolean;
};

/** Where an execution stands, as the API says it. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution, running or ended. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  /** Key of the revision that it runs. */
  readonly revisionKey: string;
  readonly status: ExecutionStatus;
  readonly startDate: Date;
  readonly stopDate?: Date;
  /** JSON text, as it was given. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly traceHeader?: string;
  /** How often it was redriven; absent for never. */
  readonly redriveCount?: number;
  readonly redriveDate?: Date;
  /** When each client token of a redrive was first used. */
  readonly redriveTokens?: Readonly<Record<string, Date>>;
  /** Events of its history, once it has ended. */
  readonly eventCount?: number;
  /** Set for child executions of a distributed Map state. */
  readonly child?: MapChild;
}

/** The state of the outermost level that a running execution is in. */
export interface Checkpoint {
  readonly stateName: string;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredEventId: number;
  readonly enteredAtMs: number;
  /** Last event of the execution's history when this was written. */
  readonly lastEventId: number;
  /** Wait states: epoch milliseconds of its end. */
  readonly wakeAtMs?: number;
}

/** Where a line of states stands: enough to go on from its state when the execution is redriven. */
export interface Place {
  readonly stateName: string;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredEventId: number;
  readonly enteredAtMs: number;
  /** Branches of the Parallel, iterations of the Map that it is in; null for those that have not begun. */
  inner?: readonly (InnerPlace | null)[];
  /** Map Run of the distributed Map that it is in. */
  mapRunArn?: string;
}

/** A branch or iteration: what it gave, or where it stands. */
export type InnerPlace = { readonly done: Json } | { readonly at: Place };

/** Key of a state machine's revision. */
export function revisionKey(machine: { readonly arn: string; readonly revisionId: string }): string {
  return `${machine.arn}#${machine.revisionId}`;
}
