/** Parallel states. */

import type { StateContainer } from '../definition/asl.ts';
import type { Json } from '../json.ts';
import { runSideBySide } from './branches.ts';
import type { Strand } from './strand.ts';
import { recordEvent } from './strand.ts';
import type { Outcome, Visit } from './visit.ts';

/** Runs a container's states in a strand. */
export type RunStates = (strand: Strand, container: StateContainer, input: Json) => Promise<Json>;

/** One attempt of all branches; the result is the list of their outputs. */
export async function attemptParallel(visit: Visit, runStates: RunStates): Promise<Outcome> {
  const { state, strand, io } = visit;
  const branches = state.Branches ?? [];
  const input = await io.arguments();
  recordEvent(strand, 'ParallelStateStarted');
  try {
    const results = await runSideBySide(strand, {
      count: branches.length,
      concurrency: branches.length,
      label: `branch of ${visit.name}`,
      run: (inner, index) => runStates(inner, branches[index] as StateContainer, input),
    });
    recordEvent(strand, 'ParallelStateSucceeded');
    const finished = await io.finish(results);
    return { ...finished, next: state.Next };
  } catch (thrown) {
    if (!strand.signal.aborted) recordEvent(strand, 'ParallelStateFailed');
    throw thrown;
  }
}
