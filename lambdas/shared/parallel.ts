/** Bounded parallelism over items that come as a stream. */

/** Requests under way at once: below the 50 sockets that the SDK's HTTP handler keeps. */
export const PARALLEL_REQUESTS = 40;

/**
 * Works on items as they come, at most `limit` at once. The first failure stops the reading of further items and is
 * thrown once what is under way has ended, so that nothing goes on behind the caller's back.
 */
export async function forEachParallel<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item, index: number) => Promise<void>,
  limit: number = PARALLEL_REQUESTS,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failures: unknown[] = [];
  let index = 0;
  let isOver = false;
  // each takes the next item when it has done one: nothing is created for an item, of which there may be 100,000
  const worker = async () => {
    while (!isOver) {
      try {
        const next = await iterator.next();
        if (next.done) isOver = true;
        else if (!isOver) await work(next.value, index++);
      } catch (error) {
        failures.push(error);
        isOver = true;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length === 0) return;
  await iterator.return?.();
  throw failures[0];
}

/** The results of work on a list, in its order, at most `limit` at once. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  await forEachParallel(
    items,
    async (item, index) => {
      results[index] = await work(item, index);
    },
    limit,
  );
  return results;
}
