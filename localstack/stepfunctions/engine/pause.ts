/** Waiting that ends early when what waits is given up. */
import type { Clock } from '../../core/clock.ts';

/** Settles when the clock reaches a time; meanwhile the clock may jump. Rejects with the signal's reason when aborted. */
export function pause(clock: Clock, untilEpochMs: number, label: string, signal: AbortSignal): Promise<void> {
  return clock.waitFor(
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => {
        timer.cancel();
        reject(signal.reason);
      };
      const timer = clock.at(untilEpochMs, label, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    }),
  );
}

/** The promise's outcome, or the signal's reason if that comes first; the promise's own outcome is then dropped. */
export function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
