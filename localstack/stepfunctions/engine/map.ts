/** Inline Map states. */
import type { ItemProcessor } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import { runSideBySide } from './branches.ts';
import { interpreterFailure, RUNTIME } from './failure.ts';
import { wrongType } from './io-jsonata.ts';
import type { RunStates } from './parallel.ts';
import { recordEvent, type Strand } from './strand.ts';
import type { Outcome, Visit } from './visit.ts';

/** Iterations that AWS runs at a time when `MaxConcurrency` does not say fewer. */
const INLINE_CONCURRENCY = 40;

/** One attempt of all iterations; the result is the list of their outputs, in the order of the items. */
export async function attemptMap(visit: Visit, runStates: RunStates): Promise<Outcome> {
  const { state, strand, io, name } = visit;
  const items = await itemsOf(visit);
  const wanted = await io.option('MaxConcurrency');
  if (wanted !== undefined && (typeof wanted !== 'number' || wanted < 0)) {
    throw wrongType(state.MaxConcurrency, 'MaxConcurrency', 'number', wanted);
  }
  const processor = (state.ItemProcessor ?? state.Iterator) as ItemProcessor;
  recordEvent(strand, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  try {
    const results = await runSideBySide(strand, {
      count: items.length,
      concurrency: wanted === undefined || wanted === 0 ? INLINE_CONCURRENCY : wanted,
      label: `iteration of ${name}`,
      mapItem: (index) => ({ index, value: items[index] ?? null }),
      run: (inner, index) =>
        iterate(inner, name, index, async () => {
          const input = await itemInput(visit, inner, items[index] ?? null);
          return runStates(inner, processor, input);
        }),
    });
    recordEvent(strand, 'MapStateSucceeded');
    const finished = await io.finish(results);
    return { ...finished, next: state.Next };
  } catch (thrown) {
    if (!strand.signal.aborted) recordEvent(strand, 'MapStateFailed');
    throw thrown;
  }
}

async function iterate(strand: Strand, name: string, index: number, run: () => Promise<Json>): Promise<Json> {
  const details = { name, index };
  recordEvent(strand, 'MapIterationStarted', { mapIterationStartedEventDetails: details });
  try {
    const output = await run();
    recordEvent(strand, 'MapIterationSucceeded', { mapIterationSucceededEventDetails: details });
    return output;
  } catch (thrown) {
    if (strand.signal.aborted) {
      recordEvent(strand, 'MapIterationAborted', { mapIterationAbortedEventDetails: details });
    } else recordEvent(strand, 'MapIterationFailed', { mapIterationFailedEventDetails: details });
    throw thrown;
  }
}

async function itemsOf({ state, io }: Visit): Promise<readonly Json[]> {
  const given = await io.option('Items');
  const items = given ?? io.effectiveInput();
  if (Array.isArray(items)) return items;
  if (state.Items !== undefined) throw wrongType(state.Items, 'Items', 'array', items);
  throw interpreterFailure(RUNTIME, `Reference path "${state.ItemsPath ?? '$'}" must point to array.`);
}

function itemInput({ state, io }: Visit, strand: Strand, item: Json): Promise<Json> | Json {
  // before ItemSelector existed, Map's Parameters shaped the items
  const selector = state.ItemSelector ?? state.Parameters;
  if (selector === undefined) return item;
  return io.itemTemplate(selector, 'ItemSelector', strand.mapItem as JsonObject);
}
