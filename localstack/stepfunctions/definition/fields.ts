/** Which fields each state type takes, by query language. */
import type { QueryLanguage, StateType } from './asl.ts';

interface FieldTable {
  readonly both: readonly string[];
  readonly JSONata: readonly string[];
  readonly JSONPath: readonly string[];
}

const EVERY = ['Type', 'Comment', 'QueryLanguage'];
const TRANSITION = ['Next', 'End'];
const ERROR_HANDLING = ['Retry', 'Catch'];
const PATHS = ['InputPath', 'OutputPath'];
const RESULT = ['ResultPath', 'ResultSelector'];

/** By state type. */
export const STATE_FIELDS: Readonly<Record<StateType, FieldTable>> = {
  Task: {
    both: [...TRANSITION, ...ERROR_HANDLING, 'Assign', 'Resource', 'TimeoutSeconds', 'HeartbeatSeconds'],
    JSONata: ['Arguments', 'Output'],
    JSONPath: [...PATHS, ...RESULT, 'Parameters', 'TimeoutSecondsPath', 'HeartbeatSecondsPath'],
  },
  Pass: {
    both: [...TRANSITION, 'Assign'],
    JSONata: ['Output'],
    JSONPath: [...PATHS, 'ResultPath', 'Parameters', 'Result'],
  },
  Choice: { both: ['Choices', 'Default', 'Assign'], JSONata: ['Output'], JSONPath: PATHS },
  Wait: {
    both: [...TRANSITION, 'Assign', 'Seconds', 'Timestamp'],
    JSONata: ['Output'],
    JSONPath: [...PATHS, 'SecondsPath', 'TimestampPath'],
  },
  Succeed: { both: [], JSONata: ['Output'], JSONPath: PATHS },
  Fail: { both: ['Error', 'Cause'], JSONata: [], JSONPath: ['ErrorPath', 'CausePath'] },
  Parallel: {
    both: [...TRANSITION, ...ERROR_HANDLING, 'Assign', 'Branches'],
    JSONata: ['Arguments', 'Output'],
    JSONPath: [...PATHS, ...RESULT, 'Parameters'],
  },
  Map: {
    both: [
      ...TRANSITION,
      ...ERROR_HANDLING,
      'Assign',
      'ItemProcessor',
      'Iterator',
      'ItemSelector',
      'MaxConcurrency',
      'ItemReader',
      'ItemBatcher',
      'ResultWriter',
      'Label',
      'ToleratedFailureCount',
      'ToleratedFailurePercentage',
    ],
    JSONata: ['Items', 'Output'],
    JSONPath: [
      ...PATHS,
      ...RESULT,
      'Parameters',
      'ItemsPath',
      'MaxConcurrencyPath',
      'ToleratedFailureCountPath',
      'ToleratedFailurePercentagePath',
    ],
  },
};

/** Fields that only distributed Map states have. */
export const DISTRIBUTED_FIELDS = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
];
/** Paths to options of Map states. */
export const MAP_PATH_FIELDS = [
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
];
/** Fields of `ItemBatcher`. */
export const BATCHER_FIELDS = [
  'BatchInput',
  'MaxItemsPerBatch',
  'MaxItemsPerBatchPath',
  'MaxInputBytesPerBatch',
  'MaxInputBytesPerBatchPath',
];
/** Fields of `ReaderConfig`. */
export const READER_CONFIG_FIELDS = [
  'InputType',
  'CSVDelimiter',
  'CSVHeaderLocation',
  'CSVHeaders',
  'ItemsPointer',
  'ManifestType',
  'MaxItems',
  'MaxItemsPath',
  'Transformation',
];
/** Fields of `WriterConfig`. */
export const WRITER_CONFIG_FIELDS = ['Transformation', 'OutputType'];
/** Where in S3 readers and writers work. */
export const S3_FIELDS = ['Bucket', 'Key', 'Prefix', 'VersionId', 'ExpectedBucketOwner'];
/** Fields of `ProcessorConfig`. */
export const PROCESSOR_CONFIG_FIELDS = ['Mode', 'ExecutionType'];

/** Fields that AWS takes and this cloud does not. */
export const MISSING_FIELDS: Readonly<Partial<Record<StateType, readonly string[]>>> = {
  Task: ['Credentials'],
};

/** Fields of every state type. */
export function fieldsOf(type: StateType, language: QueryLanguage): readonly string[] {
  const table = STATE_FIELDS[type];
  return [...EVERY, ...table.both, ...table[language]];
}

/** Fields of a state machine. */
export const MACHINE_FIELDS = ['Comment', 'StartAt', 'States', 'Version', 'TimeoutSeconds', 'QueryLanguage'];
/** Fields of a Parallel's branch. */
export const BRANCH_FIELDS = ['Comment', 'StartAt', 'States'];
/** Fields of a Map's item processor. */
export const PROCESSOR_FIELDS = [...BRANCH_FIELDS, 'ProcessorConfig'];
/** Fields of a retrier. */
export const RETRIER_FIELDS = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'JitterStrategy',
  'Comment',
];
/** Fields of a catcher, by query language. */
export const CATCHER_FIELDS: Readonly<Record<QueryLanguage, readonly string[]>> = {
  JSONata: ['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment'],
  JSONPath: ['ErrorEquals', 'Next', 'Assign', 'ResultPath', 'Comment'],
};
/** Fields of a choice rule in JSONata. */
export const RULE_FIELDS: readonly string[] = ['Condition', 'Next', 'Assign', 'Output', 'Comment'];
