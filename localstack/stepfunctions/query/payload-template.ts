/** Payload templates of query language JSONPath: members whose name ends in `.$` are paths or intrinsic calls. */
import { interpreterFailure, RUNTIME } from '../engine/failure.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { applyIntrinsic, isIntrinsic } from './intrinsics.ts';
import { find } from './json-path.ts';
import { type PathStep, parseSteps } from './json-path-parser.ts';

/** What paths start from: `$`, `$$` and `$name`. */
export interface Roots {
  readonly data: Json;
  readonly context: JsonObject;
  readonly variables: JsonObject;
}

const TOKEN =
  /^\s*(?:'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|(true|false|null)|(States\.\w+)\s*\(|(\$[^,)]*))\s*/;

/** Fields whose path's failure is told in the words of AWS's JSONPath library. */
const WHOLE_VALUES = new Set([
  'InputPath',
  'OutputPath',
  'ItemsPath',
  'MaxConcurrencyPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
]);

/** The value of a template, at any depth. @throws StateFailure States.Runtime for a path that finds nothing */
export function evaluateTemplate(template: unknown, roots: Roots): Json {
  if (Array.isArray(template)) return template.map((item) => evaluateTemplate(item, roots));
  if (!isObject(template)) return template as Json;
  const members = Object.entries(template).map(([name, value]): [string, Json] =>
    name.endsWith('.$')
      ? [name.slice(0, -2), evaluatePathField(String(value), name, roots)]
      : [name, evaluateTemplate(value, roots)],
  );
  return Object.fromEntries(members);
}

/** The value of a path or intrinsic call. @param field for messages */
export function evaluatePathField(source: string, field: string, roots: Roots): Json {
  if (!source.startsWith('States.')) return requirePath(source, field, roots);
  try {
    const { value, rest } = readArgument(source, field, roots);
    if (rest.trim() !== '') throw new Error(`unexpected '${rest}'`);
    return value;
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name === 'StateFailure') throw thrown;
    throw interpreterFailure(
      'States.IntrinsicFailure',
      `The function '${source}' had the following error: ${thrown.message}`,
    );
  }
}

/** What the path finds, or undefined. */
export function lookUp(path: string, roots: Roots): Json | undefined {
  const { root, steps } = splitPath(path);
  if (root === '$') return find(roots.data, steps);
  if (root === '$$') return find(roots.context, steps);
  const name = root.slice(1);
  return Object.hasOwn(roots.variables, name) ? find(roots.variables[name] ?? null, steps) : undefined;
}

/** The root and steps of a path. @throws Error when it is none */
export function splitPath(path: string): { root: string; steps: readonly PathStep[] } {
  const match = /^(\$\$|\$[A-Za-z_]\w*|\$)(?=$|[.[])/.exec(path.trim());
  if (!match) throw new Error(`'${path}' is not a JSONPath`);
  const root = match[1] as string;
  return { root, steps: parseSteps(path.trim().slice(root.length)) };
}

function requirePath(path: string, field: string, roots: Roots): Json {
  const found = tryPath(path, roots);
  if (found !== undefined) return found;
  const cause = `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(roots.data)}'`;
  throw interpreterFailure(RUNTIME, WHOLE_VALUES.has(field) ? invalidPath(path, roots) : cause);
}

/** Paths inside of intrinsic calls are looked at here for the first time. */
function tryPath(path: string, roots: Roots): Json | undefined {
  try {
    return lookUp(path, roots);
  } catch (thrown) {
    throw interpreterFailure(RUNTIME, `Invalid path '${path}' : ${(thrown as Error).message}`);
  }
}

/** What AWS's JSONPath library says of a path that finds nothing. */
function invalidPath(path: string, roots: Roots): string {
  const { root, steps } = splitPath(path);
  const from = (count: number) => `${root}${steps.slice(0, count).map(stepText).join('')}`;
  const missing = steps.findIndex((_, index) => lookUp(from(index + 1), roots) === undefined);
  const isLast = missing === steps.length - 1;
  const what = isLast
    ? `No results for path: ${from(steps.length)}`
    : `Missing property in path ${from(missing + 1)}`;
  return `Invalid path '${path}' : ${what}`;
}

function stepText(step: PathStep): string {
  return step.kind === 'member' ? `['${step.name}']` : step.kind === 'index' ? `[${step.index}]` : '[*]';
}

interface Argument {
  readonly value: Json;
  readonly rest: string;
  /** A quoted text as it is written. */
  readonly literal?: string;
}

/** Reads one argument, which may be a nested call. */
function readArgument(text: string, field: string, roots: Roots): Argument {
  const match = TOKEN.exec(text);
  if (!match) throw new Error(`unexpected '${text}'`);
  const [whole, quoted, number, literal, call, path] = match;
  const rest = text.slice(whole.length);
  if (quoted !== undefined) return { value: quoted.replace(/\\(.)/g, '$1'), rest, literal: quoted };
  if (number !== undefined) return { value: Number(number), rest };
  if (literal !== undefined) return { value: JSON.parse(literal) as Json, rest };
  if (path !== undefined) return { value: requirePath(path.trim(), field, roots), rest };
  if (call === undefined || !isIntrinsic(call)) throw new Error(`unknown intrinsic function '${call}'`);
  return readCall(call, rest, field, roots);
}

function readCall(name: string, text: string, field: string, roots: Roots): Argument {
  const args: Json[] = [];
  let rest = text;
  while (!rest.startsWith(')')) {
    if (args.length > 0) {
      if (!rest.startsWith(',')) throw new Error(`expected ',' before '${rest}'`);
      rest = rest.slice(1);
    }
    const argument = readArgument(rest, field, roots);
    args.push(name === 'States.Format' && args.length === 0 ? templateOf(argument) : argument.value);
    rest = argument.rest;
  }
  return { value: applyIntrinsic(name, args), rest: rest.slice(1).trimStart() };
}

/** A template keeps its escapes, of which one that a path finds has none. */
function templateOf({ value, literal }: Argument): Json {
  return literal ?? (typeof value === 'string' ? value.replaceAll('\\', '\\\\') : value);
}
