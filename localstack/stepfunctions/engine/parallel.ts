/** Parallel states. */

import type { StateContainer } from '../definition/asl.ts';
import type { Json } from '../json.ts';
import type { Place } from '../model.ts';
import { runSideBySide } from './branches.ts';
import { recordAside, recordEvent, type Strand } from './strand.ts';
import type { Outcome, Visit } from './visit.ts';

/** Runs a container's states in a strand. */
export type RunStates = (
  strand: Strand,
  container: StateContainer,
  input: Json,
  from?: Place,
) => Promise<Json>;

/** One attempt of all branches; the result is the list of their outputs. */
export async function attemptParallel(visit: Visit, runStates: RunStates): Promise<Outcome> {
  const { state, strand, io } = visit;
  const branches = state.Branches ?? [];
  const input = await io.arguments();
  const earlier = takeEarlier(visit);
  if (!earlier) recordEvent(strand, 'ParallelStateStarted');
  const results = await runSideBySide(strand, {
    count: branches.length,
    concurrency: branches.length,
    label: `branch of ${visit.name}`,
    earlier,
    run: (inner, index, from) => runStates(inner, branches[index] as StateContainer, input, from),
  });
  recordAside(strand, 'ParallelStateSucceeded');
  const finished = await io.finish(results);
  return { ...finished, next: state.Next };
}

/** Where the inner lines stood before a redrive; a second attempt begins anew. */
export function takeEarlier(visit: Visit): Place['inner'] {
  const { redrivenFrom } = visit;
  visit.redrivenFrom = undefined;
  return redrivenFrom?.inner;
}
