/** Ends of a run that need more than one party: stops, last steps that fail, requests while a run is in progress. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { handler as decide } from '../../lambdas/retraining/decide-retraining.handler.ts';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import type { TrainingPlan, TrainingRunInput } from '../../lambdas/training/contract.ts';
import { handler as finishRun } from '../../lambdas/training/finish-run.handler.ts';
import { handler as settleRun } from '../../lambdas/training/settle-run.handler.ts';
import { AwsError } from '../../localstack/core/errors.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import {
  type Answer,
  aPlan,
  pipelineBench,
  trainingDefinition,
  withChampion,
  withSearch,
} from './pipeline-bench.ts';
import { aRun, catalog, context, putCatalog, putVersions, RUN } from './run-fixture.ts';

const BASE = `test-${RUN}`;
const SEARCH = String(withSearch.tuningJob?.HyperParameterTuningJobName);
const HOUR_SECONDS = 3600;
const states = mockClient(SFNClient);
let aws: FakeAws;

beforeEach(() => {
  aws = fakeAws();
  const settings = aProject();
  deployProject(aws, { ...settings, retraining: { ...settings.retraining, cooldownHours: 0 } });
  putVersions(aws, 2);
  putCatalog(aws, SK.controller, {
    pending: [],
    answered: ['dataset-1'],
    trained: [],
    lock: { run: RUN, since: '2026-03-01T10:00:00.000Z', trainingDigest: 'training' },
    lastRun: { run: RUN, startedAt: '2026-03-01T10:00:00.000Z' },
  });
});
afterEach(() => aws.restore());

const ended = () => aws.events.filter(({ name }) => name === 'RunFinished').map(({ detail }) => detail);
const controller = () => catalog<ControllerState>(aws, SK.controller);

function expectEnd(status: RunItem['status'], reason: string): void {
  expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({ status, finishedAt: expect.any(String) });
  expect(controller()).not.toHaveProperty('lock');
  expect(ended()).toEqual([
    expect.objectContaining({ run: RUN, status, reason: expect.stringContaining(reason) }),
  ]);
}

/** Lets a run go on for some time. */
async function begin(answers: Record<string, Answer>, plan: Partial<TrainingPlan>, seconds: number) {
  const bench = pipelineBench(aPlan(plan), answers);
  const execution = await bench.start(await bench.create(trainingDefinition()), aRun(), RUN);
  const pass = (some: number) => bench.cloud.clock.advanceTo(bench.cloud.clock.now() + some * 1000);
  await pass(seconds);
  /** Tells of the execution's end as EventBridge does: at least once. */
  const hear = async () => {
    const { status, error, cause, input } = await bench.describe(execution);
    const detail = { executionArn: execution, name: RUN, status, error, cause, input } as never;
    await settleRun({ detail }, context);
    await settleRun({ detail }, context);
    return status;
  };
  const stop = async () => {
    await bench.call('StopExecution', { executionArn: execution, error: 'Stopped', cause: 'by a person' });
    await pass(HOUR_SECONDS * 48);
  };
  return { bench, hear, stop };
}

const fails: Answer = () => {
  throw Object.assign(new Error('out of memory'), { name: 'Runtime.ExitError' });
};
const refused = (code: string, message: string): Answer => {
  return () => {
    throw new AwsError(code, message);
  };
};

describe('a run that is stopped', () => {
  it('while two jobs score stops both', async () => {
    const running = () => ({ TransformJobStatus: 'InProgress' });
    const { bench, hear, stop } = await begin({ 'describe-transform': running }, withChampion, 60);
    await stop();
    expect([...bench.stopped].sort()).toEqual([`${BASE}-challenger-a1`, `${BASE}-champion-a1`]);
    expect(await hear()).toBe('ABORTED');
    expectEnd('Failed', 'by a person');
  });

  it('while it searches stops the search', async () => {
    const running = () => ({ HyperParameterTuningJobStatus: 'InProgress' });
    const { bench, hear, stop } = await begin({ 'describe-tuning': running }, withSearch, 60);
    await stop();
    expect(bench.stopped).toEqual([`${SEARCH}-a1`]);
    expect(await hear()).toBe('ABORTED');
    expectEnd('Failed', 'by a person');
  });

  it('while it waits for capacity makes no further attempt', async () => {
    const none = () => ({ TrainingJobStatus: 'Failed', FailureReason: 'CapacityError: none' });
    const { bench, hear, stop } = await begin({ 'describe-training': none }, {}, 60);
    await stop();
    expect(bench.created).toEqual([`${BASE}-a1`]);
    expect(await hear()).toBe('ABORTED');
    expectEnd('Failed', 'by a person');
  });

  it('while its last step is at work has the end that was recorded first, and one event', async () => {
    const { hear, stop } = await begin(
      { 'describe-training': () => ({ TrainingJobStatus: 'InProgress' }) },
      {},
      60,
    );
    const model = { modelPackageArn: 'arn:package/2', modelVersion: 2 };
    await finishRun({ run: aRun(), status: 'Registered', reason: 'quality PASS', model }, context);
    await stop();
    await hear();
    expectEnd('Registered', 'quality PASS');
  });
});

