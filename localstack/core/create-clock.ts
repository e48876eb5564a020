/** The implementation of the clock: a timer queue on real time plus an offset, and the record of what is running. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Timer } from './clock.ts';
import type { ClockMode } from './clock-mode.ts';
import { createTimerQueue, type QueuedTimer } from './timer-queue.ts';

/** Node's longest timeout; a longer wait is taken in pieces. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
/** A client that has just been answered may be about to ask again: how long it is given before the clock jumps. */
const QUIET_MS = 3;
/** The same while the clock steps by itself, when nobody has said that they are done. */
const STEPPING_QUIET_MS = 20;
/** How often the offset of a scaled clock is kept; what a killed process has not kept is gone. */
const KEEP_EVERY_MS = 500;
/** Event-loop turns in which settled work may start its next step before it counts as finished. */
const SETTLE_TURNS = 3;

export interface ClockOptions {
  /** How far ahead of the machine's clock to begin, in milliseconds; default 0. */
  readonly offsetMs?: number;
  /** Told the new offset after each jump, so that it can be kept across restarts. */
  readonly onJump?: (offsetMs: number) => void;
  /** Told what a timer's action or detached work threw; default: printed to stderr. */
  readonly onError?: (label: string, error: unknown) => void;
}

/** Work in progress; a parent is waiting whenever one of its descendants is. */
interface Work {
  readonly label: string;
  readonly parent: Work | undefined;
  waiting: number;
}

