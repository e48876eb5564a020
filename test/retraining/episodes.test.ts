import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestsOfAlarms } from '../../lambdas/retraining/alarms.ts';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { releaseLock } from '../../lambdas/retraining/controller-store.ts';
import { handler } from '../../lambdas/retraining/decide-retraining.handler.ts';
import { type RunItem, SK, type WindowItem } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { recordDecision } from '../../lambdas/shared/decisions.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import {
  aChampion,
  aRequest,
  catalog,
  context,
  decisions,
  putCatalog,
  putVersions,
} from '../training/run-fixture.ts';

const count = vi.hoisted(() => ({ newRows: 1000 }));
vi.mock('../../lambdas/datasets/labels/count-new-labelled-rows.ts', () => ({
  countNewLabelledRows: async () => ({ newRows: count.newRows, labelledRows: 0, labelFiles: 0 }),
}));

const ALARM = 'driftless-test-flights-drift';
const SINCE = '2026-03-10T10:00:00.000Z';
const states = mockClient(SFNClient);
let aws: FakeAws;

beforeEach(() => {
  aws = fakeAws();
  vi.useFakeTimers({ now: new Date('2026-03-10T12:00:00.000Z'), toFake: ['Date'] });
  process.env[ENV.trainingStateMachine] = 'arn:aws:states:eu-west-1:111122223333:stateMachine:t';
  states.reset();
  states.on(StartExecutionCommand).resolves({});
  deployProject(aws, aProject());
  putVersions(aws, 1);
  putCatalog(aws, SK.champion, aChampion());
  count.newRows = 1000;
});
afterEach(() => {
  vi.useRealTimers();
  aws.restore();
});

const sweep = () => handler({ sweep: true }, context);
const controller = () => catalog<ControllerState>(aws, SK.controller);
const closed = () => aws.events.filter(({ name }) => name === 'EpisodeClosed').map(({ detail }) => detail);
const started = () =>
  states.commandCalls(StartExecutionCommand).map(({ args }) => JSON.parse(args[0].input.input!));
const turnOn = (since = SINCE) => {
  aws.alarms = [{ name: ALARM, reason: 'Threshold Crossed', since }];
};
function putWindow(window: string, change: Partial<WindowItem> = {}): void {
  const judgedAt = '2026-03-10T11:00:00.000Z';
  const item = {
    modelVersion: 1,
    window,
    verdict: 'FAIL',
    reportKey: 'r',
    rows: 1,
    labelledRows: 0,
    judgedAt,
  };
  putCatalog(aws, SK.window(1, window), { ...item, failed: ['origin', 'prediction'], ...change });
}

/** The run that the controller started ends as its last step would record it. */
async function endRun(status: RunItem['status'], change: Partial<RunItem> = {}): Promise<string> {
  const { run } = controller().lock!;
  const item = {
    run,
    status,
    request: aRequest(),
    executionArn: 'e',
    startedAt: SINCE,
    settingsDigest: '',
    codeDigest: '',
  };
  putCatalog(aws, SK.run(run), { ...item, ...change });
  await releaseLock('flights', { run, finishedAt: new Date().toISOString() });
  await sweep();
  return run;
}

