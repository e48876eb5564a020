/** Ways to measure: calls a second, and the middle of repeated times. */

/** Calls a second with so many under way at once, after as many to warm up. */
export async function perSecond(
  count: number,
  concurrency: number,
  call: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const worker = async (end: number) => {
    while (next < end) {
      next += 1;
      await call(next);
    }
  };
  const run = (end: number) => Promise.all(Array.from({ length: concurrency }, () => worker(end)));
  const warmUp = Math.ceil(count / 5);
  await run(warmUp);
  const begun = performance.now();
  await run(warmUp + count);
  return count / ((performance.now() - begun) / 1000);
}

/** Milliseconds that the work takes. */
export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** The median of some repetitions, one after the other; each gives a number. */
export async function medianOf(times: number, measure: (index: number) => Promise<number>): Promise<number> {
  const results: number[] = [];
  for (let index = 0; index < times; index += 1) results.push(await measure(index));
  results.sort((one, other) => one - other);
  return results[Math.floor(results.length / 2)]!;
}
