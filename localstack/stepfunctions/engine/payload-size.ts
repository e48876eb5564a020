/** The limit of 256 KiB on what a state gives. */
import { exceedsPayloadLimit } from '../json.ts';
import { DATA_LIMIT_EXCEEDED, StateFailure } from './failure.ts';
import type { Outcome, Visit } from './visit.ts';

/** The outcome, unless it is too large. @throws StateFailure States.DataLimitExceeded */
export async function checked({ name }: Visit, promise: Promise<Outcome>): Promise<Outcome> {
  const outcome = await promise;
  const { output, assigned = {} } = outcome;
  if ([output, ...Object.values(assigned)].some(exceedsPayloadLimit)) throw tooLarge(name);
  return outcome;
}

/** What is said of a result that is larger than a state may give. */
export function tooLarge(stateName: string): StateFailure {
  const cause = `The state/task '${stateName}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StateFailure(DATA_LIMIT_EXCEEDED, cause);
}
