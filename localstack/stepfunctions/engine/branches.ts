/** Strands side by side: the first failure gives up the others. */
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json } from '../json.ts';
import type { InnerPlace, Place } from '../model.ts';
import { GivenUp, innerStrand, recordAside, recordEvent, type Strand } from './strand.ts';

/** Work to run side by side. */
export interface SideBySide {
  /** What to run, in the order of the results. */
  readonly count: number;
  /** How many at a time. */
  readonly concurrency: number;
  readonly label: string;
  /** Where the branches stood before a redrive. */
  readonly earlier: Place['inner'];
  /** What the context object says of the item; absent for branches. */
  mapItem?(index: number): { index: number; value: Json };
  run(strand: Strand, index: number, from: Place | undefined): Promise<Json>;
  /** Adds the event of one that has succeeded. */
  succeeded?(strand: Strand, index: number): void;
  /** Adds the event of one that has failed, or was given up. */
  ended?(strand: Strand, index: number, how: 'Failed' | 'Aborted'): void;
}

/** State types for whose abort AWS has an event. */
export const ABORTABLE: ReadonlySet<string> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/** Runs all of them. Rejects with the first failure, after the others have ended. */
export async function runSideBySide(outer: Strand, work: SideBySide): Promise<Json[]> {
  const controller = new AbortController();
  const signal = AbortSignal.any([outer.signal, controller.signal]);
  const results: Json[] = new Array<Json>(work.count).fill(null);
  const places = placesOf(outer, work);
  const running = new Map<number, Strand>();
  const { clock } = outer.execution.cloud;
  const startEventId = outer.previousEventId;
  let lastEventId = startEventId;
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;

  function giveUp(index: number, strand: Strand, thrown: unknown): void {
    failure = { thrown };
    lastEventId = strand.previousEventId;
    if (!outer.signal.aborted) tellEnds(index, strand);
    controller.abort(new GivenUp());
  }

  /** AWS tells of every line that has not ended, each after the event that failed. */
  function tellEnds(failedIndex: number, failed: Strand): void {
    work.ended?.(failed, failedIndex, 'Failed');
    if (failed.openStateType === 'Task') recordAside(failed, 'TaskStateAborted');
    for (const [index, strand] of running) {
      if (strand === failed) continue;
      strand.previousEventId = lastEventId;
      work.ended?.(strand, index, 'Aborted');
      tellAborted(strand, lastEventId);
      strand.isSilent = true;
    }
  }

  /** @returns the last event of the line, which the next one of its turn follows */
  async function runOne(index: number, afterEventId: number): Promise<number> {
    const earlier = places[index];
    if (earlier && 'done' in earlier) {
      results[index] = earlier.done;
      return afterEventId;
    }
    const strand = innerStrand(outer, signal, work.mapItem?.(index));
    outer.inner.push(strand);
    running.set(index, strand);
    strand.previousEventId = afterEventId;
    try {
      const result = await clock.busy(`${work.label}[${index}]`, () => work.run(strand, index, earlier?.at));
      results[index] = result;
      places[index] = { done: result };
      const ownLastEventId = strand.previousEventId;
      work.succeeded?.(strand, index);
      if (!failure) lastEventId = strand.previousEventId;
      return ownLastEventId;
    } catch (thrown) {
      places[index] = strand.place ? { at: strand.place } : null;
      if (!failure) giveUp(index, strand, thrown);
      return strand.previousEventId;
    } finally {
      running.delete(index);
    }
  }

  async function takeTurns(): Promise<void> {
    let afterEventId = startEventId;
    while (next < work.count && !failure) {
      next += 1;
      afterEventId = await runOne(next - 1, afterEventId);
    }
  }

  await Promise.all(Array.from({ length: Math.min(work.concurrency, work.count) }, takeTurns));
  outer.inner = [];
  outer.previousEventId = lastEventId;
  // narrowing does not see the assignment in the closure
  const failed = failure as { readonly thrown: unknown } | undefined;
  if (failed) throw outer.signal.aborted ? outer.signal.reason : failed.thrown;
  return results;
}

function placesOf(outer: Strand, { count, earlier }: SideBySide): (InnerPlace | null)[] {
  const places: (InnerPlace | null)[] =
    earlier?.length === count ? [...earlier] : new Array<null>(count).fill(null);
  if (outer.place) outer.place.inner = places;
  return places;
}

function tellAborted(strand: Strand, afterEventId: number): void {
  for (const inner of strand.inner) tellAborted(inner, afterEventId);
  const type = strand.openStateType;
  strand.previousEventId = afterEventId;
  if (type && ABORTABLE.has(type)) recordEvent(strand, `${type}StateAborted` as HistoryEventType);
}
