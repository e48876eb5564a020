import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forEachParallel, mapLimited } from '../../lambdas/shared/parallel.ts';

/** Numbers below `count`, and whether they were closed before their end. */
function numbers(count: number) {
  const told = { taken: 0, isClosed: false };
  async function* items() {
    try {
      for (let number = 0; number < count; number++) {
        told.taken += 1;
        yield number;
      }
    } finally {
      told.isClosed = told.taken < count;
    }
  }
  return { items: items(), told };
}

describe('work on many items', () => {
  it('gives each item once, with its place, and never more than the limit at a time', async () => {
    const seen: [number, number][] = [];
    let [underWay, most] = [0, 0];
    await forEachParallel(
      numbers(50).items,
      async (item, index) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await sleep(item % 3);
        underWay -= 1;
        seen.push([item, index]);
      },
      7,
    );
    expect(most).toBe(7);
    expect(seen.toSorted(([a], [b]) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => [n, n]));
  });

  it('takes no further items after a failure, and throws when what is under way has ended', async () => {
    const { items, told } = numbers(1000);
    const ended: number[] = [];
    const work = async (item: number) => {
      await sleep(item === 3 ? 5 : 40);
      if (item === 3) throw new Error('the fourth');
      ended.push(item);
    };
    await expect(forEachParallel(items, work, 5)).rejects.toThrow('the fourth');
    expect(ended.toSorted()).toEqual([0, 1, 2, 4]);
    expect(told.taken).toBeLessThan(8);
    expect(told.isClosed).toBe(true);
  });

  it('throws what the source of the items throws', async () => {
    async function* broken() {
      yield 1;
      throw new Error('no more lines');
    }
    await expect(forEachParallel(broken(), async () => {}, 2)).rejects.toThrow('no more lines');
  });

  it('keeps the order of a list', async () => {
    const doubled = await mapLimited([3, 1, 2], 2, async (item) => {
      await sleep(item);
      return item * 2;
    });
    expect(doubled).toEqual([6, 2, 4]);
  });
});
