import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../lambdas/governance/reconcile.handler.ts';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
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
  RUN,
} from '../training/run-fixture.ts';

const LONG_AGO = '2026-03-10T10:00:00.000Z';
const JUST_NOW = '2026-03-10T11:59:00.000Z';
const ARN = `arn:aws:states:eu-west-1:111122223333:execution:driftless-test-training:${RUN}`;
const HEARD = 'dataset-1-digest-1-upload-1';

const states = mockClient(SFNClient);
const sagemaker = mockClient(SageMakerClient);
let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
  vi.useFakeTimers({ now: new Date('2026-03-10T12:00:00.000Z'), toFake: ['Date'] });
  states.reset();
  sagemaker.reset();
  states.onAnyCommand().rejects(new Error('not faked'));
  sagemaker.onAnyCommand().rejects(new Error('not faked'));
  deployProject(aws, aProject());
  putVersions(aws, 1);
  putController({});
});
afterEach(() => {
  vi.useRealTimers();
  aws.restore();
});

function putController(change: Partial<ControllerState>): void {
  putCatalog(aws, SK.controller, { pending: [], answered: [HEARD], trained: [], ...change });
}
const putRun = (startedAt: string, status = 'InProgress') =>
  putCatalog(aws, SK.run(RUN), { run: RUN, status, request: aRequest(), executionArn: ARN, startedAt });
const lockSince = (since: string) => ({ lock: { run: RUN, since, trainingDigest: 't' } });
const execution = (status: string) =>
  states.on(DescribeExecutionCommand).resolves({ status: status as never });
const endpoint = (EndpointConfigName: string) =>
  sagemaker.on(DescribeEndpointCommand).resolves({ EndpointConfigName, EndpointStatus: 'InService' });
const reconcile = () => handler({}, context);
const told = () => aws.events.filter(({ name }) => name === 'DifferenceFound').map(({ detail }) => detail);

describe('reconcile', () => {
  it('finds nothing when everything agrees', async () => {
    putRun(LONG_AGO);
    putController(lockSince(LONG_AGO));
    execution('RUNNING');
    putCatalog(aws, SK.champion, aChampion());
    endpoint('driftless-test-flights-v1-a1');
    expect(await reconcile()).toEqual({ found: 0, repaired: 0 });
    expect(aws.events).toEqual([]);
  });

  it('ends a run whose execution has ended without its last step, and frees its lock', async () => {
    putRun(LONG_AGO);
    putController(lockSince(LONG_AGO));
    execution('ABORTED');
    expect(await reconcile()).toEqual({ found: 1, repaired: 1 });
    expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({
      status: 'Failed',
      failureReason: expect.stringContaining('its execution is failed'),
    });
    expect(catalog<ControllerState>(aws, SK.controller)).not.toHaveProperty('lock');
    expect(aws.events.map(({ name }) => name)).toEqual(['RunFinished', 'DifferenceFound']);
    expect(decisions(aws)).toEqual(['run-ended: WARN']);
    expect(await reconcile()).toEqual({ found: 0, repaired: 0 });
  });

  it('frees a lock whose run was never recorded and has no execution', async () => {
    putController(lockSince(LONG_AGO));
    states
      .on(DescribeExecutionCommand)
      .rejects(Object.assign(new Error(), { name: 'ExecutionDoesNotExist' }));
    await reconcile();
    expect(states.commandCalls(DescribeExecutionCommand)[0]!.args[0].input.executionArn).toBe(ARN);
    expect(catalog<ControllerState>(aws, SK.controller)).not.toHaveProperty('lock');
    expect(told()).toEqual([
      { project: 'flights', what: expect.stringContaining('holds the lock'), repaired: true },
    ]);
  });

  it('leaves a lock whose run is still in the outbox to the controller', async () => {
    putController({
      ...lockSince(LONG_AGO),
      outbox: { id: 'o', input: { run: RUN } as never, decisions: [], events: [] },
    });
    states
      .on(DescribeExecutionCommand)
      .rejects(Object.assign(new Error(), { name: 'ExecutionDoesNotExist' }));
    expect(await reconcile()).toEqual({ found: 0, repaired: 0 });
  });

  it('frees a lock whose run was started, although something else is still to be told', async () => {
    putController({ ...lockSince(LONG_AGO), outbox: { id: 'o', decisions: [], events: [] } });
    states
      .on(DescribeExecutionCommand)
      .rejects(Object.assign(new Error(), { name: 'ExecutionDoesNotExist' }));
    expect(await reconcile()).toEqual({ found: 1, repaired: 1 });
    expect(catalog<ControllerState>(aws, SK.controller)).toMatchObject({ outbox: { id: 'o' } });
  });

  it('gives everything a quarter of an hour', async () => {
    putRun(JUST_NOW);
    putController({ ...lockSince(JUST_NOW) });
    putCatalog(aws, SK.rollout, {
      executionArn: 'arn:rollout',
      modelVersion: 1,
      attempt: 1,
      since: JUST_NOW,
    });
    execution('FAILED');
    expect(await reconcile()).toEqual({ found: 0, repaired: 0 });
  });

  it('frees an endpoint whose rollout has ended without its last step', async () => {
    putCatalog(aws, SK.rollout, {
      executionArn: 'arn:rollout',
      modelVersion: 2,
      modelPackageArn: 'p',
      attempt: 1,
      since: LONG_AGO,
      answered: { modelVersion: 2, modelPackageArn: 'p', approvedAt: LONG_AGO },
      pending: { modelVersion: 3, modelPackageArn: 'q', approvedAt: LONG_AGO },
      attempts: { 2: 1 },
    });
    execution('TIMED_OUT');
    await reconcile();
    const { pk, sk, revision, ...state } = catalog<Record<string, unknown>>(aws, SK.rollout);
    expect(state).toEqual({ answered: expect.objectContaining({ modelVersion: 2 }), attempts: { 2: 1 } });
    expect(told()[0]!.what).toContain('version 3 waits and has to be approved again');
  });

  it.each([
    ['serves something else', 'other', /serves other, but driftless-test-flights-v1-a1 is recorded/],
    ['is gone', undefined, /is gone, but model version 1/],
  ])('tells, but does not touch it, when the endpoint %s', async (_case, config, what) => {
    putCatalog(aws, SK.champion, aChampion());
    if (config) endpoint(config);
    else sagemaker.on(DescribeEndpointCommand).rejects(new Error('Could not find endpoint "arn".'));
    expect(await reconcile()).toEqual({ found: 1, repaired: 0 });
    expect(told()).toEqual([{ project: 'flights', what: expect.stringMatching(what), repaired: false }]);
    expect(decisions(aws)).toEqual(['endpoint: FAIL']);
  });

  it('does not mind the endpoint in a rollout', async () => {
    putCatalog(aws, SK.champion, aChampion());
    putCatalog(aws, SK.rollout, {
      executionArn: 'arn:rollout',
      modelVersion: 2,
      attempt: 1,
      since: LONG_AGO,
    });
    execution('RUNNING');
    endpoint('driftless-test-flights-v2-a1');
    expect(await reconcile()).toEqual({ found: 0, repaired: 0 });
  });

  it('tells again of a version whose event was lost', async () => {
    putController({ answered: [] });
    await reconcile();
    expect(aws.events[0]).toEqual({
      name: 'DatasetVersioned',
      detail: { project: 'flights', version: 1, digest: 'digest-1', rows: 100, upload: 'upload-1' },
    });
    expect(told()).toHaveLength(1);
  });
});
