import { describe, expect, test } from 'vitest';
import { createClock } from './create-clock.ts';
import type { Fault } from './fault.ts';
import { createFaults, DELIVERY } from './faults.ts';

const call = {
  service: 'ssm',
  operation: 'GetParameter',
  resources: ['arn:aws:ssm:us-east-1:1:parameter/a'],
};
const target = 'arn:aws:sqs:us-east-1:1:q';

function faultsOf(...given: Fault[]) {
  const faults = createFaults(createClock());
  for (const fault of given) faults.add(fault);
  return faults;
}

describe('calls', () => {
  test('are throttled in the words of their service, so many times', async () => {
    const faults = faultsOf({ throttle: true, times: 2 });
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    await expect(faults.strike({ ...call, service: 's3' })).rejects.toMatchObject({
      code: 'SlowDown',
      message: 'Please reduce your request rate.',
      status: 503,
    });
    await expect(faults.strike(call)).rejects.toMatchObject({ code: 'ThrottlingException' });
    await expect(faults.strike(call)).resolves.toEqual({ runs: 1, isAnswerDropped: false });
    expect(faults.list()).toMatchObject([{ throttle: true, struck: 2 }]);
  });

  test.each<[Fault, boolean]>([
    [{ service: 'ssm', code: 'X' }, true],
    [{ service: 's3', code: 'X' }, false],
    [{ operation: 'GetParameter', code: 'X' }, true],
    [{ operation: 'PutParameter', code: 'X' }, false],
    [{ resource: 'arn:aws:ssm:*:parameter/?', code: 'X' }, true],
    [{ resource: 'arn:aws:ssm:*:parameter/b', code: 'X' }, false],
    [{ service: 'ssm', duplicate: 1 }, false],
    [{ operation: DELIVERY, code: 'X' }, false],
  ])('match by service, operation and resource: %j', async (fault, isStruck) => {
    const outcome = await faultsOf(fault)
      .strike(call)
      .then(
        ({ runs }) => runs > 1,
        () => true,
      );
    expect(outcome).toBe(isStruck);
  });

  test('two faults strike one call each', async () => {
    const faults = faultsOf({ code: 'First' }, { code: 'Second' });
    await expect(faults.strike(call)).rejects.toMatchObject({ code: 'First' });
    await expect(faults.strike(call)).rejects.toMatchObject({ code: 'Second' });
  });

  test('the same seed strikes the same calls, another one others', async () => {
    const pattern = async (seed: number) => {
      const faults = faultsOf({ code: 'X', probability: 0.4, seed });
      const struck: boolean[] = [];
      for (let each = 0; each < 200; each += 1) {
        struck.push(
          await faults.strike(call).then(
            () => false,
            () => true,
          ),
        );
      }
      return struck;
    };
    const first = await pattern(7);
    expect(await pattern(7)).toEqual(first);
    expect(await pattern(8)).not.toEqual(first);
    const share = first.filter(Boolean).length / first.length;
    // 200 draws: four standard deviations around 0.4
    expect(Math.abs(share - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 200));
  });

  test('are dropped before or after they run, and run twice', async () => {
    await expect(faultsOf({ drop: 'request' }).strike(call)).rejects.toThrow('cut the connection');
    expect(await faultsOf({ drop: 'answer' }).strike(call)).toEqual({ runs: 1, isAnswerDropped: true });
    expect((await faultsOf({ operation: 'GetParameter', duplicate: 2 }).strike(call)).runs).toBe(3);
  });
});

describe('deliveries', () => {
  test('are made once without faults, and rejections reach the sender', async () => {
    const faults = faultsOf();
    const sent: string[] = [];
    await faults.deliver({ service: 'events', target }, () => void sent.push('once'));
    expect(sent).toEqual(['once']);
    const failed = faults.deliver({ service: 'events', target }, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
  });

  test('are made twice, or not at all', async () => {
    const sent: string[] = [];
    const send = () => void sent.push('sent');
    await faultsOf({ service: 'events', duplicate: 1 }).deliver({ service: 'events', target }, send);
    expect(sent).toHaveLength(2);
    await faultsOf({ drop: 'request' }).deliver({ service: 'events', target }, send);
    expect(sent).toHaveLength(2);
  });

  test('overtake each other, on the clock', async () => {
    const clock = createClock();
    const faults = createFaults(clock);
    faults.add({ service: 'events', reorder: 60, probability: 1 });
    const order: number[] = [];
    const all = Promise.all(
      [1, 2, 3, 4, 5, 6].map((each) =>
        faults.deliver({ service: 'events', target }, () => void order.push(each)),
      ),
    );
    await clock.advanceTo(clock.now() + 60_000);
    await all;
    expect(order.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(order).not.toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('of a batch: some twice, in another order', () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const faults = faultsOf({ service: 'sqs', duplicate: 1, reorder: true, probability: 0.5, seed: 3 });
    const delivered = faults.deliveries({ service: 'sqs', target }, items);
    expect(new Set(delivered)).toEqual(new Set(items));
    expect(delivered.length).toBeGreaterThan(20);
    expect(delivered).not.toEqual(delivered.toSorted((a, b) => a - b));
    expect(faultsOf().deliveries({ service: 'sqs', target }, items)).toEqual(items);
  });
});

test.each([
  [{ time: 1, code: 'X' }, 'a fault has no time'],
  [{ times: 0, code: 'X' }, 'times'],
  [{ probability: 2, code: 'X' }, 'from 0 to 1'],
  [{ service: 'ssm' }, 'does nothing'],
  [{ drop: 'both' }, '"request" or "answer"'],
])('refuses %j', (fault, message) => {
  expect(() => faultsOf(fault as Fault)).toThrow(message);
});
