/** Failures of states, by the error names that Retry and Catch match. */

/** Matches what `matchesError` says. */
export const STATES_ALL = 'States.ALL';
/** An input or output is over 256 KiB. */
export const DATA_LIMIT_EXCEEDED = 'States.DataLimitExceeded';
/** Another name of `States.Timeout` in ErrorEquals, when it was a heartbeat that did not come. */
export const HEARTBEAT_TIMEOUT = 'States.HeartbeatTimeout';
/** No rule matched and there is no default. */
export const NO_CHOICE_MATCHED = 'States.NoChoiceMatched';
/** The state machine's role cannot be assumed. */
export const PERMISSIONS = 'States.Permissions';
/** A JSONata expression failed or returned nothing. */
export const QUERY_EVALUATION_ERROR = 'States.QueryEvaluationError';
/** The workflow itself is wrong; never caught. */
export const RUNTIME = 'States.Runtime';
/** A job or nested execution failed; as a pattern, any error of a task. */
export const TASK_FAILED = 'States.TaskFailed';
/** A task took too long. */
export const TIMEOUT = 'States.Timeout';
/** Name of a failure that AWS does not have: the workflow met something that the local cloud lacks. */
export const NOT_IMPLEMENTED = 'NotImplementedByLocalCloud';

/** A state's failure: caught by a Retry or Catch that names it, else the execution's own. */
export class StateFailure extends Error {
  readonly error: string | undefined;
  readonly failureCause: string | undefined;
  /** The interpreter found it, so that its cause is told with the state and the event at which it was entered. */
  readonly fromInterpreter: boolean;
  /** Field of the state whose expression failed. */
  readonly location: string | undefined;
  /** A name besides its own that Retry and Catch know it by. */
  readonly alias: string | undefined;

  constructor(
    error: string | undefined,
    cause?: string,
    options: { fromInterpreter?: boolean; location?: string; alias?: string } = {},
  ) {
    super(`${error ?? 'failure'}: ${cause ?? ''}`);
    this.name = 'StateFailure';
    this.error = error;
    this.failureCause = cause;
    this.fromInterpreter = options.fromInterpreter ?? false;
    this.location = options.location;
    this.alias = options.alias;
  }
}

/** A failure found by the interpreter itself: bad data, a bad expression, a missing path. */
export function interpreterFailure(error: string, cause: string, location?: string): StateFailure {
  return new StateFailure(error, cause, { fromInterpreter: true, ...(location ? { location } : {}) });
}

/** The same failure with the sentence that AWS puts before causes that the interpreter words. */
export function inState(failure: StateFailure, stateName: string, enteredEventId: number): StateFailure {
  if (!failure.fromInterpreter) return failure;
  const where = `An error occurred while executing the state '${stateName}' (entered at the event id #${enteredEventId}). `;
  return new StateFailure(failure.error, where + (failure.failureCause ?? ''), {
    ...(failure.location ? { location: failure.location } : {}),
  });
}

/** Errors that no Retry or Catch sees, whatever it names. */
export function isFatal(error: string): boolean {
  return error === RUNTIME || error === NOT_IMPLEMENTED;
}

/**
 * Whether an `ErrorEquals` list matches an error.
 *
 * `States.ALL` leaves out `States.DataLimitExceeded` and fatal errors. `States.TaskFailed` matches every error but
 * `States.Timeout`.
 * @param alias another name of the same failure
 */
export function matchesError(errorEquals: readonly string[], error: string, alias?: string): boolean {
  if (isFatal(error)) return false;
  return errorEquals.some((name) => {
    if (name === error || name === alias) return true;
    if (name === STATES_ALL) return error !== DATA_LIMIT_EXCEEDED;
    return name === TASK_FAILED && error !== TIMEOUT && error !== DATA_LIMIT_EXCEEDED;
  });
}
