/** JSONPath as the states of query language JSONPath use it: members, indexes, slices, wildcards and descent; no filters. */
import { isObject, type Json, type JsonObject } from '../json.ts';

/** One part of a path. */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'every' }
  | { readonly kind: 'descend' };

const STEP =
  /^(?:\.\.(?=[\w[*])|\.?\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\.?\[\s*"((?:[^"\\]|\\.)*)"\s*\]|\[\s*(-?\d+)\s*\]|\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]|(\.\*|\[\s*\*\s*\])|\.?([\p{L}\p{N}_$-][\p{L}\p{N}_-]*))/u;

/**
 * Parses what follows the `$`, `$$` or `$variable` of a path.
 * @throws Error for a filter, a script or anything else that this does not know
 */
export function parseSteps(text: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  let rest = text;
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (!match) throw new Error(`the JSONPath '$${text}' has a part that is not supported: '${rest}'`);
    const [whole, single, double, index, from, to, every, name] = match;
    const member = single ?? double ?? name;
    if (whole === '..') steps.push({ kind: 'descend' });
    else if (member !== undefined) {
      steps.push({ kind: 'member', name: name === undefined ? member.replace(/\\(.)/g, '$1') : member });
    } else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (every !== undefined) steps.push({ kind: 'every' });
    else {
      steps.push({
        kind: 'slice',
        ...(from ? { from: Number(from) } : {}),
        ...(to ? { to: Number(to) } : {}),
      });
    }
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** What a path finds: one value for a definite path, a list for one with wildcards, slices or descent; undefined for nothing. */
export function find(root: Json, steps: readonly PathStep[]): Json | undefined {
  let found: Json[] = [root];
  for (const step of steps) found = found.flatMap((value) => take(value, step));
  const isDefinite = steps.every(({ kind }) => kind === 'member' || kind === 'index');
  return isDefinite ? found[0] : found;
}

function take(value: Json, step: PathStep): readonly Json[] {
  switch (step.kind) {
    case 'member': {
      const member = isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
      return member === undefined ? [] : [member];
    }
    case 'index': {
      const item = Array.isArray(value) ? (value as Json[]).at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from, step.to) : [];
    case 'every':
      return children(value);
    case 'descend':
      return [value, ...children(value).flatMap((child) => take(child, step))];
  }
}

function children(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

/**
 * A copy of `root` with `value` at a reference path, making the objects on the way.
 * @returns undefined when the path runs through something that is neither object nor an item of an array
 */
export function withValueAt(root: Json, steps: readonly PathStep[], value: Json): Json | undefined {
  const [step, ...rest] = steps;
  if (!step) return value;
  if (step.kind === 'member') {
    if (!isObject(root)) return undefined;
    const inner = withValueAt(root[step.name] ?? {}, rest, value);
    return inner === undefined ? undefined : ({ ...root, [step.name]: inner } satisfies JsonObject);
  }
  if (step.kind === 'index') {
    if (!Array.isArray(root) || step.index < 0 || step.index >= root.length) return undefined;
    const inner = withValueAt(root[step.index], rest, value);
    return inner === undefined ? undefined : root.with(step.index, inner);
  }
  return undefined;
}
