/** The part of JSONPath that EventBridge takes in `InputPath` and `InputPathsMap`: names, dots and array indexes. */
import { NotImplementedByLocalCloud } from '../core/errors.ts';

/** @throws NotImplementedByLocalCloud for wildcards, filters and slices. */
export function parseJsonPath(path: string): (value: unknown) => unknown {
  const rest = path === '$' ? '' : path.slice(1);
  if (!path.startsWith('$') || !/^(?:\.[^.[\]*?()'"]+|\[\d+\]|\['[^']+'\])*$/.test(rest)) {
    throw new NotImplementedByLocalCloud(`JSONPath ${path} (names, dots and indexes are supported)`);
  }
  const steps = [...rest.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  );
  return (value) => steps.reduce(stepInto, value);
}

function stepInto(value: unknown, step: string | number): unknown {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
}
