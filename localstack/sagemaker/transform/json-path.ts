/** The JSONPath of transform jobs' filters: a subset that AWS lists. @see https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html#data-processing-operators */
import { validationError } from '../constraints.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

type Step =
  | { readonly kind: 'members'; readonly members: readonly (string | number)[] }
  | { readonly kind: 'slice'; readonly from: number; readonly to: number | undefined }
  | { readonly kind: 'all' };

const LONGEST_PATH = 63;
const NAME = /^\.([A-Za-z_][\w-]*)/;
const ALL = /^(?:\.\*|\[\*\])/;
const SLICE = /^\[(-?\d+)?:(-?\d+)?\]/;
const INDICES = /^\[(-?\d+(?:\s*,\s*-?\d+)*)\]/;
const NAMES = /^\[('[^']*'(?:\s*,\s*'[^']*')*)\]/;

/** A filter as a function of a record; undefined where the record has nothing there. @throws AwsError ValidationException */
export function compileFilter(path: string, member: string): (record: Json) => Json | undefined {
  const steps = parse(path);
  if (steps === undefined || path.length > LONGEST_PATH) {
    throw validationError(`Invalid JSONPath "${path}" in ${member}.`);
  }
  return (record) => steps.reduce<Json | undefined>((value, step) => take(value, step), record);
}

function parse(path: string): Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const found = nextStep(rest);
    if (!found) return undefined;
    steps.push(found.step);
    rest = rest.slice(found.length);
  }
  return steps;
}

function nextStep(rest: string): { step: Step; length: number } | undefined {
  let match = ALL.exec(rest);
  if (match) return { step: { kind: 'all' }, length: match[0].length };
  match = NAME.exec(rest);
  if (match) return { step: { kind: 'members', members: [match[1]!] }, length: match[0].length };
  match = SLICE.exec(rest);
  if (match) {
    const to = match[2] === undefined ? undefined : Number(match[2]);
    return { step: { kind: 'slice', from: Number(match[1] ?? 0), to }, length: match[0].length };
  }
  match = INDICES.exec(rest);
  if (match) {
    const members = match[1]!.split(',').map(Number);
    return { step: { kind: 'members', members }, length: match[0].length };
  }
  match = NAMES.exec(rest);
  if (!match) return undefined;
  const members = [...match[1]!.matchAll(/'([^']*)'/g)].map(([, name]) => name!);
  return { step: { kind: 'members', members }, length: match[0].length };
}

function take(value: Json | undefined, step: Step): Json | undefined {
  if (Array.isArray(value)) return takeFromArray(value, step);
  if (typeof value !== 'object' || value === null) return undefined;
  const object = value as { readonly [name: string]: Json };
  if (step.kind === 'all') return Object.values(object);
  if (step.kind === 'slice') return undefined;
  const [first, ...more] = step.members;
  if (more.length === 0) return object[String(first)];
  // several members of an object stay an object
  const kept = step.members.filter((name) => Object.hasOwn(object, String(name)));
  return Object.fromEntries(kept.map((name) => [name, object[String(name)]!]));
}

function takeFromArray(array: readonly Json[], step: Step): Json | undefined {
  if (step.kind === 'all') return array;
  if (step.kind === 'slice') return array.slice(step.from, step.to);
  const [first, ...more] = step.members;
  if (more.length === 0) return typeof first === 'number' ? array.at(first) : undefined;
  return step.members.flatMap((index) => {
    const item = typeof index === 'number' ? array.at(index) : undefined;
    return item === undefined ? [] : [item];
  });
}
