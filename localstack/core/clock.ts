import type { ClockMode } from './clock-mode.ts';

/**
 * The cloud's clock: real time plus an offset that only grows.
 *
 * `advanceTo` steps: the clock jumps to the next timer as soon as nothing is running, until it reaches a limit, so that a
 * month of schedules, cooldowns and alarm periods passes in a minute. While work runs (a training process, a Lambda
 * invocation, a request) time is real. In the mode `stepping` it does so without being asked and without a limit; in
 * the mode `scaled` the offset grows by itself.
 */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Epoch milliseconds on this clock. */
  now(): number;
  date(): Date;
  /** How far this clock is ahead of the machine's, in milliseconds. Handlers' processes are given this. */
  readonly offsetMs: number;
  /** Since when, on the machine's clock, this one is ahead of it, in epoch milliseconds; undefined while it is not. */
  readonly aheadSince: number | undefined;
  /** How many seconds of this clock pass in one of the machine's; 1 unless scaled. */
  readonly rate: number;
  /** How the clock runs from now on; `real` at first. */
  setMode(mode: ClockMode): void;
  /** Runs `action` when the clock reaches `atEpochMs`. What it returns counts as busy until it settles. */
  at(atEpochMs: number, label: string, action: () => Promise<void> | void): Timer;
  after(delayMs: number, label: string, action: () => Promise<void> | void): Timer;
  sleep(delayMs: number, label: string): Promise<void>;
  /**
   * Marks work as running until it settles; in `step` mode the clock does not jump meanwhile. Work given as a function
   * stops counting while it is in `sleep` or `waitFor`; work given as a promise that was started elsewhere does not.
   */
  busy<T>(label: string, work: Promise<T> | (() => Promise<T>)): Promise<T>;
  /**
   * Like `busy`, but independent of the work that starts it: for what goes on after its starter has returned. A
   * rejection is printed loudly.
   */
  detach(label: string, work: () => Promise<void> | void): void;
  /**
   * Awaits something that a timer or other work will bring (a callback, a job's end): the caller does not count as
   * running meanwhile, so the clock may jump.
   */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  /**
   * Steps until the limit is reached and everything due has run.
   * @param untilEpochMs limit on this clock; now or earlier returns once nothing is running.
   */
  advanceTo(untilEpochMs: number): Promise<void>;
  /** Stops a running `advanceTo` where it is, and stepping by itself. */
  halt(): void;
  /** What is running and which timers wait, for the control API and for messages. */
  status(): {
    now: string;
    mode: ClockMode;
    offsetMs: number;
    running: readonly string[];
    timers: readonly { at: string; label: string }[];
  };
}
