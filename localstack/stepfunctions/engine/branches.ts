/** Strands side by side: the first failure gives up the others. */
import type { Json } from '../json.ts';
import { GivenUp, innerStrand, type Strand } from './strand.ts';

/** Work to run side by side. */
export interface SideBySide {
  /** What to run, in the order of the results. */
  readonly count: number;
  /** How many at a time. */
  readonly concurrency: number;
  readonly label: string;
  /** What the context object says of the item; absent for branches. */
  mapItem?(index: number): { index: number; value: Json };
  run(strand: Strand, index: number): Promise<Json>;
}

/** Runs all of them. Rejects with the first failure, after the others have ended. */
export async function runSideBySide(outer: Strand, work: SideBySide): Promise<Json[]> {
  const controller = new AbortController();
  const signal = AbortSignal.any([outer.signal, controller.signal]);
  const results: Json[] = new Array<Json>(work.count).fill(null);
  const { clock } = outer.execution.cloud;
  const startEventId = outer.previousEventId;
  let lastEventId = startEventId;
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;

  async function runOne(index: number): Promise<void> {
    const strand = innerStrand(outer, signal, work.mapItem?.(index));
    strand.previousEventId = startEventId;
    try {
      results[index] = await clock.busy(`${work.label}[${index}]`, () => work.run(strand, index));
      if (!failure) lastEventId = strand.previousEventId;
    } catch (thrown) {
      if (failure) return;
      failure = { thrown };
      lastEventId = strand.previousEventId;
      controller.abort(new GivenUp());
    }
  }

  async function takeTurns(): Promise<void> {
    while (next < work.count && !failure) {
      next += 1;
      await runOne(next - 1);
    }
  }

  await Promise.all(Array.from({ length: Math.min(work.concurrency, work.count) }, takeTurns));
  outer.previousEventId = lastEventId;
  // narrowing does not see the assignment in the closure
  const failed = failure as { readonly thrown: unknown } | undefined;
  if (failed) throw outer.signal.aborted ? outer.signal.reason : failed.thrown;
  return results;
}
