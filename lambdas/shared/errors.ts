/**
 * Errors of the handlers. Whether a retry can help is part of the type; `name` is what state machines match on, so
 * it is set from the contract and never from the class, which a bundler may rename.
 */
import { ERROR } from './contract.ts';

export interface DriftlessErrorOptions {
  readonly cause?: unknown;
  /** Short PascalCase word for logs and tests, for example `ColumnMissing`. */
  readonly code?: string;
  /** Identifiers and numbers for a person; never raw rows or secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

abstract class DriftlessError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, { cause, code, details }: DriftlessErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.code = code ?? name;
    this.details = details ?? {};
  }
}

/** Something outside was busy or late: the same call may succeed later. */
export class RetryableError extends DriftlessError {
  constructor(message: string, options: DriftlessErrorOptions = {}) {
    super(ERROR.retryable, message, options);
  }
}

/** The input or the deployment is wrong: the same call fails again. */
export class NonRetryableError extends DriftlessError {
  constructor(message: string, options: DriftlessErrorOptions = {}) {
    super(ERROR.nonRetryable, message, options);
  }
}

/** Whether `error` is an AWS error with one of these names. */
export function isAwsError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
