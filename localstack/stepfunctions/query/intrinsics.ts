/** The intrinsic functions of query language JSONPath: `States.Format('{}', $.name)` and its kin. */
import { createHash, randomUUID } from 'node:crypto';
import { isObject, type Json, sameJson } from '../json.ts';
import { seededRandom } from './jsonata-functions.ts';

type Intrinsic = (...args: Json[]) => Json;

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'States.Array': (...items) => items,
  'States.ArrayPartition': (array, size) => chunks(asArray(array), Math.trunc(asNumber(size))),
  'States.ArrayContains': (array, wanted) => asArray(array).some((item) => sameJson(item, wanted ?? null)),
  'States.ArrayRange': (first, last, step) => range(asNumber(first), asNumber(last), asNumber(step)),
  'States.ArrayGetItem': (array, index) => present(asArray(array)[asNumber(index)]),
  'States.ArrayLength': (array) => asArray(array).length,
  'States.ArrayUnique': (array) => unique(asArray(array)),
  'States.Base64Encode': (text) => Buffer.from(asText(text)).toString('base64'),
  'States.Base64Decode': (text) => Buffer.from(asText(text), 'base64').toString(),
  'States.Hash': (value, algorithm) => hash(value ?? null, asText(algorithm)),
  'States.JsonMerge': (left, right, deep) => merge(left, right, deep),
  'States.StringToJson': (text) => (asText(text).trim() === '' ? null : (JSON.parse(asText(text)) as Json)),
  'States.JsonToString': (value) => JSON.stringify(value),
  'States.MathRandom': (from, to, seed) => random(rounded(from), rounded(to), seed),
  'States.MathAdd': (left, right) => rounded(left) + rounded(right),
  'States.StringSplit': (text, separators) => split(asText(text), asText(separators)),
  'States.UUID': () => randomUUID(),
  'States.Format': (template, ...values) => format(asText(template), values),
};

/** Whether the name is an intrinsic function's. */
export function isIntrinsic(name: string): boolean {
  return Object.hasOwn(INTRINSICS, name);
}

/** Applies an intrinsic function. @throws Error for arguments that it does not take */
export function applyIntrinsic(name: string, args: readonly Json[]): Json {
  const intrinsic = INTRINSICS[name];
  if (!intrinsic) throw new Error(`unknown intrinsic function '${name}'`);
  return intrinsic(...args);
}

/** @param template with its escapes, so that `\\{` is no place for a value */
function format(template: string, values: readonly Json[]): string {
  let used = 0;
  const text = template.replace(/\\(.)|\{\}/g, (_token, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (used >= values.length) throw new Error('fewer arguments than {} in the template');
    const value = values[used] ?? null;
    used += 1;
    return shown(value);
  });
  if (used < values.length) throw new Error('more arguments than {} in the template');
  return text;
}

/** A value inside of a text, as Java writes it. */
function shown(value: Json): string {
  if (Array.isArray(value)) return `[${(value as Json[]).map(shown).join(', ')}]`;
  if (!isObject(value)) return String(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}=${shown(member)}`)
    .join(', ')}}`;
}

/** Halves are rounded up; there is no negative zero. */
function rounded(value: Json | undefined): number {
  return Math.round(asNumber(value)) + 0;
}

/** From the first to before the last; the same seed gives the same number. */
function random(from: number, to: number, seed: Json | undefined): number {
  if (to <= from) throw new Error('the end must be greater than the start');
  const part = seed === undefined ? Math.random() : seededRandom(rounded(seed));
  return from + Math.floor(part * (to - from));
}

function chunks(items: readonly Json[], size: number): Json[] {
  if (size <= 0) throw new Error('the chunk size must be greater than zero');
  const made: Json[] = [];
  for (let start = 0; start < items.length; start += size) made.push(items.slice(start, start + size));
  return made;
}

function range(first: number, last: number, step: number): Json {
  if (step === 0) throw new Error('the step must not be zero');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > 1000) throw new Error('a range has at most 1000 elements');
  return Array.from({ length }, (_, index) => first + index * step);
}

function hash(value: Json, algorithm: string): string {
  const name = Object.hasOwn(HASHES, algorithm) ? HASHES[algorithm] : undefined;
  if (!name) throw new Error(`algorithm '${algorithm}' is none of ${Object.keys(HASHES).join(', ')}`);
  return createHash(name)
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex');
}

function merge(left: Json | undefined, right: Json | undefined, deep: Json | undefined): Json {
  if (deep !== false) throw new Error('States.JsonMerge supports only shallow merging (false)');
  if (!isObject(left) || !isObject(right)) throw new Error('States.JsonMerge takes two objects');
  return { ...left, ...right };
}

/** Splits at any one of the separators' characters; empty parts are dropped, as AWS drops them. */
function split(text: string, separators: string): string[] {
  const parts: string[] = [''];
  for (const character of text) {
    if (separators.includes(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part !== '');
}

function unique(items: readonly Json[]): Json[] {
  return items.filter((item, index) => items.findIndex((other) => sameJson(other, item)) === index);
}

function asArray(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new Error('expected an array');
  return value;
}

function asNumber(value: Json | undefined): number {
  if (typeof value !== 'number') throw new Error('expected a number');
  return value;
}

function asText(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error('expected a string');
  return value;
}

function present(value: Json | undefined): Json {
  if (value === undefined) throw new Error('no item at that index');
  return value;
}
