import { describe, expect, test, vi } from 'vitest';
import { parseClockMode } from './clock-mode.ts';
import { createClock } from './create-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('stepping', () => {
  test('runs a month of hourly timers at their own times, in order, in little real time', async () => {
    const clock = createClock();
    const start = clock.now();
    const fired: number[] = [];
    const schedule = (hour: number) =>
      clock.at(start + hour * HOUR_MS, 'hourly', async () => {
        fired.push(Math.round((clock.now() - start) / HOUR_MS));
        await Promise.resolve();
        schedule(hour + 1);
      });
    schedule(1);

    const before = Date.now();
    await clock.advanceTo(start + 30 * DAY_MS);

    expect(fired).toEqual(Array.from({ length: 720 }, (_, index) => index + 1));
    expect(clock.now() - start).toBeGreaterThanOrEqual(30 * DAY_MS);
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  test('waits for running work before it jumps', async () => {
    const clock = createClock();
    const start = clock.now();
    let finish: () => void = () => {};
    const work = clock.busy('work', () => new Promise<void>((resolve) => (finish = resolve)));
    const advanced = clock.advanceTo(start + DAY_MS);

    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clock.now() - start).toBeLessThan(HOUR_MS);
    expect(clock.status().running).toEqual(['work']);
    finish();
    await Promise.all([work, advanced]);
    expect(clock.now() - start).toBeGreaterThanOrEqual(DAY_MS);
  });

  test('work that sleeps on the clock does not hold it, and goes on when woken', async () => {
    const clock = createClock();
    const start = clock.now();
    const steps: string[] = [];
    clock.detach('workflow', async () => {
      await clock.sleep(HOUR_MS, 'first wait');
      steps.push(`woken after ${Math.round((clock.now() - start) / HOUR_MS)} h`);
      await clock.busy('task', () => new Promise((resolve) => setTimeout(resolve, 20)));
      steps.push('task done');
      await clock.sleep(HOUR_MS, 'second wait');
      steps.push(`woken after ${Math.round((clock.now() - start) / HOUR_MS)} h`);
    });
    await clock.advanceTo(start + DAY_MS);
    expect(steps).toEqual(['woken after 1 h', 'task done', 'woken after 2 h']);
  });

  test('a caller whose callee sleeps does not hold the clock either', async () => {
    const clock = createClock();
    const start = clock.now();
    let isDone = false;
    clock.detach('caller', async () => {
      await clock.busy('callee', () => clock.sleep(HOUR_MS, 'wait'));
      isDone = true;
    });
    await clock.advanceTo(start + 2 * HOUR_MS);
    expect(isDone).toBe(true);
  });

  test('one branch that sleeps does not hide another that runs', async () => {
    const clock = createClock();
    const start = clock.now();
    const at: number[] = [];
    clock.detach('parallel', async () => {
      const running = clock.busy('task', () => new Promise((resolve) => setTimeout(resolve, 30)));
      const sleeping = clock.sleep(HOUR_MS, 'wait');
      await running;
      at.push(clock.now() - start);
      await sleeping;
    });
    await clock.advanceTo(start + 2 * HOUR_MS);
    expect(at[0]).toBeLessThan(HOUR_MS);
  });

  test('waiting for what a timer brings does not hold the clock', async () => {
    const clock = createClock();
    const start = clock.now();
    let callback: (text: string) => void = () => {};
    const promise = new Promise<string>((resolve) => (callback = resolve));
    clock.after(HOUR_MS, 'callback', () => callback('came'));
    const answers: string[] = [];
    clock.detach('waiter', async () => void answers.push(await clock.waitFor(promise)));
    await clock.advanceTo(start + 2 * HOUR_MS);
    expect(answers).toEqual(['came']);
  });

  test('a time that has passed returns once nothing is running', async () => {
    const clock = createClock();
    const before = clock.offsetMs;
    await clock.advanceTo(clock.now() - HOUR_MS);
    expect(clock.offsetMs).toBe(before);
  });

  test('halt stops where it is', async () => {
    const clock = createClock();
    const start = clock.now();
    clock.after(HOUR_MS, 'halting', () => clock.halt());
    await clock.advanceTo(start + DAY_MS);
    expect(clock.now() - start).toBeLessThan(2 * HOUR_MS);
  });

  test('calls of advanceTo at the same time follow each other', async () => {
    const clock = createClock();
    const start = clock.now();
    await Promise.all([clock.advanceTo(start + HOUR_MS), clock.advanceTo(start + 2 * HOUR_MS)]);
    expect(clock.now() - start).toBeGreaterThanOrEqual(2 * HOUR_MS);
  });
});

