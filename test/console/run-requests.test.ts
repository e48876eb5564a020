/** What the catalog says of a request for a run, from its arrival to the end of the run that answers it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateOfRequest, waitForRequest } from '../../console/client/runs.ts';
import { type DecisionItem, SK } from '../../lambdas/shared/catalog-items.ts';
import type { Verdict } from '../../lambdas/shared/verdict.ts';
import { aRequest } from '../training/run-fixture.ts';
import { type CloudConnection, PROJECT, startCloudConnection } from './cloud-connection.ts';

let cloud: CloudConnection;
beforeAll(async () => {
  cloud = await startCloudConnection();
});
afterAll(() => cloud.stop());

const state = (id: string) => stateOfRequest(cloud.connection, id);
const controller = (pending: object[], answered: string[], lastRun?: object) =>
  cloud.putItem(SK.controller, { pending, answered, ...(lastRun && { lastRun }) });
async function decided(subject: string, rule: string, verdict: Verdict, at: string): Promise<void> {
  const id = `${subject}-${rule}-${verdict}`;
  const judgement = { rule, verdict, reason: `${rule} of ${subject}`, inputs: {} };
  const item: DecisionItem = { id, at, project: PROJECT, kind: 'guard', subject, by: 'test', judgement };
  await cloud.putItem(SK.decision(at, id), item);
}
const aRun = (run: string, request: string, startedAt: string, status = 'InProgress') =>
  cloud.putItem(SK.run(run), { run, status, startedAt, request: aRequest({ id: request }) });

describe('a request for a run', () => {
  it('is unseen, then waits with the guard that holds it back', async () => {
    expect(await state('manual-1')).toEqual({ state: 'unseen' });
    await controller([{ ...aRequest({ id: 'manual-1' }), guard: 'run-lock', guardReason: 'busy' }], []);
    expect(await state('manual-1')).toEqual({ state: 'waiting', because: 'busy' });
  });

  it('is refused by the guard that turns it down', async () => {
    await controller([], ['manual-2']);
    // answered, but its decisions are written a moment later
    expect(await state('manual-2')).toEqual({ state: 'unseen' });
    await decided('manual-2', 'request-valid', 'FAIL', '2026-03-01T10:00:00.000Z');
    expect(await state('manual-2')).toEqual({ state: 'refused', because: 'request-valid of manual-2' });
  });

  it('runs and ends under its own name', async () => {
    await aRun('flights-own-a1', 'manual-3', '2026-03-01T11:00:00.000Z');
    expect(await state('manual-3')).toMatchObject({ state: 'running', run: { run: 'flights-own-a1' } });
    await aRun('flights-own-a1', 'manual-3', '2026-03-01T11:00:00.000Z', 'Registered');
    const looks: string[] = [];
    const ended = await waitForRequest(cloud.connection, 'manual-3', {
      timeoutMs: 60_000,
      onLook: (seen) => looks.push(seen.state),
    });
    expect(ended).toMatchObject({ state: 'ended', run: { status: 'Registered' } });
    expect(looks).toEqual(['ended']);
  });

  it('that another one stands for is answered by the run that began when it was let through', async () => {
    const other = 'flights-other-a1';
    const lastRun = { run: other, startedAt: '2026-03-01T11:59:59.900Z' };
    await controller([], ['manual-4'], lastRun);
    await decided('manual-4', 'run-lock', 'FAIL', '2026-03-01T11:30:00.000Z');
    await decided('manual-4', 'run-lock', 'PASS', '2026-03-01T12:00:00.000Z');
    await aRun('flights-between-a1', 'dataset-8', '2026-03-01T11:40:00.000Z', 'Registered');
    // its first step has not recorded it yet: the run before is not taken for it
    expect(await state('manual-4')).toEqual({ state: 'unseen' });
    await aRun(other, 'manual-5', '2026-03-01T12:00:04.000Z');
    expect(await state('manual-4')).toMatchObject({ state: 'running', run: { run: other } });
    await aRun(other, 'manual-5', '2026-03-01T12:00:04.000Z', 'RejectedByGate');
    await aRun('flights-later-a1', 'dataset-9', '2026-03-01T12:30:00.000Z', 'InProgress');
    await controller([], ['manual-4'], { run: 'flights-later-a1', startedAt: '2026-03-01T12:29:59.000Z' });
    expect(await state('manual-4')).toMatchObject({ state: 'ended', run: { run: other } });
  });

  it('is given back as last seen when time is up', async () => {
    expect(await waitForRequest(cloud.connection, 'manual-9', { timeoutMs: 100 })).toEqual({
      state: 'unseen',
    });
  });
});
