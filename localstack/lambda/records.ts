/** What the service keeps about functions, layers, mappings and queued events. */
import type {
  AliasRoutingConfiguration,
  Architecture,
  DestinationConfig,
  LoggingConfig,
  Runtime,
} from '@aws-sdk/client-lambda';

export const LATEST = '$LATEST';

/** One version's code and configuration; `$LATEST`'s is replaced as a whole when it changes. */
export interface FunctionVersion {
  readonly version: string;
  readonly runtime: Runtime;
  readonly role: string;
  readonly handler: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly ephemeralStorageMb: number;
  /** SHA-256 of the zip in base64, as the API shows it. */
  readonly codeSha256: string;
  readonly codeBytes: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly layers: readonly { readonly arn: string; readonly codeBytes: number }[];
  readonly logging: LoggingConfig;
  readonly deadLetterArn?: string;
  /** Customer managed key of the variables; empty means AWS's own. */
  readonly environmentKeyArn?: string;
  readonly architectures: readonly Architecture[];
  readonly lastModified: string;
  readonly revisionId: string;
}

export interface AliasRecord {
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  readonly routing?: AliasRoutingConfiguration;
  readonly revisionId: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: string | Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How the events of asynchronous invocations are handled; absent members mean AWS's defaults. */
export interface EventInvokeRecord {
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  readonly destinations?: DestinationConfig;
  readonly lastModified: Date;
}

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly latest: FunctionVersion;
  readonly versions: Readonly<Record<string, FunctionVersion>>;
  /** Number of the version published next. */
  readonly nextVersion: number;
  readonly aliases: Readonly<Record<string, AliasRecord>>;
  /** By qualifier; the unqualified function's is under `$LATEST`. */
  readonly policies: Readonly<Record<string, readonly PolicyStatement[]>>;
  readonly policyRevisionId: string;
  /** By qualifier. */
  readonly eventInvoke: Readonly<Record<string, EventInvokeRecord>>;
  readonly reservedConcurrency?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LayerVersionRecord {
  readonly version: number;
  readonly arn: string;
  readonly description: string;
  readonly codeSha256: string;
  readonly codeBytes: number;
  readonly createdDate: string;
  readonly compatibleRuntimes: readonly Runtime[];
  readonly compatibleArchitectures: readonly Architecture[];
  readonly licenseInfo?: string;
}

export interface LayerRecord {
  readonly name: string;
  readonly arn: string;
  readonly nextVersion: number;
  readonly versions: Readonly<Record<string, LayerVersionRecord>>;
}

export interface MappingRecord {
  readonly uuid: string;
  readonly arn: string;
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly enabled: boolean;
  readonly reportsBatchItemFailures: boolean;
  readonly maximumConcurrency?: number;
  /** Patterns of which a message has to match one; empty for all messages. */
  readonly filters: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly lastModified: Date;
}

/** An accepted asynchronous invocation that is not settled yet. */
export interface QueuedEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly qualifier?: string;
  /** JSON text. */
  readonly payload: string;
  readonly receivedAtEpochMs: number;
  /** Invocations that ran and failed so far; those that were throttled do not count. */
  readonly attempts: number;
  readonly throttles: number;
  readonly nextAtEpochMs: number;
}
