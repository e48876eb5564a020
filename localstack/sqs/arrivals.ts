/** Lets receivers wait for a message without polling. */
import type { Cloud } from '../core/cloud.ts';

export interface Arrivals {
  /** Resolves when a message arrives in the queue, or when the cloud's clock reaches the time. */
  wait(queueName: string, untilEpochMs: number): Promise<void>;
  /** Wakes everybody who waits at a queue. */
  announce(queueName: string): void;
}

export function createArrivals(cloud: Cloud): Arrivals {
  const waiting = new Map<string, Set<() => void>>();
  return {
    wait(queueName, untilEpochMs) {
      const arrived = new Promise<void>((resolve) => {
        const waiters = waiting.get(queueName) ?? new Set();
        waiting.set(queueName, waiters);
        const timer = cloud.clock.at(untilEpochMs, `receiver at queue ${queueName}`, wake);
        function wake(): void {
          timer.cancel();
          waiters.delete(wake);
          resolve();
        }
        waiters.add(wake);
      });
      return cloud.clock.waitFor(arrived);
    },
    announce(queueName) {
      for (const wake of [...(waiting.get(queueName) ?? [])]) wake();
    },
  };
}
