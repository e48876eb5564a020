/**
 * AWS's words for a JSON value of the wrong type. Its services are of three generations, which say it differently.
 * Recorded from AWS by the tests of dynalite (DynamoDB), kinesalite and LocalStack (JSON 1.1), and in reports (REST).
 */

/** What a member was to be and what came instead. */
export interface Mismatch {
  /** `string`, `number`, `integer`, `boolean`, `list`, `structure`, `map`, `timestamp` or `blob`. */
  readonly expected: string;
  readonly got: unknown;
}

/** `dynamodb`, `json` for other services with `X-Amz-Target`, `rest` for REST JSON. */
export type JsonGeneration = 'dynamodb' | 'json' | 'rest';

const JAVA_TYPES: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Double',
  integer: 'Integer',
  boolean: 'Boolean',
  timestamp: 'Date',
  blob: 'Blob',
};
const JAVA_CLASSES: Readonly<Record<string, string>> = {
  string: 'java.lang.String',
  number: 'com.amazon.coral.value.json.numbers.TruncatingBigNumber',
  boolean: 'java.lang.Boolean',
};

/** The message of the `SerializationException`. */
export function mismatchMessage({ expected, got }: Mismatch, generation: JsonGeneration): string {
  if (Array.isArray(got)) return 'Start of list found where not expected';
  if (typeof got === 'object' && got !== null) {
    return `Start of structure or map found where not expected${generation === 'dynamodb' ? '' : '.'}`;
  }
  const target = JAVA_TYPES[expected];
  if (target === undefined) return collectionMessage(expected, got, generation);
  if (generation === 'dynamodb') return `${token(got)} cannot be converted to ${target}`;
  if (generation === 'rest') {
    return `${token(got)} can not be converted to ${/^[AEIOU]/.test(target) ? 'an' : 'a'} ${target}`;
  }
  return `class ${JAVA_CLASSES[typeof got] ?? 'java.lang.Object'} can not be converted to an ${target}`;
}

function collectionMessage(expected: string, got: unknown, generation: JsonGeneration): string {
  if (generation === 'dynamodb') {
    return expected === 'list'
      ? `Unrecognized collection type ${JAVA_CLASSES[typeof got] ?? 'java.lang.Object'}`
      : 'Unexpected field type';
  }
  if (expected === 'list') return 'Expected list or null';
  return expected === 'map' ? 'Expected map or null' : 'Expected null';
}

/** The JSON token of a scalar as AWS's parser names it. */
function token(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  return 'STRING_VALUE';
}
