import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from './testing/start-cloud.ts';

const MINUTE_MS = 60_000;
const MONTH_SECONDS = 30 * 86_400;

let running: RunningCloud;
beforeAll(async () => {
  running = await startCloud({ services: ['sts'] });
  await fetch(`${running.endpoint}/_cloud/clock`, {
    method: 'POST',
    body: JSON.stringify({ advanceSeconds: MONTH_SECONDS }),
  });
});
afterAll(() => running.stop());

const stamp = (epochMs: number) => new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** What the answer's `Date` is away from `now` when a request was signed at `signed`. */
async function answeredAt(signed: number): Promise<number> {
  const { headers } = await fetch(running.endpoint, {
    method: 'POST',
    headers: { 'x-amz-date': stamp(signed), 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  return Date.parse(headers.get('date')!);
}

describe('the time that an answer tells', () => {
  test.each([0, -4 * MINUTE_MS, 10 * MINUTE_MS])(
    'is the machine’s for a client of the machine whose clock is %d ms off',
    async (off) => {
      expect(Math.abs((await answeredAt(Date.now() + off)) - Date.now())).toBeLessThan(3000);
    },
  );

  test('is the cloud’s for a client on the cloud’s clock', async () => {
    const now = running.cloud.clock.date().getTime();
    expect(Math.abs((await answeredAt(now - 2 * MINUTE_MS)) - now)).toBeLessThan(3000);
  });

  test('is the client’s own when it is on neither', async () => {
    const long = Date.now() - 7 * 86_400_000;
    expect(Math.abs((await answeredAt(long)) - long)).toBeLessThan(1000);
  });

  test('leaves the clock of a client where it is, however often it asks', async () => {
    const sts = new STSClient(running.clientConfig);
    let signed = '';
    sts.middlewareStack.add(
      (next) => (args) => {
        signed = (args.request as { headers: Record<string, string> }).headers['x-amz-date']!;
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    // told of the second in which it asked, a client that asks more than once a second stays in that second
    const begun = performance.now();
    while (performance.now() - begun < 5000) await sts.send(new GetCallerIdentityCommand({}));
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(signed)!;
    const iso = `${day!.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time!.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`;
    expect(Math.abs(Date.parse(iso) - Date.now())).toBeLessThan(3000);
  });
});
