import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import type { FinishRunInput } from '../../lambdas/training/contract.ts';
import { failureReason } from '../../lambdas/training/failure-reason.ts';
import { handler } from '../../lambdas/training/finish-run.handler.ts';
import { handler as prepare } from '../../lambdas/training/prepare-run.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import { aRun, catalog, context, decisions, putCatalog, putVersions, RUN } from './run-fixture.ts';

let aws: FakeAws;
beforeEach(async () => {
  aws = fakeAws();
  deployProject(aws, aProject());
  putVersions(aws, 2);
  putCatalog(aws, SK.controller, {
    pending: [],
    answered: ['dataset-1'],
    trained: [],
    lock: { run: RUN, since: '2026-03-01T10:00:00.000Z', trainingDigest: 'training' },
    lastRun: { run: RUN, startedAt: '2026-03-01T10:00:00.000Z' },
  });
  await prepare(aRun(), context);
});
afterEach(() => aws.restore());

const finish = (change: Partial<FinishRunInput>) =>
  handler({ run: aRun(), status: 'Registered', reason: 'quality PASS', ...change }, context);
const controller = () => catalog<ControllerState>(aws, SK.controller);
const runItem = () => catalog<RunItem>(aws, SK.run(RUN));

describe('finish-run', () => {
  it('records a registered run, frees the lock, remembers what was trained and tells the bus', async () => {
    const model = { modelPackageArn: 'arn:package/3', modelVersion: 3 };
    expect(await finish({ model })).toEqual({ run: RUN, status: 'Registered', reason: 'quality PASS' });
    expect(runItem()).toMatchObject({
      status: 'Registered',
      modelVersion: 3,
      modelPackageArn: 'arn:package/3',
      finishedAt: expect.any(String),
    });
    expect(controller()).not.toHaveProperty('lock');
    expect(controller()).toMatchObject({
      trained: ['digest-2:training'],
      lastRun: { run: RUN, finishedAt: expect.any(String) },
    });
    expect(aws.events).toEqual([
      {
        name: 'RunFinished',
        detail: { project: 'flights', run: RUN, status: 'Registered', reason: 'quality PASS' },
      },
    ]);
    expect(decisions(aws)).toEqual([]);
  });

  it('records why a gate turned a run down; its data counts as trained', async () => {
    await finish({ status: 'RejectedByGate', reason: 'quality FAIL: auc 0.51' });
    expect(runItem()).toMatchObject({ status: 'RejectedByGate', failureReason: 'quality FAIL: auc 0.51' });
    expect(controller().trained).toEqual(['digest-2:training']);
    expect(decisions(aws)).toEqual(['run-outcome: FAIL']);
  });

  it('finds the reason of a failed job, and lets the same data be asked for again', async () => {
    const Cause = JSON.stringify({
      TrainingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: no rows, exit code: 1',
    });
    const { reason } = await finish({
      status: 'Failed',
      reason: 'a step failed',
      error: { Error: 'States.TaskFailed', Cause },
    });
    expect(reason).toBe('AlgorithmError: no rows, exit code: 1');
    expect(runItem()).toMatchObject({ status: 'Failed', failureReason: reason });
    expect(controller().trained).toEqual([]);
    expect(controller()).not.toHaveProperty('lock');
  });

  it('is harmless twice', async () => {
    await finish({});
    const [first, state] = [runItem(), controller()];
    await finish({});
    expect(runItem().finishedAt).toBe(first.finishedAt);
    expect({ ...controller(), revision: 0 }).toEqual({ ...state, revision: 0 });
  });

  it('keeps the end that was recorded first, and tells of it once', async () => {
    const model = { modelPackageArn: 'arn:package/3', modelVersion: 3 };
    await finish({ model });
    const second = await finish({ status: 'Failed', reason: 'the run was stopped' });
    expect(second).toEqual({
      run: RUN,
      status: 'Registered',
      reason: 'model version 3 was registered',
    });
    expect(runItem()).toMatchObject({ status: 'Registered', modelVersion: 3 });
    expect(runItem()).not.toHaveProperty('failureReason');
    expect(aws.events.map(({ name }) => name)).toEqual(['RunFinished']);
    expect(decisions(aws)).toEqual([]);
  });

  it('tells of the end when it is repeated because the bus did not take it', async () => {
    let isDown = true;
    aws.before = (operation) => {
      if (operation === 'PutEvents' && isDown) throw new Error('down');
    };
    await expect(finish({ status: 'RejectedByGate', reason: 'quality FAIL' })).rejects.toThrow('down');
    isDown = false;
    await finish({ status: 'RejectedByGate', reason: 'quality FAIL' });
    expect(aws.events).toEqual([
      {
        name: 'RunFinished',
        detail: { project: 'flights', run: RUN, status: 'RejectedByGate', reason: 'quality FAIL' },
      },
    ]);
    expect(decisions(aws)).toEqual(['run-outcome: FAIL']);
  });

  it('records the job that was trained, of which the plan knew only the base', async () => {
    const trained = { digest: 'd', trainingJobName: `test-${RUN}-a3`, modelDataUrl: 's3://b/m.tar.gz' };
    await finish({ trained });
    expect(runItem().trainingJobName).toBe(`test-${RUN}-a3`);
  });

  it('leaves the lock of another run alone', async () => {
    putCatalog(aws, SK.controller, {
      ...controller(),
      lock: { run: 'other', since: '', trainingDigest: 't' },
    });
    await finish({});
    expect(controller().lock?.run).toBe('other');
  });

  it('records a run that failed before it was recorded', async () => {
    aws.items.delete(`PROJECT#flights|${SK.run(RUN)}`);
    await finish({
      status: 'Failed',
      reason: 'a step failed',
      error: { Error: 'Lambda.Unknown', Cause: 'timed out' },
    });
    expect(runItem()).toMatchObject({
      status: 'Failed',
      failureReason: 'timed out',
      request: aRun().request,
    });
  });

  it('tries again when another write came first', async () => {
    let isFirst = true;
    aws.before = (operation, input) => {
      const { sk } = (input.Item ?? {}) as { sk?: string };
      if (operation !== 'PutItem' || sk !== SK.controller || !isFirst) return;
      isFirst = false;
      putCatalog(aws, SK.controller, { ...controller(), answered: ['dataset-1', 'meanwhile'] });
      aws.items.get(`PROJECT#flights|${SK.controller}`)!.revision = 7;
    };
    await finish({});
    expect(controller().answered).toEqual(['dataset-1', 'meanwhile']);
    expect(controller()).not.toHaveProperty('lock');
  });
});

describe('failureReason', () => {
  it.each([
    [{ Error: 'States.TaskFailed', Cause: '{"FailureReason":"ClientError: x"}' }, 'ClientError: x'],
    [
      {
        Error: 'NonRetryableError',
        Cause: '{"errorType":"NonRetryableError","errorMessage":"no dataset","trace":[]}',
      },
      'no dataset',
    ],
    [{ Error: 'States.TaskFailed', Cause: '{"TransformJobStatus":"Stopped"}' }, 'the job ended as Stopped'],
    [{ Error: 'States.Timeout' }, 'a step failed (States.Timeout)'],
    [{ Error: 'X', Cause: 'plain words' }, 'plain words'],
    [{ Error: 'X', Cause: '{}' }, 'a step failed (X)'],
    [{ Error: 'X', Cause: 'null' }, 'null'],
    [{}, 'a step failed'],
    [undefined, 'a step failed'],
  ])('of %j is %s', (error, expected) => {
    expect(failureReason(error, 'a step failed')).toBe(expected);
  });

  it('is cut to what SageMaker itself allows', () => {
    expect(failureReason({ Cause: 'x'.repeat(5000) }, '')).toHaveLength(1024);
  });
});
