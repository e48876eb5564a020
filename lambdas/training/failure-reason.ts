/** The sentence that tells a person why a workflow failed. */

/** SageMaker's own limit for a FailureReason. */
const LONGEST_REASON = 1024;

export interface StepError {
  readonly Error?: string;
  readonly Cause?: string;
}

/** A job's description, a Lambda function's error, or neither. */
interface KnownCause {
  readonly FailureReason?: string;
  readonly errorMessage?: string;
  readonly TrainingJobStatus?: string;
  readonly TransformJobStatus?: string;
  readonly HyperParameterTuningJobStatus?: string;
  /** Of a training job, for example `Interrupted` or `MaxWaitTimeExceeded`. */
  readonly SecondaryStatus?: string;
}

/** A cause that is JSON; undefined for plain text. */
export function parseCause(cause: string): KnownCause | undefined {
  try {
    const value: unknown = JSON.parse(cause);
    return typeof value === 'object' && value !== null ? (value as KnownCause) : undefined;
  } catch {
    return undefined; // plain text, as Step Functions writes for its own errors
  }
}

/** The most telling part of a step's error; `fallback` when there is none. */
export function failureReason(error: StepError | undefined, fallback: string): string {
  const { Error: name, Cause: cause } = error ?? {};
  const known = cause === undefined ? undefined : parseCause(cause);
  const status =
    known?.TrainingJobStatus ?? known?.TransformJobStatus ?? known?.HyperParameterTuningJobStatus;
  const told =
    known?.FailureReason ||
    known?.errorMessage ||
    (status === undefined
      ? undefined
      : `the job ended as ${status}${known?.SecondaryStatus ? ` (${known.SecondaryStatus})` : ''}`) ||
    (known ? undefined : cause);
  const reason = told || (name ? `${fallback} (${name})` : fallback);
  return reason.slice(0, LONGEST_REASON);
}
