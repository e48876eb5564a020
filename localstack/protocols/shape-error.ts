/** What is wrong with a request by its shapes, in words close to AWS's. */

import type { Mismatch } from './mismatch.ts';

/** Thrown by the readers; the protocol layer gives it the service's own code. */
export class ShapeError extends Error {
  /** `serialization` for text that cannot be the member's type, `validation` for the rest. */
  readonly kind: 'serialization' | 'validation';
  /** Set for a value of the wrong type, which JSON services word for themselves. */
  readonly mismatch: Mismatch | undefined;

  constructor(kind: 'serialization' | 'validation', message: string, mismatch?: Mismatch) {
    super(message);
    this.name = 'ShapeError';
    this.kind = kind;
    this.mismatch = mismatch;
  }
}

/** The error for required members that are absent; `path` is dotted, AWS's messages begin it in lower case. */
export function missingMembers(paths: readonly string[]): ShapeError {
  const count = `${paths.length} validation error${paths.length === 1 ? '' : 's'} detected: `;
  const each = paths.map((path) => {
    const name = path.slice(0, 1).toLowerCase() + path.slice(1);
    return `Value null at '${name}' failed to satisfy constraint: Member must not be null`;
  });
  return new ShapeError('validation', count + each.join('; '));
}

/** The error for a member that the shape does not have. */
export function unknownMember(path: string, shapeName: string | undefined): ShapeError {
  return new ShapeError('validation', `Unknown member '${path}' in ${shapeName ?? 'the request'}`);
}

/** The error for a value of the wrong type. */
export function wrongType(path: string, expected: string, got: unknown): ShapeError {
  const type = got === null ? 'null' : Array.isArray(got) ? 'list' : typeof got;
  return new ShapeError('serialization', `'${path}' must be a ${expected}, got ${type}`, { expected, got });
}
