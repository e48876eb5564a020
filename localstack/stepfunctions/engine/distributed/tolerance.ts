/** How many items of a Map Run may fail. */
import type { JsonObject } from '../../json.ts';
import type { MapRunLimits } from '../../map-run-model.ts';
import { interpreterFailure, RUNTIME, StateFailure } from '../failure.ts';
import { integerOption, notANumber, type Visit } from '../visit.ts';

/** More items failed than may. */
export const EXCEED_TOLERATED_FAILURE_THRESHOLD = 'States.ExceedToleratedFailureThreshold';

type Tolerance = Omit<MapRunLimits, 'maxConcurrency'>;

/** Evaluates the state's fields; 0 for those that it lacks. @throws StateFailure States.Runtime */
export async function toleranceOf(visit: Visit): Promise<Tolerance> {
  const toleratedFailureCount = (await integerOption(visit, 'ToleratedFailureCount')) ?? 0;
  if (toleratedFailureCount < 0) {
    throw interpreterFailure(RUNTIME, 'ToleratedFailureCount cannot be negative.');
  }
  const name = 'ToleratedFailurePercentage';
  const percentage = (await visit.io.option(name)) ?? 0;
  if (typeof percentage !== 'number') {
    throw notANumber(visit.state as unknown as JsonObject, name, percentage, 'float');
  }
  if (percentage < 0 || percentage > 100) {
    throw interpreterFailure(RUNTIME, 'ToleratedFailurePercentage must be between 0 and 100.');
  }
  return { toleratedFailureCount, toleratedFailurePercentage: percentage };
}

/** Whether the run has failed; a threshold of 0 counts only when the other one is 0 too. */
export function isExceeded(tolerance: Tolerance, failedItems: number, totalItems: number): boolean {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = tolerance;
  if (count === 0 && percentage === 0) return failedItems > 0;
  const isOverCount = count > 0 && failedItems > count;
  return isOverCount || (percentage > 0 && (failedItems * 100) / totalItems > percentage);
}

/** The failure of a run that exceeded its tolerance. */
export function thresholdExceeded(): StateFailure {
  const cause = 'The specified tolerated failure threshold was exceeded';
  return new StateFailure(EXCEED_TOLERATED_FAILURE_THRESHOLD, cause);
}
