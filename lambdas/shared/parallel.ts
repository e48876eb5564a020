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
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let index = 0;
  for await (const item of items) {
    if (failures.length > 0) break;
    const one = work(item, index++)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(one));
    underWay.add(one);
    if (underWay.size >= limit) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
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
