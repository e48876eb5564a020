/** Retry and Catch of Task, Parallel and Map states. */
import type { Retrier } from '../definition/asl.ts';
import type { JsonObject } from '../json.ts';
import { recordEvaluationFailure } from './evaluation-failure.ts';
import { DATA_LIMIT_EXCEEDED, inState, isFatal, matchesError, StateFailure } from './failure.ts';
import { pause } from './pause.ts';
import { checked } from './payload-size.ts';
import { recordEvent } from './strand.ts';
import type { Outcome, Visit } from './visit.ts';

const DEFAULTS = { IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 };

/** Runs a state's body until it succeeds, a catcher takes its failure, or the failure stands. */
export async function withRetryAndCatch(visit: Visit, body: () => Promise<Outcome>): Promise<Outcome> {
  const { state, strand } = visit;
  const attempts = new Map<Retrier, number>();
  for (;;) {
    try {
      return await checked(visit, body());
    } catch (thrown) {
      if (strand.signal.aborted || !(thrown instanceof StateFailure)) throw thrown;
      const failure = inState(thrown, visit.name, visit.enteredEventId);
      // one that an inner state or an earlier step has told of is recorded already
      if (thrown.fromInterpreter) recordEvaluationFailure(visit, failure);
      const error = failure.error ?? '';
      // a redrive runs all branches again when the state's own result was too large
      if (error === DATA_LIMIT_EXCEEDED && strand.place) delete strand.place.inner;
      const retrier = state.Retry?.find(({ ErrorEquals }) => matchesError(ErrorEquals, error, thrown.alias));
      const made = retrier ? (attempts.get(retrier) ?? 0) : 0;
      if (retrier && made < (retrier.MaxAttempts ?? DEFAULTS.MaxAttempts)) {
        attempts.set(retrier, made + 1);
        visit.retryCount += 1;
        const { clock } = strand.execution.cloud;
        const delayMs = retryDelayMs(retrier, made, Math.random());
        await pause(clock, clock.now() + delayMs, `retry of ${visit.name}`, strand.signal);
        continue;
      }
      if (state.Type !== 'Task' && !isFatal(error)) {
        recordEvent(strand, state.Type === 'Map' ? 'MapStateFailed' : 'ParallelStateFailed');
      }
      const index =
        state.Catch?.findIndex(({ ErrorEquals }) => matchesError(ErrorEquals, error, thrown.alias)) ?? -1;
      const catcher = state.Catch?.[index];
      if (!catcher) throw failure;
      const finished = await visit.io.finishCatch(catcher, index, errorOutput(failure));
      return { ...finished, next: catcher.Next };
    }
  }
}

/**
 * Milliseconds before the next attempt.
 * @param made attempts that this retrier has already given
 * @param random in [0, 1), for full jitter
 */
export function retryDelayMs(retrier: Retrier, made: number, random: number): number {
  const { IntervalSeconds, BackoffRate } = { ...DEFAULTS, ...retrier };
  const grown = IntervalSeconds * BackoffRate ** made;
  const capped = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return 1_000 * (retrier.JitterStrategy === 'FULL' ? capped * random : capped);
}

function errorOutput({ error, failureCause }: StateFailure): JsonObject {
  return {
    ...(error === undefined ? {} : { Error: error }),
    ...(failureCause === undefined ? {} : { Cause: failureCause }),
  };
}
