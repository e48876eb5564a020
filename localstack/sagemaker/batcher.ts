/** Collects items for a moment of real time and delivers them together. */
import type { Cloud } from '../core/cloud.ts';

export interface BatcherOptions<Item> {
  readonly label: string;
  /** Real milliseconds without a new item after which the batch goes out. */
  readonly idleMs: number;
  /** Real milliseconds after which a batch goes out although items keep coming. */
  readonly longestMs: number;
  readonly maximumItems: number;
  readonly deliver: (items: Item[]) => Promise<void>;
}

export interface Batcher<Item> {
  add(item: Item): void;
  /** Delivers what waits, now. */
  flush(): Promise<void>;
}

/** The cloud counts as busy from an item's arrival to its delivery, so a stepping clock never overtakes one. */
export function createBatcher<Item>(cloud: Cloud, options: BatcherOptions<Item>): Batcher<Item> {
  const items: Item[] = [];
  let lastAddedAt = 0;
  let hurry: (() => void) | undefined;
  let isFlushing = false;
  let draining: Promise<void> | undefined;

  async function fill(): Promise<void> {
    const until = Date.now() + options.longestMs;
    while (!isFlushing && items.length < options.maximumItems) {
      const wait = Math.min(lastAddedAt + options.idleMs, until) - Date.now();
      if (wait <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        hurry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async function drain(): Promise<void> {
    try {
      while (items.length > 0) {
        await fill();
        await options.deliver(items.splice(0, options.maximumItems));
      }
    } finally {
      draining = undefined;
    }
  }

  return {
    add(item) {
      items.push(item);
      lastAddedAt = Date.now();
      if (items.length >= options.maximumItems) hurry?.();
      if (draining) return;
      const { promise, settle } = deferred();
      draining = promise;
      cloud.background(options.label, () => drain().finally(settle));
    },
    async flush() {
      isFlushing = true;
      hurry?.();
      await draining;
      isFlushing = false;
    },
  };
}

function deferred(): { promise: Promise<void>; settle: () => void } {
  let settle = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