describe('a run whose last step', () => {
  it.each([
    ['after a success', {}, 'the workflow failed outside of its steps'],
    ['after a failure', { 'describe-training': () => ({ TrainingJobStatus: 'Failed' }) }, 'out of memory'],
  ])(
    'fails %s is ended by the event of its execution',
    async (_when, answers: Record<string, Answer>, reason) => {
      const { hear } = await begin({ ...answers, 'finish-run': fails }, {}, HOUR_SECONDS);
      expect(ended()).toEqual([]);
      expect(controller().lock?.run).toBe(RUN);
      expect(await hear()).toBe('FAILED');
      expectEnd('Failed', reason);
    },
  );

  it('has recorded the end and could not tell of it is told of by that event', async () => {
    let isDown = true;
    aws.before = (operation) => {
      if (operation === 'PutEvents' && isDown) throw new Error('the bus is down');
    };
    const { hear } = await begin({}, {}, HOUR_SECONDS);
    isDown = false;
    expect(await hear()).toBe('FAILED');
    expectEnd('Registered', 'model version 2 was registered');
  });
});

describe('a run whose failure cannot be looked at', () => {
  it.each([
    ['training', 'describe-training', { TrainingJobStatus: 'Failed' }],
    ['scoring', 'describe-transform', { TransformJobStatus: 'Failed' }],
  ])('ends failed (%s)', async (_what, describeJob, description) => {
    await begin({ [describeJob]: () => description, 'next-attempt': fails }, withChampion, HOUR_SECONDS);
    expectEnd('Failed', 'out of memory');
  });
});

describe('a run that searches', () => {
  it('looks for the best model again when it is throttled', async () => {
    const throttled: Answer = (_input, call) =>
      call < 2 ? refused('ThrottlingException', 'Rate exceeded')(_input, call) : undefined;
    await begin({ 'describe-training': throttled }, withSearch, HOUR_SECONDS);
    expectEnd('Registered', 'quality PASS');
    expect(catalog<RunItem>(aws, SK.run(RUN)).trainingJobName).toBe(`${SEARCH}-a1-001-abc`);
  });

  it('and finds nothing ends failed', async () => {
    const none = () => ({ HyperParameterTuningJobName: 'x', HyperParameterTuningJobStatus: 'Completed' });
    await begin({ 'describe-tuning': none }, withSearch, HOUR_SECONDS);
    expectEnd('Failed', 'the tuning ended without what the run needs of it');
  });
});

it('each model scores by attempts of its own', async () => {
  const once: Answer = ({ TransformJobName }: { TransformJobName: string }) =>
    TransformJobName.endsWith('champion-a1')
      ? {
          TransformJobStatus: 'Failed',
          FailureReason: 'InternalServerError: We encountered an internal error.',
        }
      : undefined;
  const { bench } = await begin({ 'describe-transform': once as never }, withChampion, HOUR_SECONDS);
  expectEnd('Registered', 'quality PASS');
  expect(bench.created.slice(1).sort()).toEqual([
    `${BASE}-challenger-a1`,
    `${BASE}-champion-a1`,
    `${BASE}-champion-a2`,
  ]);
});

it('a run that took over a model says so where its end is told', async () => {
  const reused = { run: 'flights-earlier-a1', trainingJobName: 'j-a1', modelDataUrl: 's3://b/m.tar.gz' };
  await begin({}, { reused }, HOUR_SECONDS);
  expectEnd('Registered', 'nothing was trained: the model is that of run flights-earlier-a1');
});

it('a request while a run is in progress waits for its end, and then starts one run', async () => {
  const bench = pipelineBench(aPlan(), {
    'describe-training': (_input, call) => (call < 20 ? { TrainingJobStatus: 'InProgress' } : undefined),
  });
  const machine = await bench.create(trainingDefinition());
  process.env[ENV.trainingStateMachine] = machine;
  const executions: string[] = [];
  states.reset();
  states.on(StartExecutionCommand).callsFake(async ({ input, name }) => {
    executions.push(name);
    return { executionArn: await bench.start(machine, JSON.parse(input) as TrainingRunInput, name) };
  });
  const tell = (name: string, detail: object, time: string) =>
    decide(
      { source: 'driftless', 'detail-type': name, time, detail: { project: 'flights', ...detail } },
      context,
    );
  const wish = { version: 2, digest: 'digest-2', rows: 100, upload: 'upload-2' };
  const advance = () => bench.cloud.clock.advanceTo(bench.cloud.clock.now() + HOUR_SECONDS * 1000);

  putCatalog(aws, SK.controller, { pending: [], answered: [], trained: [] });
  await tell('DatasetVersioned', wish, '2026-03-02T10:00:00Z');
  const asked = { requestId: 'request-2', reason: 'another try', by: 'arn:person' };
  await tell('RunRequested', asked, '2026-03-02T10:05:00Z');
  await tell('RunRequested', asked, '2026-03-02T10:05:00Z');
  expect(executions).toHaveLength(1);
  expect(controller().pending).toHaveLength(1);
  await advance();
  expect(ended()).toHaveLength(1);
  expect(controller()).not.toHaveProperty('lock');

  await tell('RunFinished', { run: executions[0], status: 'Registered', reason: '' }, '2026-03-02T11:00:00Z');
  expect(executions).toHaveLength(2);
  await advance();
  expect(ended().map(({ run }) => run)).toEqual(executions);
  expect(controller()).not.toHaveProperty('lock');
  expect(controller().pending).toEqual([]);
});