/** A clock whose timers do not keep the process alive. */
export function createClock(options: ClockOptions = {}): Clock {
  const context = new AsyncLocalStorage<Work | undefined>();
  const running = new Set<Work>();
  const timers = createTimerQueue();
  const onError =
    options.onError ?? ((label, error) => console.error(`local cloud: ${label} failed:`, error));
  let jumpedMs = options.offsetMs ?? 0;
  let aheadSince = jumpedMs > 0 ? 0 : undefined;
  let mode: ClockMode = { kind: 'real' };
  let scaledSince = 0;
  let keeping: NodeJS.Timeout | undefined;
  let alarm: NodeJS.Timeout | undefined;
  let lastRequestEndMs = 0;
  let halts = 0;
  let steps: Promise<void> = Promise.resolve();
  let onChange: (() => void)[] = [];

  const rate = () => (mode.kind === 'scaled' ? mode.rate : 1);
  const offsetMs = () => jumpedMs + (rate() - 1) * (Date.now() - scaledSince);
  const now = () => (mode.kind === 'scaled' ? Math.round(Date.now() + offsetMs()) : Date.now() + jumpedMs);

  function changed(): void {
    const listeners = onChange;
    onChange = [];
    for (const listener of listeners) listener();
  }

  function isRunning(): boolean {
    for (const work of running) if (work.waiting === 0) return true;
    return false;
  }

  async function track<T>(work: Work, start: () => Promise<T> | T): Promise<T> {
    running.add(work);
    try {
      return await context.run(work, start);
    } finally {
      running.delete(work);
      changed();
    }
  }

  function detach(label: string, work: () => Promise<void> | void): void {
    track({ label, parent: undefined, waiting: 0 }, work).catch((error) => onError(label, error));
  }

  function countWaiting(work: Work | undefined, by: 1 | -1): void {
    for (let each = work; each; each = each.parent) each.waiting += by;
    if (by === 1) changed();
  }

  async function waitFor<T>(promise: Promise<T>): Promise<T> {
    const work = context.getStore();
    countWaiting(work, 1);
    try {
      return await promise;
    } finally {
      countWaiting(work, -1);
    }
  }

  function fireDue(): void {
    for (let timer = timers.takeDue(now()); timer; timer = timers.takeDue(now())) {
      detach(timer.label, timer.action);
    }
    arm();
  }

  function arm(): void {
    clearTimeout(alarm);
    const next = timers.next();
    if (!next) return;
    const delayMs = Math.min(Math.max((next.at - now()) / rate(), 0), LONGEST_TIMEOUT_MS);
    alarm = context.run(undefined, () => setTimeout(fireDue, delayMs));
    alarm.unref();
  }

  function at(atEpochMs: number, label: string, action: () => Promise<void> | void): Timer {
    const timer: QueuedTimer = timers.add(atEpochMs, label, action);
    if (timers.next() === timer) {
      arm();
      changed();
    }
    return { cancel: () => timers.remove(timer) };
  }

  function sleep(delayMs: number, label: string): Promise<void> {
    const work = context.getStore();
    countWaiting(work, 1);
    return new Promise((resolve) => {
      at(now() + delayMs, label, () => {
        countWaiting(work, -1);
        resolve();
      });
    });
  }

  function jumpTo(epochMs: number): void {
    const aheadMs = epochMs - now();
    if (aheadMs <= 0) return;
    jumpedMs += aheadMs;
    aheadSince ??= Date.now();
    options.onJump?.(offsetMs());
  }

  async function untilQuiet(isHalted: () => boolean, quietMs = QUIET_MS): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS && !isHalted(); turn += 1) {
      if (isRunning()) {
        await new Promise<void>((resolve) => onChange.push(resolve));
        turn = -1;
      } else if (Date.now() - lastRequestEndMs < quietMs) {
        await new Promise((resolve) => setTimeout(resolve, quietMs));
        turn = -1;
      } else {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  async function step(untilEpochMs: number): Promise<void> {
    const haltsBefore = halts;
    const isHalted = () => halts !== haltsBefore;
    for (;;) {
      await untilQuiet(isHalted);
      if (isHalted()) return;
      const next = timers.next();
      if (next && next.at <= untilEpochMs) {
        jumpTo(next.at);
        fireDue();
      } else if (now() < untilEpochMs) {
        jumpTo(untilEpochMs);
      } else {
        return;
      }
    }
  }

  async function stepByItself(mine: ClockMode): Promise<void> {
    const isOver = () => mode !== mine;
    while (!isOver()) {
      await untilQuiet(isOver, STEPPING_QUIET_MS);
      const next = isOver() ? undefined : timers.next();
      if (next) {
        jumpTo(next.at);
        fireDue();
      } else if (!isOver()) {
        await new Promise<void>((resolve) => onChange.push(resolve));
      }
    }
  }

  function setMode(wanted: ClockMode): void {
    jumpedMs = offsetMs();
    scaledSince = Date.now();
    mode = wanted;
    clearInterval(keeping);
    changed();
    arm();
    if (mode.kind === 'scaled') {
      aheadSince ??= Date.now();
      keeping = setInterval(() => options.onJump?.(offsetMs()), KEEP_EVERY_MS);
      keeping.unref();
    } else if (mode.kind === 'stepping') {
      context
        .run(undefined, () => stepByItself(wanted))
        .catch((error) => onError('the stepping clock', error));
    }
  }

  return {
    now,
    setMode,
    get rate() {
      return rate();
    },
    date: () => new Date(now()),
    get offsetMs() {
      return offsetMs();
    },
    get aheadSince() {
      return aheadSince;
    },
    at,
    after: (delayMs, label, action) => at(now() + delayMs, label, action),
    sleep,
    busy(label, work) {
      const start = typeof work === 'function' ? work : () => work;
      const parent = context.getStore();
      const done = track({ label, parent, waiting: 0 }, start);
      // work without a parent is a request from outside, whose client may be about to send the next one
      return parent ? done : done.finally(() => (lastRequestEndMs = Date.now()));
    },
    detach,
    waitFor,
    advanceTo(untilEpochMs) {
      const stepped = steps.then(() => context.run(undefined, () => step(untilEpochMs)));
      steps = stepped;
      return waitFor(stepped);
    },
    halt() {
      halts += 1;
      if (mode.kind === 'stepping') setMode({ kind: 'real' });
      changed();
    },
    status: () => ({
      now: new Date(now()).toISOString(),
      mode,
      offsetMs: offsetMs(),
      running: [...running].filter((work) => work.waiting === 0).map((work) => work.label),
      timers: timers.list().map(({ at, label }) => ({ at: new Date(at).toISOString(), label })),
    }),
  };
}
