/** What JSONPath finds, and where reference paths write. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { passes } from './json-path-filter.ts';
import type { PathStep } from './json-path-parser.ts';

/** What a path finds: one value for a definite path, a list for one with wildcards, slices, filters or descent; undefined for nothing. */
export function find(root: Json, steps: readonly PathStep[]): Json | undefined {
  return findFrom(root, root, steps);
}

function findFrom(start: Json, root: Json, steps: readonly PathStep[]): Json | undefined {
  let found: Json[] = [start];
  for (const step of steps) found = found.flatMap((value) => take(value, root, step));
  const isDefinite = steps.every(({ kind }) => kind === 'member' || kind === 'index');
  return isDefinite ? found[0] : found;
}

function take(value: Json, root: Json, step: PathStep): readonly Json[] {
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
      return [value, ...children(value).flatMap((child) => take(child, root, step))];
    case 'union':
      return step.parts.flatMap((part) => take(value, root, part));
    case 'filter':
      return candidates(value, step.ofSelf).filter((each) =>
        passes(step.filter, (path) => findFrom(path.root === '@' ? each : root, root, path.steps)),
      );
  }
}

/** A filter judges an array's items, and an object as a whole. */
function candidates(value: Json, ofSelf: boolean): readonly Json[] {
  return Array.isArray(value) && !ofSelf ? (value as Json[]) : [value];
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
    const inner = withValueAt(
      (Object.hasOwn(root, step.name) ? root[step.name] : undefined) ?? {},
      rest,
      value,
    );
    return inner === undefined ? undefined : ({ ...root, [step.name]: inner } satisfies JsonObject);
  }
  if (step.kind === 'index') {
    if (!Array.isArray(root) || step.index < 0 || step.index >= root.length) return undefined;
    const inner = withValueAt(root[step.index], rest, value);
    return inner === undefined ? undefined : root.with(step.index, inner);
  }
  return undefined;
}
