import { describe, expect, test, vi } from 'vitest';
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
