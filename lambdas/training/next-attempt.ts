/**
 * What to do after a job of a run has failed: try again under a new name, wait for capacity, or give up. Pure.
 *
 * What SageMaker writes: `FailureReason` begins with AlgorithmError, ClientError, InternalServerError or CapacityError
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html); Step Functions names errors of
 * a call `SageMaker.<Code>Exception` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html).
 */
import { failureReason, parseCause, type StepError } from './failure-reason.ts';

export interface NextAttemptInput {
  /** For sentences, for example `training`. */
  readonly step: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** Attempts so far that were not made for want of capacity, without the first: the two have budgets of their own. */
  readonly repeats: number;
  readonly error: StepError;
}

export type NextAttempt =
  | {
      readonly again: true;
      /** Number of the attempt to make. */
      readonly attempt: number;
      /** For the next question. */
      readonly repeats: number;
      /** To wait before it. */
      readonly seconds: number;
      readonly cause: 'throttled' | 'internal-error' | 'interrupted' | 'name-taken' | 'capacity';
      /** Why, for a person. */
      readonly reason: string;
    }
  | {
      readonly again: false;
      /** In the form in which Step Functions hands errors on. */
      readonly error: { readonly Error: string; readonly Cause: string };
    };

/** What is no fault of the job is over within minutes, or it is a fault of the job after all. */
const MOST_REPEATS = 5;
/** Capacity comes back within hours or not at all: 5, 10, 20, 40 minutes and then every hour, for about a day. */
const CAPACITY_SECONDS = [300, 600, 1200, 2400];
const LONGEST_WAIT_SECONDS = 3600;
const MOST_WAITS = 27;
/** 10, 20, 40 ... seconds. */
const FIRST_PAUSE_SECONDS = 10;

const CAPACITY =
  /CapacityError|InsufficientCapacity|insufficient capacity|Unable to provision requested ML compute capacity/i;
const THROTTLED = /Throttl|Rate exceeded|TooManyRequests/i;
const INTERNAL =
  /InternalServerError|InternalFailure|ServiceUnavailable|Service Unavailable|Status Code: 5\d\d/;
const NAME_TAKEN = /ResourceInUse/;
const QUOTA =
  /service limit '([^']+)' is (\d+) \w+, with current utilization of (\d+) \w+ and a request delta of (\d+)/;

/** Decides by the error that Step Functions caught. */
export function nextAttempt({ step, attempt, repeats, error }: NextAttemptInput): NextAttempt {
  const { Error: name = 'States.TaskFailed', Cause: cause = '' } = error;
  const known = parseCause(cause);
  const reason = failureReason(error, `the ${step} failed`);
  const said = `${name} ${known ? (known.FailureReason ?? known.errorMessage ?? '') : cause}`;
  const giveUp = (why: string, as = name): NextAttempt => ({
    again: false,
    error: { Error: as, Cause: why },
  });
  const repeat = (why: (NextAttempt & { again: true })['cause']): NextAttempt =>
    repeats >= MOST_REPEATS
      ? giveUp(`${reason} (after ${attempt} attempts)`)
      : {
          again: true,
          attempt: attempt + 1,
          repeats: repeats + 1,
          seconds: FIRST_PAUSE_SECONDS * 2 ** repeats,
          cause: why,
          reason,
        };
  const wait = (): NextAttempt => {
    const waits = attempt - 1 - repeats;
    if (waits >= MOST_WAITS) return giveUp(`${reason} (after ${attempt} attempts within about a day)`);
    const seconds = CAPACITY_SECONDS[waits] ?? LONGEST_WAIT_SECONDS;
    return { again: true, attempt: attempt + 1, repeats, seconds, cause: 'capacity', reason };
  };

  if (name === 'States.Timeout') return giveUp(reason);
  if (name === 'States.QueryEvaluationError') {
    return giveUp(`the ${step} ended without what the run needs of it: ${reason}`);
  }
  // a script may write what it likes: it is no word of SageMaker's own
  if (known?.FailureReason?.startsWith('AlgorithmError')) return giveUp(reason);
  const quota = QUOTA.exec(known ? said : cause);
  if (quota) {
    const [, what, limit, , delta] = quota;
    // others use what there is: it comes back as capacity does
    if (Number(limit) >= Number(delta)) return wait();
    return giveUp(quotaSentence(what!, Number(limit), Number(delta)), 'QuotaTooLow');
  }
  if (/ResourceLimitExceeded/.test(name)) {
    return giveUp(`${reason} Raise the quota that it names in Service Quotas.`, 'QuotaTooLow');
  }
  if (CAPACITY.test(said)) return wait();
  if (known?.SecondaryStatus === 'Interrupted') return repeat('interrupted');
  // whoever stops a job wants it to end
  const status =
    known?.TrainingJobStatus ?? known?.TransformJobStatus ?? known?.HyperParameterTuningJobStatus;
  if (status === 'Stopped') return giveUp(reason);
  if (NAME_TAKEN.test(said)) return repeat('name-taken');
  if (THROTTLED.test(said)) return repeat('throttled');
  if (INTERNAL.test(said)) return repeat('internal-error');
  return giveUp(reason);
}

function quotaSentence(what: string, limit: number, needed: number): string {
  return (
    `SageMaker's quota "${what}" is ${limit}, and the run needs ${needed}: raise it in Service Quotas ` +
    '(https://console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas) or choose another instance type.'
  );
}
