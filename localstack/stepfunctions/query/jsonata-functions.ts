/** The functions that Step Functions adds to JSONata, and the one that it takes away. */
import { createHash, randomUUID } from 'node:crypto';

const HASH_ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
/** AWS refuses a `$range` of more elements than this. */
const LONGEST_RANGE = 360_145;

/** By name, as `jsonata` binds them; an `undefined` result fails the field that holds the expression. */
export const AWS_FUNCTIONS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  partition,
  range,
  hash,
  random,
  parse,
  uuid: () => randomUUID(),
  eval: () => {
    throw Object.assign(new Error('Attempted to invoke a non-function'), { code: 'T1006' });
  },
};

function partition(array: unknown, chunkSize: number | undefined): unknown[][] | undefined {
  if (array === undefined || chunkSize === undefined) return undefined;
  const items = Array.isArray(array) ? array : [array];
  const size = Math.trunc(chunkSize);
  if (size <= 0 || items.length === 0) return undefined;
  const chunks: unknown[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

function range(first?: number, last?: number, step?: number): number | number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const [from, to, by] = [Math.trunc(first), Math.trunc(last), Math.trunc(step)];
  if (by === 0) return undefined;
  const length = Math.floor((to - from) / by) + 1;
  if (length <= 0) return undefined;
  if (length > LONGEST_RANGE) throw new Error('Expression evaluation memory limit exceeded');
  // a range of one is the number itself, as a sequence of one is
  return length === 1 ? from : Array.from({ length }, (_, index) => from + index * by);
}

function hash(text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = HASH_ALGORITHMS[algorithm];
  if (!name) {
    throw new Error(`$hash: algorithm '${algorithm}' is none of ${Object.keys(HASH_ALGORITHMS).join(', ')}`);
  }
  return createHash(name).update(text, 'utf8').digest('hex');
}

function parse(text?: string): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

/** In [0, 1); the same seed gives the same number. */
function random(seed?: number): number {
  return seed === undefined ? Math.random() : seededRandom(Math.trunc(seed));
}

const RANDOM_MASK = (1n << 48n) - 1n;
const RANDOM_MULTIPLIER = 0x5deece66dn;

/**
 * In [0, 1), by a whole number. AWS does not say which generator it seeds; this is the 48-bit linear congruential one
 * of java.util.Random.
 */
export function seededRandom(seed: number): number {
  let state = (BigInt(seed) ^ RANDOM_MULTIPLIER) & RANDOM_MASK;
  const next = (bits: bigint) => {
    state = (state * RANDOM_MULTIPLIER + 0xbn) & RANDOM_MASK;
    return state >> (48n - bits);
  };
  const high = next(26n);
  return Number((high << 27n) + next(27n)) / 2 ** 53;
}
