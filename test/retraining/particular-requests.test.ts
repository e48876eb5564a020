/** Requests for a version or settings of their own, through the controller. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { releaseLock } from '../../lambdas/retraining/controller-store.ts';
import { handler } from '../../lambdas/retraining/decide-retraining.handler.ts';
import { SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { digestOf, sha256 } from '../../lambdas/shared/digest.ts';
import { prepareRun } from '../../lambdas/training/prepare-run.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import { catalog, context, decisions, putVersions } from '../training/run-fixture.ts';

const states = mockClient(SFNClient);
let aws: FakeAws;

beforeEach(() => {
  aws = fakeAws();
  process.env[ENV.trainingStateMachine] = 'arn:aws:states:eu-west-1:111122223333:stateMachine:training';
  states.reset();
  states.onAnyCommand().rejects(new Error('not faked'));
  states.on(StartExecutionCommand).resolves({});
  deployProject(aws, aProject());
  putVersions(aws, 2);
});
afterEach(() => aws.restore());

const domain = (name: string, detail: object) =>
  handler(
    {
      source: 'driftless',
      'detail-type': name,
      time: '2026-03-10T11:00:00Z',
      detail: { project: 'flights', ...detail },
    },
    context,
  );
const asked = (requestId: string, options: object = {}) =>
  domain('RunRequested', { requestId, reason: 'why', by: 'me', ...options });
const versioned = () => domain('DatasetVersioned', { version: 2, digest: 'digest-2', rows: 1, upload: 'u' });
const started = () =>
  states.commandCalls(StartExecutionCommand).map(({ args }) => JSON.parse(args[0].input.input!));
const controller = () => catalog<ControllerState>(aws, SK.controller);
const endRun = async (datasetDigest: string) => {
  await releaseLock('flights', {
    run: controller().lock!.run,
    finishedAt: '2026-03-10T12:00:00Z',
    datasetDigest,
  });
  await domain('RunFinished', { run: 'r' });
};
const OWN = { overrides: { 'trainer.hyperparameters.max_depth': '6' } };

describe('a request with settings of its own', () => {
  it('runs with them, stored under their digest before it starts', async () => {
    states.on(StartExecutionCommand).callsFake(({ input }) => {
      expect(aws.keys(`${BUCKET}/settings/`)).toContain(
        `${BUCKET}/settings/${JSON.parse(input).settingsDigest}.json`,
      );
      return {};
    });
    await asked('1', OWN);
    const [run] = started();
    const project = aProject();
    const expected = { ...project, trainer: { ...project.trainer, hyperparameters: { max_depth: '6' } } };
    expect(run.settingsDigest).toBe(digestOf(expected));
    expect(run.request).toMatchObject({ id: 'manual-1', ...OWN });
    const stored = aws.objects.get(`${BUCKET}/settings/${run.settingsDigest}.json`)!.bytes;
    expect(JSON.parse(stored.toString())).toEqual(expected);
    expect(sha256(stored.toString())).toBe(run.settingsDigest);
    expect(decisions(aws)).toContain('request-valid: PASS');
  });

  it('does not count as a training with the deployed ones', async () => {
    await asked('1', OWN);
    await endRun('digest-2');
    await versioned();
    expect(started()).toHaveLength(2);
    expect(started()[1]).toMatchObject({
      settingsDigest: digestOf(aProject()),
      request: { kind: 'dataset' },
    });
  });

  it('is another run than the one with other values', async () => {
    await asked('1', OWN);
    await endRun('digest-2');
    await asked('2', { overrides: { 'trainer.hyperparameters.max_depth': '7' } });
    const [first, second] = started();
    expect(second.run).not.toBe(first.run);
    expect(second.settingsDigest).not.toBe(first.settingsDigest);
  });

  it('is turned down with every reason when it may not be set so', async () => {
    await asked('1', { overrides: { 'gates.minimum': '0', 'trainer.instanceCount': 'two' } });
    expect(started()).toEqual([]);
    expect(controller()).toMatchObject({ pending: [], answered: ['manual-1'] });
    const [deferred] = aws.events.filter(({ name }) => name === 'RunDeferred');
    expect(deferred!.detail).toMatchObject({ guard: 'request-valid' });
    expect(deferred!.detail.reason).toMatch(
      /^gates\.minimum: cannot be set .*; trainer\.instanceCount: got "two"/,
    );
  });
});

describe('a request for an older version', () => {
  it('trains on it, without labelled rows that would make another', async () => {
    await asked('1', { datasetVersion: 1 });
    const [run] = started();
    expect(run).toMatchObject({ addLabelledRows: false, settingsDigest: digestOf(aProject()) });
    expect(await prepareRun(run, 'execution', '2026-03-10T11:00:00Z')).toMatchObject({
      version: 1,
      digest: 'digest-1',
    });
  });

  it.each([[9], [0], [1.5], ['1']])('version %j is turned down', async (datasetVersion) => {
    await asked('1', { datasetVersion });
    expect(started()).toEqual([]);
    expect(decisions(aws)).toContain('request-valid: FAIL');
  });
});

describe('requests that one run cannot answer', () => {
  it('run one after the other: a person first, then the data', async () => {
    await asked('0');
    await versioned();
    await asked('1', OWN);
    expect(controller().pending.map(({ id, guard }) => [id.slice(0, 8), guard])).toEqual([
      ['dataset-', 'run-lock'],
      ['manual-1', 'run-lock'],
    ]);
    await endRun('digest-1');
    expect(started().map(({ request }) => request.id)).toEqual(['manual-0', 'manual-1']);
    expect(controller().pending).toMatchObject([{ kind: 'dataset', guard: 'run-lock' }]);
    await endRun('digest-2');
    expect(started()).toHaveLength(3);
    expect(controller()).toMatchObject({ pending: [], lock: { run: started()[2].run } });
  });

  it('do not hold up those that are answered together', async () => {
    await asked('0');
    await versioned();
    await asked('1');
    await endRun('digest-1');
    expect(started()).toHaveLength(2);
    expect(controller().pending).toEqual([]);
  });
});