describe('an alarm that is on', () => {
  it('is found without its event, and its event changes nothing then', async () => {
    turnOn();
    expect((await sweep()).started).toHaveLength(1);
    expect(started()[0].request).toMatchObject({
      id: `alarm-${ALARM}-${SINCE}`,
      kind: 'alarm',
      requestedAt: SINCE,
      reason: `alarm ${ALARM}: Threshold Crossed`,
    });
    const before = controller();
    const state = { value: 'ALARM', reason: 'Threshold Crossed', timestamp: '2026-03-10T10:00:00.000+0000' };
    const event = { source: 'aws.cloudwatch', time: SINCE, detail: { alarmName: ALARM, state } };
    expect(await handler(event, context)).toEqual({ started: [] });
    expect(controller()).toEqual(before);
  });

  it('asks again when its model fails another window after a run that did not help, once for each judgement', async () => {
    turnOn();
    await sweep();
    await endRun('RejectedByGate', { failureReason: 'not better' });
    vi.setSystemTime('2026-03-20T00:00:00.000Z');
    expect((await sweep()).started).toEqual([]);
    putWindow('20260312T000000Z_20260313T000000Z', { judgedAt: '2026-03-13T00:30:00.000Z' });
    expect((await sweep()).started).toHaveLength(1);
    expect(started()[1].request.reason).toContain('failed: origin, prediction');
    await endRun('RejectedByGate', { failureReason: 'not better' });
    vi.setSystemTime('2026-04-20T00:00:00.000Z');
    expect((await sweep()).started).toEqual([]);
  });

  it('does not ask when a later window of the model was judged well', async () => {
    turnOn();
    await sweep();
    await endRun('RejectedByGate');
    vi.setSystemTime('2026-03-20T00:00:00.000Z');
    putWindow('20260312T000000Z_20260313T000000Z', { judgedAt: '2026-03-13T00:30:00.000Z' });
    putWindow('20260313T000000Z_20260314T000000Z', { judgedAt: '2026-03-14T00:30:00.000Z', verdict: 'PASS' });
    expect((await sweep()).started).toEqual([]);
  });

  it('that nobody can answer yet says how many labels are missing, and since when it drifts', async () => {
    count.newRows = 40;
    turnOn();
    await sweep();
    expect(aws.events).toEqual([
      {
        name: 'RunDeferred',
        detail: {
          project: 'flights',
          request: `alarm-${ALARM}-${SINCE}`,
          guard: 'enough-new-labels',
          reason: '40 new labelled rows since version 1; 100 are needed',
          asked: `alarm ${ALARM}: Threshold Crossed`,
        },
      },
    ]);
    expect(controller().episodes).toEqual([
      { alarmName: ALARM, openedAt: SINCE, reason: `alarm ${ALARM}: Threshold Crossed` },
    ]);
  });
});

describe('the outcome of an episode', () => {
  it('is a promotion once the model is in production, and ends the row of losses', async () => {
    turnOn();
    putCatalog(aws, SK.controller, {
      pending: [],
      answered: [],
      trained: [],
      losses: { count: 1, run: 'before' },
    });
    await sweep();
    const run = await endRun('Registered', { modelVersion: 2 });
    expect(closed()).toEqual([]);
    putCatalog(aws, SK.champion, aChampion({ modelVersion: 2, run, promotedAt: '2026-03-10T13:00:00.000Z' }));
    await sweep();
    await sweep();
    expect(closed()).toEqual([
      {
        project: 'flights',
        alarmName: ALARM,
        openedAt: SINCE,
        outcome: 'promoted',
        run,
        reason: `model version 2 of run ${run} is in production`,
      },
    ]);
    expect(decisions(aws)).toContain('episode: PASS');
    expect(controller()).not.toHaveProperty('losses');
    expect(controller()).not.toHaveProperty('episodes');
  });

  it.each([
    ['RejectedByGate', 'refused', 'was refused by a gate: not better'],
    ['Failed', 'failed', 'failed: not better'],
  ] as const)('of a run that ended %s is %s, and lengthens the cooldown', async (status, outcome, reason) => {
    turnOn();
    await sweep();
    const run = await endRun(status, { failureReason: 'not better' });
    expect(closed()).toMatchObject([{ outcome, run, reason: expect.stringContaining(reason) }]);
    expect(controller().losses).toEqual({ count: 1, run });
  });

  it('of a model that a person rejects is told with the reason', async () => {
    turnOn();
    await sweep();
    const run = await endRun('Registered', { modelVersion: 2 });
    const approval = { status: 'Rejected', by: 'ann', reason: 'unfair', at: SINCE };
    putCatalog(aws, SK.model(2), { modelVersion: 2, run, approval });
    await handler(
      { source: 'driftless', 'detail-type': 'ApprovalRecorded', time: SINCE, detail: { project: 'flights' } },
      context,
    );
    expect(closed()).toMatchObject([
      { outcome: 'rejected', reason: expect.stringContaining('by ann: unfair') },
    ]);
    expect(controller().losses).toEqual({ count: 1, run });
  });

  it('of a model whose rollout fails is told when the last attempt has failed', async () => {
    turnOn();
    await sweep();
    await endRun('Registered', { modelVersion: 2 });
    const subject = 'model version 2';
    const judgement = {
      rule: 'read-back',
      verdict: 'FAIL',
      reason: 'the smoke test failed',
      inputs: {},
    } as const;
    await recordDecision({ project: 'flights', kind: 'rollout', subject, by: 'x', judgement, occasion: '1' });
    putCatalog(aws, SK.rollout, { modelVersion: 2, executionArn: 'e', since: SINCE, attempts: { 2: 2 } });
    await sweep();
    expect(closed()).toEqual([]);
    putCatalog(aws, SK.rollout, { attempts: { 2: 1 } });
    await sweep();
    expect(closed()).toMatchObject([
      { outcome: 'rolled-back', reason: expect.stringContaining('smoke test') },
    ]);
  });

  it('is counted as one loss for two alarms that one run answered', async () => {
    aws.alarms = ['drift', 'quality'].map((each) => ({
      name: `driftless-test-flights-${each}`,
      reason: 'on',
      since: SINCE,
    }));
    await sweep();
    expect(started()[0].request.also).toHaveLength(1);
    await endRun('RejectedByGate');
    expect(closed()).toHaveLength(2);
    expect(controller().losses).toMatchObject({ count: 1 });
  });
});

