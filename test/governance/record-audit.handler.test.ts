import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/governance/record-audit.handler.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { context } from '../training/run-fixture.ts';

const event = {
  id: 'e1',
  time: '2026-03-04T23:59:59Z',
  'detail-type': 'RunStarted',
  source: 'driftless',
  detail: { project: 'p' },
};
let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
  process.env[ENV.auditBucket] = 'audit';
});
afterEach(() => aws.restore());

describe('record-audit', () => {
  it('keeps the whole event under its day and id', async () => {
    await handler(event, context);
    expect(aws.json('audit', 'audit/2026/03/04/e1.json')).toEqual(event);
  });

  it('never writes over what it has kept', async () => {
    await handler(event, context);
    await handler({ ...event, detail: { project: 'forged' } }, context);
    expect(aws.json('audit', 'audit/2026/03/04/e1.json')).toEqual(event);
  });

  it('does not understand what is no event', async () => {
    await expect(handler({ detail: {} }, context)).rejects.toMatchObject({ code: 'EventNotUnderstood' });
  });
});
