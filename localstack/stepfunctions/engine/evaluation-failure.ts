/** The history event of an expression that failed. */
import { QUERY_EVALUATION_ERROR, type StateFailure } from './failure.ts';
import { recordEvent } from './strand.ts';
import type { Visit } from './visit.ts';

/** Records the failure when it is an expression's that nobody has recorded. */
export function recordEvaluationFailure(visit: Visit, failure: StateFailure): void {
  if (failure.error !== QUERY_EVALUATION_ERROR || failure.location === undefined) return;
  recordEvent(visit.strand, 'EvaluationFailed', {
    evaluationFailedEventDetails: {
      error: failure.error,
      cause: failure.failureCause,
      location: failure.location,
      state: visit.name,
    },
  });
}