describe('a pause', () => {
  const switched = (paused: boolean, at: string) =>
    handler(
      {
        source: 'driftless',
        'detail-type': 'RetrainingSwitched',
        time: at,
        detail: { project: 'flights', paused, by: 'ann', reason: 'holidays', at },
      },
      context,
    );

  it('holds alarms back until it ends, and is told apart from an older switch that comes late', async () => {
    await switched(true, '2026-03-10T11:00:00.000Z');
    turnOn();
    expect((await sweep()).started).toEqual([]);
    expect(controller().pending).toMatchObject([{ guard: 'paused' }]);
    await switched(false, '2026-03-10T10:59:00.000Z');
    expect(controller()).toHaveProperty('paused');
    expect((await switched(false, '2026-03-10T11:30:00.000Z')).started).toHaveLength(1);
    expect(controller()).not.toHaveProperty('paused');
    expect(decisions(aws).filter((each) => each.startsWith('paused'))).toContain('paused: FAIL');
  });
});

describe('other triggers', () => {
  it('a schedule asks once for each time, and only for something new', async () => {
    const scheduled = { project: 'flights', scheduledAt: '2026-03-10T06:00:00Z' };
    expect((await handler(scheduled, context)).started).toHaveLength(1);
    expect(started()[0].request).toMatchObject({ kind: 'schedule', id: 'schedule-2026-03-10T06:00:00Z' });
    expect(await handler(scheduled, context)).toEqual({ started: [] });
    const { run } = controller().lock!;
    await releaseLock('flights', { run, finishedAt: SINCE, datasetDigest: 'digest-1' });
    await handler({ ...scheduled, scheduledAt: '2026-03-17T06:00:00Z' }, context);
    expect(started()).toHaveLength(1);
    expect(decisions(aws)).toContain('unchanged: FAIL');
  });

  it('an event of the account asks by its id', async () => {
    const event = { id: 'e1', source: 'aws.glue', detailType: 'Glue Job State Change', time: SINCE };
    await handler({ project: 'flights', event }, context);
    await handler({ project: 'flights', event }, context);
    expect(started().map(({ request }) => request)).toMatchObject([
      { id: 'event-e1', kind: 'event', reason: 'event Glue Job State Change of aws.glue' },
    ]);
  });
});

it('requestsOfAlarms leaves out an alarm whose request waits', () => {
  const on = [{ alarmName: ALARM, reason: 'on', since: SINCE }];
  const pending = [aRequest({ kind: 'alarm', alarmName: ALARM })];
  const facts = { on, champion: aChampion(), failing: undefined, answered: [] };
  expect(requestsOfAlarms({ ...facts, pending })).toEqual([]);
  expect(requestsOfAlarms({ ...facts, pending: [] })).toHaveLength(1);
});