describe('real time', () => {
  test('a timer fires by itself, a cancelled one does not', async () => {
    const clock = createClock();
    const fired: string[] = [];
    clock.after(10, 'kept', () => void fired.push('kept'));
    clock.after(10, 'cancelled', () => void fired.push('cancelled')).cancel();
    await vi.waitFor(() => expect(fired).toEqual(['kept']));
  });

  test('a failing timer is reported and the others still run', async () => {
    const onError = vi.fn();
    const clock = createClock({ onError });
    const fired: string[] = [];
    clock.after(1, 'bad', () => Promise.reject(new Error('no')));
    clock.after(2, 'good', () => void fired.push('good'));
    await vi.waitFor(() => expect(fired).toEqual(['good']));
    expect(onError).toHaveBeenCalledWith('bad', expect.objectContaining({ message: 'no' }));
  });
});

describe('a scaled clock', () => {
  test('runs as many times faster as it is told, its timers too, and never back', async () => {
    const onJump = vi.fn();
    const clock = createClock({ onJump });
    const start = clock.now();
    clock.setMode({ kind: 'scaled', rate: 3_600 });
    const before = performance.now();
    await clock.sleep(HOUR_MS / 4, 'a quarter of an hour');
    const tookMs = performance.now() - before;
    expect(tookMs).toBeGreaterThan(230);
    expect(tookMs).toBeLessThan(2_000);
    expect(clock.rate).toBe(3_600);
    const ahead = clock.offsetMs;
    clock.setMode({ kind: 'real' });
    expect(clock.offsetMs).toBeGreaterThanOrEqual(ahead);
    expect(clock.now() - start).toBeGreaterThanOrEqual(HOUR_MS / 4);
  });
});

describe('a clock that steps by itself', () => {
  test('jumps to each timer as soon as nothing runs, also to one that comes later', async () => {
    const clock = createClock();
    const start = clock.now();
    const hours: number[] = [];
    const hour = () => Math.round((clock.now() - start) / HOUR_MS);
    clock.after(HOUR_MS, 'first', async () => {
      hours.push(hour());
      await new Promise((resolve) => setTimeout(resolve, 20));
      clock.after(HOUR_MS, 'second', () => void hours.push(hour()));
    });
    clock.setMode({ kind: 'stepping' });
    await vi.waitFor(() => expect(hours).toEqual([1, 2]));
    clock.after(DAY_MS, 'third', () => void hours.push(hour()));
    await vi.waitFor(() => expect(hours).toEqual([1, 2, 26]));
    expect(clock.status().mode).toEqual({ kind: 'stepping' });
    clock.halt();
    clock.after(DAY_MS, 'never', () => void hours.push(hour()));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(hours).toHaveLength(3);
  });
});

test.each([
  ['real', { kind: 'real' }],
  ['stepping', { kind: 'stepping' }],
  ['scaled:60', { kind: 'scaled', rate: 60 }],
])('the mode %s', (text, mode) => {
  expect(parseClockMode(text)).toEqual(mode);
});

test.each(['', 'fast', 'scaled', 'scaled:0', 'scaled:-1', 'scaled:1e9'])('no mode: %j', (text) => {
  expect(() => parseClockMode(text)).toThrow('the clock is real, stepping, or scaled:RATE');
});
