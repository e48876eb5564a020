/** The Amazon States Language, as parsed: validation has made sure of the types given here. */
import type { Json, JsonObject } from '../json.ts';

/** What the fields of a state are written in. */
export type QueryLanguage = 'JSONata' | 'JSONPath';
/** The types of states. */
export type StateType = 'Task' | 'Pass' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';

/** A state machine, a branch, or an item processor. */
export interface StateContainer {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** A whole state machine. */
export interface Definition extends StateContainer {
  readonly Comment?: string;
  readonly Version?: string;
  /** Seconds after which the execution ends TIMED_OUT. */
  readonly TimeoutSeconds?: number;
  readonly QueryLanguage?: QueryLanguage;
}

/** One entry of `Retry`; intervals in seconds. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** One entry of `Catch`. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  readonly ResultPath?: string | null;
}

/** One entry of `Choices`, or a part of one. */
export interface ChoiceRule {
  readonly Next?: string;
  /** JSONata: boolean or an expression of one. */
  readonly Condition?: boolean | string;
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  /** JSONPath: `Variable` with one comparison, or `And`, `Or`, `Not`. */
  readonly [comparison: string]: Json | undefined;
}

/** The states that a Map runs for each item. */
export interface ItemProcessor extends StateContainer {
  readonly ProcessorConfig?: {
    readonly Mode?: 'INLINE' | 'DISTRIBUTED';
    readonly ExecutionType?: 'STANDARD' | 'EXPRESS';
  };
}

/** Where a distributed Map reads its items. */
export interface ItemReader {
  readonly Resource: string;
  readonly Parameters?: JsonObject;
  readonly Arguments?: Json;
  readonly ReaderConfig?: JsonObject;
}

/** How a distributed Map groups its items. */
export interface ItemBatcher {
  readonly BatchInput?: JsonObject;
  readonly MaxItemsPerBatch?: number | string;
  readonly MaxItemsPerBatchPath?: string;
  readonly MaxInputBytesPerBatch?: number | string;
  readonly MaxInputBytesPerBatchPath?: string;
}

/** Where and how a distributed Map writes its results. */
export interface ResultWriter {
  readonly Resource?: string;
  readonly Parameters?: JsonObject;
  readonly Arguments?: Json;
  readonly WriterConfig?: {
    readonly Transformation?: 'NONE' | 'COMPACT' | 'FLATTEN';
    readonly OutputType?: 'JSON' | 'JSONL';
  };
}

/** Whether each item has an execution of its own. */
export function isDistributed(processor: ItemProcessor | undefined): boolean {
  return processor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
}

/** Fields of every state type; those of JSONata and JSONPath exclude each other. */
export interface State {
  readonly Type: StateType;
  readonly Comment?: string;
  readonly QueryLanguage?: QueryLanguage;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Assign?: JsonObject;
  // JSONata
  readonly Arguments?: Json;
  readonly Output?: Json;
  readonly Items?: Json;
  // JSONPath
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
  readonly Parameters?: JsonObject;
  readonly ResultSelector?: JsonObject;
  readonly ResultPath?: string | null;
  readonly Result?: Json;
  readonly ItemsPath?: string;
  // Task
  readonly Resource?: string;
  readonly TimeoutSeconds?: number | string;
  readonly TimeoutSecondsPath?: string;
  readonly HeartbeatSeconds?: number | string;
  readonly HeartbeatSecondsPath?: string;
  // Choice
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  // Wait
  readonly Seconds?: number | string;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
  // Fail
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
  // Parallel
  readonly Branches?: readonly StateContainer[];
  // Map
  readonly ItemProcessor?: ItemProcessor;
  readonly Iterator?: ItemProcessor;
  readonly ItemSelector?: JsonObject;
  readonly MaxConcurrency?: number | string;
  readonly MaxConcurrencyPath?: string;
  readonly ItemReader?: ItemReader;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
  readonly Label?: string;
  readonly ToleratedFailureCount?: number | string;
  readonly ToleratedFailureCountPath?: string;
  readonly ToleratedFailurePercentage?: number | string;
  readonly ToleratedFailurePercentagePath?: string;
}
