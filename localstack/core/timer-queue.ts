/** Timers in the order in which they are due. */

export interface QueuedTimer {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly label: string;
  readonly action: () => Promise<void> | void;
}

export interface TimerQueue {
  add(at: number, label: string, action: QueuedTimer['action']): QueuedTimer;
  remove(timer: QueuedTimer): void;
  next(): QueuedTimer | undefined;
  /** Removes and returns the first timer if it is due at `now`. */
  takeDue(now: number): QueuedTimer | undefined;
  list(): readonly QueuedTimer[];
}

/** A sorted array: some hundred timers at most, most of them added near the end. Equal times keep their order. */
export function createTimerQueue(): TimerQueue {
  const timers: QueuedTimer[] = [];
  return {
    add(at, label, action) {
      const timer = { at, label, action };
      let low = 0;
      let high = timers.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (timers[middle]!.at <= at) low = middle + 1;
        else high = middle;
      }
      timers.splice(low, 0, timer);
      return timer;
    },
    remove(timer) {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    },
    next: () => timers[0],
    takeDue: (now) => (timers[0] && timers[0].at <= now ? timers.shift() : undefined),
    list: () => timers,
  };
}
