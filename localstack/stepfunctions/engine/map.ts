/** Map states: inline ones here, distributed ones in `distributed/`. */
import type { ItemProcessor } from '../definition/asl.ts';
import { isDistributed } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import { runSideBySide } from './branches.ts';
import { attemptDistributedMap } from './distributed/distributed-map.ts';
import { interpreterFailure, QUERY_EVALUATION_ERROR, RUNTIME } from './failure.ts';
import { wrongType } from './io-jsonata.ts';
import { type RunStates, takeEarlier } from './parallel.ts';
import { recordAside, recordEvent, type Strand } from './strand.ts';
import { integerOption, languageOf, type Outcome, type Visit } from './visit.ts';

/** Iterations that AWS runs at a time when `MaxConcurrency` does not say fewer. */
const INLINE_CONCURRENCY = 40;

/** One attempt of all iterations; the result is the list of their outputs, in the order of the items. */
export async function attemptMap(visit: Visit, runStates: RunStates): Promise<Outcome> {
  const { state, strand, io, name } = visit;
  const processor = (state.ItemProcessor ?? state.Iterator) as ItemProcessor;
  if (isDistributed(processor)) return attemptDistributedMap(visit, processor, () => itemsOf(visit));
  const items = await itemsOf(visit);
  if (!Array.isArray(items)) throw notAnArray(visit, items);
  const wanted = (await integerOption(visit, 'MaxConcurrency')) ?? 0;
  const earlier = takeEarlier(visit);
  if (!earlier) {
    recordEvent(strand, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  }
  const results = await runSideBySide(strand, {
    count: items.length,
    concurrency: wanted === 0 ? INLINE_CONCURRENCY : wanted,
    label: `iteration of ${name}`,
    earlier,
    mapItem: (index) => ({ index, value: items[index] ?? null }),
    run: async (inner, index, from) => {
      const details = { mapIterationStartedEventDetails: { name, index } };
      if (!from) recordEvent(inner, 'MapIterationStarted', details);
      const input = from?.input ?? (await itemInput(visit, inner, items[index] ?? null));
      return runStates(inner, processor, input, from);
    },
    succeeded: (inner, index) =>
      void recordEvent(inner, 'MapIterationSucceeded', {
        mapIterationSucceededEventDetails: { name, index },
      }),
    ended: (inner, index, how) =>
      void recordAside(inner, `MapIteration${how}`, {
        [`mapIteration${how}EventDetails`]: { name, index },
      }),
  });
  recordAside(strand, 'MapStateSucceeded');
  const finished = await io.finish(results);
  return { ...finished, next: state.Next };
}

/** What the state maps over, of whatever type it is. */
async function itemsOf({ io }: Visit): Promise<Json> {
  return (await io.option('Items')) ?? io.effectiveInput();
}

/** The failure of items that are none. */
export function notAnArray(visit: Visit, items: Json): Error {
  const { state } = visit;
  if (state.Items !== undefined) return wrongType(state.Items, 'Items', 'array', items);
  if (languageOf(visit) === 'JSONata') {
    const cause = `Map state input must be an array but was: ${JSON.stringify(items)}`;
    return interpreterFailure(QUERY_EVALUATION_ERROR, cause, 'Items');
  }
  return interpreterFailure(RUNTIME, `Reference path "${state.ItemsPath ?? '$'}" must point to array.`);
}

function itemInput({ state, io }: Visit, strand: Strand, item: Json): Promise<Json> | Json {
  // before ItemSelector existed, Map's Parameters shaped the items
  const selector = state.ItemSelector ?? state.Parameters;
  if (selector === undefined) return item;
  return io.itemTemplate(selector, 'ItemSelector', strand.mapItem as JsonObject);
}
