import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { releaseLock } from '../../lambdas/retraining/controller-store.ts';
import { handler } from '../../lambdas/retraining/decide-retraining.handler.ts';
import { SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import type { RetrainingSettings } from '../../lambdas/shared/settings.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import { aChampion, catalog, context, decisions, putCatalog, putVersions } from '../training/run-fixture.ts';

const count = vi.hoisted(() => ({ newRows: 0 }));
vi.mock('../../lambdas/datasets/labels/count-new-labelled-rows.ts', () => ({
  countNewLabelledRows: async () => ({ newRows: count.newRows, labelledRows: 0, labelFiles: 0 }),
}));

const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:driftless-test-training';
const NOW = '2026-03-10T12:00:00.000Z';
const states = mockClient(SFNClient);
let aws: FakeAws;

function deploy(change: Partial<RetrainingSettings> = {}): void {
  const settings = aProject();
  deployProject(aws, { ...settings, retraining: { ...settings.retraining, ...change } });
}
beforeEach(() => {
  aws = fakeAws();
  vi.useFakeTimers({ now: new Date(NOW), toFake: ['Date'] });
  process.env[ENV.trainingStateMachine] = MACHINE;
  count.newRows = 0;
  states.reset();
  states.onAnyCommand().rejects(new Error('not faked'));
  states.on(StartExecutionCommand).resolves({});
  deploy();
  putVersions(aws, 1);
});
afterEach(() => {
  vi.useRealTimers();
  aws.restore();
});

const domain = (name: string, detail: object, time = '2026-03-10T11:00:00Z') =>
  handler(
    { source: 'driftless', 'detail-type': name, time, detail: { project: 'flights', ...detail } },
    context,
  );
const versioned = (version = 1, time?: string) =>
  domain(
    'DatasetVersioned',
    { version, digest: `digest-${version}`, rows: 1, upload: `upload-${version}` },
    time,
  );
const alarm = (timestamp = '2026-03-10T10:00:00.000+0000') =>
  handler(
    {
      source: 'aws.cloudwatch',
      time: NOW,
      detail: {
        alarmName: 'driftless-test-flights-drift',
        state: { value: 'ALARM', reason: 'Threshold Crossed', timestamp },
      },
    },
    context,
  );
const controller = () => catalog<ControllerState>(aws, SK.controller);
const started = () =>
  states.commandCalls(StartExecutionCommand).map(({ args }) => JSON.parse(args[0].input.input!));
const names = () => aws.events.map(({ name }) => name);
const endRun = (datasetDigest?: string) =>
  releaseLock('flights', { run: controller().lock!.run, finishedAt: NOW, datasetDigest });

describe('decide-retraining', () => {
  it('starts a run for a new dataset version, named by its content', async () => {
    const { started: runs } = await versioned();
    expect(runs).toEqual([expect.stringMatching(/^flights-[0-9a-f]{10}-a1$/)]);
    const call = states.commandCalls(StartExecutionCommand)[0]!.args[0].input;
    expect(call).toMatchObject({ stateMachineArn: MACHINE, name: runs[0] });
    expect(started()[0]).toMatchObject({
      project: 'flights',
      run: runs[0],
      codeDigest: 'code',
      addLabelledRows: false,
      request: { kind: 'dataset' },
    });
    expect(controller()).toMatchObject({
      lock: { run: runs[0] },
      runsToday: { day: '2026-03-10', count: 1 },
    });
    expect(controller()).not.toHaveProperty('outbox');
    expect(aws.events).toEqual([
      {
        name: 'RunStarted',
        detail: {
          project: 'flights',
          run: runs[0],
          reason: 'dataset version 1',
          request: 'dataset-1-digest-1-upload-1',
        },
      },
    ]);
    expect(decisions(aws)).toContain('unchanged: PASS');
  });

  it('changes nothing when the event comes again', async () => {
    await versioned();
    const before = controller();
    expect(await versioned()).toEqual({ started: [] });
    expect(controller()).toEqual(before);
    expect(started()).toHaveLength(1);
  });

  it('starts the run that a handler which died had won, with the next event of any kind', async () => {
    states.on(StartExecutionCommand).rejects(new Error('throttled'));
    await expect(versioned()).rejects.toThrow('throttled');
    expect(controller()).toHaveProperty('outbox');
    states.on(StartExecutionCommand).resolves({});
    await handler({ sweep: true }, context);
    expect(started().at(-1)).toMatchObject({ run: controller().lock!.run });
    expect(controller()).not.toHaveProperty('outbox');
    expect(names()).toEqual(['RunStarted']);
  });

  it('takes an execution that is there for the one it wanted', async () => {
    states.on(StartExecutionCommand).rejects(Object.assign(new Error(), { name: 'ExecutionAlreadyExists' }));
    expect((await versioned()).started).toHaveLength(1);
  });

  it('lets a request wait for the run in progress, tells of it once, and resumes it at the end on the newest version', async () => {
    await versioned();
    putVersions(aws, 2);
    await versioned(2, '2026-03-10T11:10:00Z');
    putVersions(aws, 3);
    await versioned(3, '2026-03-10T11:20:00Z');
    await versioned(3, '2026-03-10T11:20:00Z');
    expect(controller().pending.map(({ id, guard }) => [id, guard])).toEqual([
      ['dataset-3-digest-3-upload-3', 'run-lock'],
    ]);
    expect(names()).toEqual(['RunStarted', 'RunDeferred', 'RunDeferred']);

    await endRun('digest-1');
    await domain('RunFinished', { run: 'x', status: 'Registered', reason: '' });
    expect(started()).toHaveLength(2);
    expect(started()[1].request.id).toBe('dataset-3-digest-3-upload-3');
    expect(controller().pending).toEqual([]);
    expect(decisions(aws)).toContain('superseded: NOT_APPLICABLE');
  });

  it('does not train the same version with the same code again', async () => {
    await versioned();
    await endRun('digest-1');
    expect(
      await domain('CodeChanged', { settingsDigest: 's', codeDigest: 'c', trainingDigest: 'training' }),
    ).toEqual({ started: [] });
    expect(controller().answered).toContain('code-training');
    expect(decisions(aws)).toContain('unchanged: FAIL');
    expect(aws.events.at(-1)).toMatchObject({ name: 'RunDeferred', detail: { guard: 'unchanged' } });
  });

  it('does what a person asks, although nothing is new', async () => {
    await versioned();
    await endRun('digest-1');
    const { started: runs } = await domain('RunRequested', {
      requestId: 'u1',
      reason: 'to be sure',
      by: 'ann',
    });
    expect(runs).toHaveLength(1);
    expect(started()[1].request).toMatchObject({
      id: 'manual-u1',
      kind: 'manual',
      reason: 'to be sure (asked by ann)',
    });
  });

  it('lets an alarm wait for labels and resumes it when they have come', async () => {
    putCatalog(aws, SK.champion, aChampion());
    expect(await alarm()).toEqual({ started: [] });
    expect(controller().pending[0]).toMatchObject({ kind: 'alarm', guard: 'enough-new-labels' });
    count.newRows = 99;
    await domain('LabelsReceived', { sha256: 's', key: 'labels/a', rows: 99 });
    expect(started()).toEqual([]);
    count.newRows = 100;
    await domain('LabelsReceived', { sha256: 't', key: 'labels/b', rows: 1 });
    expect(started()[0]).toMatchObject({
      addLabelledRows: true,
      request: { kind: 'alarm', alarmName: 'driftless-test-flights-drift' },
    });
    expect(names()).toEqual(['RunDeferred', 'RunStarted']);
  });

  it('lets an alarm wait for the cooldown and resumes it with the sweep', async () => {
    putCatalog(aws, SK.champion, aChampion());
    putCatalog(aws, SK.controller, {
      pending: [],
      answered: [],
      trained: [],
      lastRun: { run: 'r', startedAt: '2026-03-10T00:00:00.000Z' },
    });
    count.newRows = 1000;
    await alarm();
    expect(controller().pending[0]).toMatchObject({ guard: 'cooldown' });
    vi.setSystemTime('2026-03-11T00:00:00.000Z');
    expect((await handler({ sweep: true }, context)).started).toHaveLength(1);
  });

  it('drops an alarm about a model that was replaced since', async () => {
    putCatalog(aws, SK.champion, aChampion({ promotedAt: '2026-03-10T11:00:00.000Z' }));
    await alarm();
    expect(controller().answered).toHaveLength(1);
    expect(decisions(aws)).toContain('outdated-alarm: FAIL');
  });

  it('takes one alarm transition for one request, and another for another', async () => {
    putCatalog(aws, SK.champion, aChampion());
    await alarm();
    await alarm();
    expect(controller().pending).toHaveLength(1);
    await alarm('2026-03-10T11:30:00.000+0000');
    expect(controller().pending.map(({ requestedAt }) => requestedAt)).toEqual(['2026-03-10T11:30:00.000Z']);
  });

  it('leaves out what the settings do not want', async () => {
    deploy({ onDataset: false });
    expect(await versioned()).toEqual({ started: [] });
    expect(decisions(aws)).toEqual(['trigger-enabled: FAIL']);
  });

  it('keeps to the budget of the day', async () => {
    deploy({ maximumRunsPerDay: 1 });
    await versioned();
    await endRun('digest-1');
    putVersions(aws, 2);
    await versioned(2);
    expect(controller().pending[0]).toMatchObject({ guard: 'daily-budget' });
    vi.setSystemTime('2026-03-11T00:00:00.000Z');
    expect((await handler({ sweep: true }, context)).started).toHaveLength(1);
    expect(controller().runsToday).toEqual({ day: '2026-03-11', count: 1 });
  });

  it('has nothing to decide about a version that a run has made', async () => {
    expect(
      await domain('DatasetVersioned', { version: 2, digest: 'd', rows: 1, run: 'flights-x-a1' }),
    ).toEqual({ started: [] });
    expect(controller()).toBeUndefined();
  });

  it('judges anew when another handler wrote first', async () => {
    let isFirst = true;
    aws.before = (operation, input) => {
      const { sk } = (input.Item ?? {}) as { sk?: string };
      if (operation !== 'PutItem' || sk !== SK.controller || !isFirst) return;
      isFirst = false;
      putCatalog(aws, SK.controller, {
        pending: [],
        answered: ['other'],
        trained: [],
        lock: { run: 'other-run', since: NOW, trainingDigest: 'training' },
      });
    };
    expect(await versioned()).toEqual({ started: [] });
    expect(controller()).toMatchObject({ lock: { run: 'other-run' }, answered: ['other'] });
    expect(controller().pending[0]).toMatchObject({ guard: 'run-lock' });
    expect(started()).toEqual([]);
  });

  it('leaves alarms of other projects alone', async () => {
    const event = {
      source: 'aws.cloudwatch',
      time: NOW,
      detail: {
        alarmName: 'driftless-test-other-drift',
        state: { value: 'ALARM', reason: '', timestamp: NOW },
      },
    };
    expect(await handler(event, context)).toEqual({ started: [] });
  });
});
