/** Every way in which a run's workflow can fail, and that it ends in the right state, with a free lock and one message. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControllerState } from '../../lambdas/retraining/controller-state.ts';
import { type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import type { TrainingPlan } from '../../lambdas/training/contract.ts';
import { handler as settleRun } from '../../lambdas/training/settle-run.handler.ts';
import { AwsError } from '../../localstack/core/errors.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import {
  type Answer,
  aPlan,
  pipelineBench,
  Throttled,
  trainingDefinition,
  withChampion,
  withSearch,
} from './pipeline-bench.ts';
import { aRun, catalog, context, putCatalog, putVersions, RUN } from './run-fixture.ts';

let aws: FakeAws;
beforeEach(() => {
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
});
afterEach(() => aws.restore());

const DAY_SECONDS = 86_400;
const BASE = `test-${RUN}`;
/** By `tuningJobName`: SHA-256 of the run's name, cut. */
const SEARCH = `test-${createHash('sha256').update(RUN).digest('hex').slice(0, 16)}`;
const job = (FailureReason: string, more: object = {}) => ({
  TrainingJobName: 'x',
  TransformJobName: 'x',
  HyperParameterTuningJobName: 'x',
  TrainingJobStatus: 'Failed',
  TransformJobStatus: 'Failed',
  HyperParameterTuningJobStatus: 'Failed',
  FailureReason,
  ...more,
});
/** Answers so the first so many times, and as usual after that. */
const first =
  (times: number, answer: Answer): Answer =>
  (input, call) =>
    call < times ? answer(input, call) : undefined;
const throws =
  (error: Error): Answer =>
  () => {
    throw error;
  };
const refused = (code: string, message: string) => throws(new AwsError(code, message));

async function play(answers: Record<string, Answer>, plan: Partial<TrainingPlan> = {}, run = aRun()) {
  const bench = pipelineBench(aPlan(plan), answers);
  const ended = await bench.run(trainingDefinition(), run, 3 * DAY_SECONDS);
  const item = catalog<RunItem>(aws, SK.run(RUN));
  const { lock } = catalog<ControllerState>(aws, SK.controller);
  const told = aws.events.filter(({ name }) => name === 'RunFinished').map(({ detail }) => detail);
  return { bench, ended, item, lock, told };
}

/** The run ended so, its lock is free, and one message says so. */
function expectEnd(
  { item, lock, told }: Awaited<ReturnType<typeof play>>,
  status: RunItem['status'],
  reason: string,
) {
  expect(item.status).toBe(status);
  expect(lock).toBeUndefined();
  expect(told).toEqual([
    expect.objectContaining({ run: RUN, status, reason: expect.stringContaining(reason) }),
  ]);
}

describe('a run of which nothing fails', () => {
  it('ends registered', async () => {
    const played = await play({}, withChampion);
    expect(played.ended.status).toBe('SUCCEEDED');
    expectEnd(played, 'Registered', 'quality PASS');
    expect(played.bench.created).toEqual([`${BASE}-a1`, `${BASE}-challenger-a1`, `${BASE}-champion-a1`]);
    expect(catalog(aws, SK.trained('trained'))).toMatchObject({
      run: RUN,
      trainingJobName: `${BASE}-a1`,
      modelDataUrl: `s3://b/${BASE}-a1/model.tar.gz`,
    });
  });

  it('takes over the model of an earlier run, and trains nothing', async () => {
    const reused = { run: 'earlier', trainingJobName: 'earlier-a1', modelDataUrl: 's3://b/earlier.tar.gz' };
    const models: object[] = [];
    const played = await play({ 'create-model': (input) => void models.push(input) }, { reused });
    expectEnd(played, 'Registered', 'quality PASS');
    expect(played.bench.created).toEqual([`${BASE}-challenger-a1`]);
    expect(models).toEqual([
      expect.objectContaining({
        PrimaryContainer: expect.objectContaining({ ModelDataUrl: reused.modelDataUrl }),
      }),
    ]);
    expect(catalog(aws, SK.trained('trained'))).toBeUndefined();
  });

  it('goes on with the best job of a search', async () => {
    const played = await play({}, withSearch);
    expectEnd(played, 'Registered', 'quality PASS');
    expect(played.bench.created).toEqual([`${SEARCH}-a1`, `${BASE}-challenger-a1`]);
    expect(catalog(aws, SK.trained('trained'))).toMatchObject({
      trainingJobName: `${SEARCH}-a1-001-abc`,
      modelDataUrl: `s3://b/${SEARCH}-a1-001-abc/model.tar.gz`,
    });
    expect(catalog(aws, SK.tuned)).toMatchObject({ tuningJobName: `${SEARCH}-a1` });
  });

  it('ends rejected, loudly, when a gate says no', async () => {
    const no = {
      passed: false,
      reason: 'quality FAIL: AUC 0.5',
      judgements: [],
      evaluationKey: 'e',
      baselineKey: 'b',
    };
    const played = await play({ 'evaluate-run': () => no });
    expect(played.ended).toMatchObject({ status: 'FAILED', error: 'RejectedByGate', cause: no.reason });
    expectEnd(played, 'RejectedByGate', 'AUC 0.5');
  });
});

const HANDLERS = ['prepare-run', 'split-dataset', 'plan-training', 'evaluate-run', 'register-model'];

describe.each(HANDLERS)('a run whose step %s', (handler) => {
  it('fails ends failed, with its sentence', async () => {
    const played = await play({
      [handler]: throws(Object.assign(new Error('no rows'), { name: 'NonRetryableError' })),
    });
    expect(played.ended).toMatchObject({ status: 'FAILED', error: 'RunFailed' });
    expectEnd(played, 'Failed', 'no rows');
  });

  it('times out ends failed', async () => {
    const played = await play({
      [handler]: throws(
        Object.assign(new Error('Task timed out after 900.00 seconds'), { name: 'Sandbox.Timedout' }),
      ),
    });
    expectEnd(played, 'Failed', 'timed out after 900.00 seconds');
  });

  it('is throttled goes on', async () => {
    const played = await play({ [handler]: first(3, throws(new Throttled())) });
    expectEnd(played, 'Registered', 'quality PASS');
  });
});

it('a run that adds labelled rows, and cannot, ends failed', async () => {
  const cannot = throws(Object.assign(new Error('no label fits'), { name: 'NonRetryableError' }));
  const played = await play({ 'assemble-dataset': cannot }, {}, { ...aRun(), addLabelledRows: true });
  expectEnd(played, 'Failed', 'no label fits');
});

const JOBS = [
  ['training', 'create-training', 'describe-training', {}, BASE],
  ['tuning', 'create-tuning', 'describe-tuning', withSearch, SEARCH],
  ['scoring by the challenger', 'create-transform', 'describe-transform', {}, `${BASE}-challenger`],
] as const;

describe.each(JOBS)('a run whose %s', (what, create, describeJob, plan, base) => {
  const attempts = ({ bench }: Awaited<ReturnType<typeof play>>) =>
    bench.created.filter((name) => name.startsWith(`${base}-a`));

  it('fails by itself ends failed after one attempt, with the reason of SageMaker', async () => {
    const played = await play({ [describeJob]: () => job('AlgorithmError: no rows, exit code: 1') }, plan);
    expectEnd(played, 'Failed', 'AlgorithmError: no rows');
    expect(attempts(played)).toEqual([`${base}-a1`]);
  });

  it('is throttled, or fails by an internal error, gets a new name each time', async () => {
    const throttled = refused('ThrottlingException', 'Rate exceeded');
    const internal = () => job('InternalServerError: We encountered an internal error. Please try again.');
    const played = await play({ [create]: first(1, throttled), [describeJob]: first(1, internal) }, plan);
    expectEnd(played, 'Registered', 'quality PASS');
    expect(attempts(played)).toEqual([`${base}-a2`, `${base}-a3`]);
  });

  it('finds no capacity waits for it, and says so', async () => {
    const none = () => job('CapacityError: Unable to provision requested ML compute capacity.');
    const played = await play({ [describeJob]: first(3, none) }, plan);
    expectEnd(played, 'Registered', 'quality PASS');
    const waited = aws.events.filter(({ name }) => name === 'RunWaiting');
    expect(waited.map(({ detail }) => detail)).toEqual(
      [2, 3, 4].map((attempt) =>
        expect.objectContaining({
          run: RUN,
          step: what,
          attempt,
          reason: expect.stringContaining('CapacityError'),
        }),
      ),
    );
  });

  it('needs more than the quota ends failed at once, and names the quota', async () => {
    const message =
      "The account-level service limit 'ml.m5.large for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances. Please contact AWS support to request an increase for this limit.";
    const played = await play({ [create]: refused('ResourceLimitExceeded', message) }, plan);
    expectEnd(played, 'Failed', '"ml.m5.large for training job usage" is 0');
    expect(attempts(played)).toEqual([]);
  });

  it('is stopped by somebody ends failed', async () => {
    const stopped = () =>
      job('', {
        TrainingJobStatus: 'Stopped',
        TransformJobStatus: 'Stopped',
        HyperParameterTuningJobStatus: 'Stopped',
      });
    expectEnd(await play({ [describeJob]: stopped }, plan), 'Failed', 'ended as Stopped');
  });
});

it('a spot instance that is interrupted for good starts another attempt', async () => {
  const interrupted = () => job('', { TrainingJobStatus: 'Stopped', SecondaryStatus: 'Interrupted' });
  const played = await play({ 'describe-training': first(1, interrupted) });
  expectEnd(played, 'Registered', 'quality PASS');
  expect(played.bench.created.slice(0, 2)).toEqual([`${BASE}-a1`, `${BASE}-a2`]);
});

it('a champion that fails to score ends the run: it is never a pass', async () => {
  const fails: Answer = ({ TransformJobName: name }: { TransformJobName: string }) =>
    name.includes('champion') ? job('ClientError: 400') : undefined;
  const played = await play({ 'describe-transform': fails as never }, withChampion);
  expectEnd(played, 'Failed', 'ClientError: 400');
});

it('a model that is throttled is made later; one that is refused ends the run', async () => {
  const throttled = refused('ThrottlingException', 'Rate exceeded');
  expectEnd(await play({ 'create-model': first(2, throttled) }), 'Registered', 'quality PASS');
});

it('a model that SageMaker refuses ends the run', async () => {
  const played = await play({ 'create-model': refused('ValidationException', 'no such image') });
  expectEnd(played, 'Failed', 'no such image');
});

describe('a run that ends from outside', () => {
  async function stopWhileTraining() {
    const bench = pipelineBench(aPlan(), {
      'describe-training': () => job('', { TrainingJobStatus: 'InProgress' }),
    });
    const machine = await bench.create(trainingDefinition());
    const execution = await bench.start(machine, aRun(), RUN);
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 60_000);
    await bench.call('StopExecution', { executionArn: execution, error: 'Stopped', cause: 'wrong data' });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + 60_000);
    return { bench, machine, execution };
  }
  const status = (of: string, more: object = {}) => ({
    detail: {
      executionArn: 'arn:execution',
      name: RUN,
      status: of,
      input: JSON.stringify(aRun()),
      ...more,
    } as never,
  });

  it('stops its jobs; its record and its lock end, once', async () => {
    const { bench, execution } = await stopWhileTraining();
    expect(bench.stopped).toEqual([`${BASE}-a1`]);
    expect(catalog<RunItem>(aws, SK.run(RUN)).status).toBe('InProgress');
    const { status: ended, error, cause } = await bench.describe(execution);
    await settleRun(status(ended!, { error, cause }), context);
    await settleRun(status(ended!, { error, cause }), context);
    const item = catalog<RunItem>(aws, SK.run(RUN));
    const { lock } = catalog<ControllerState>(aws, SK.controller);
    const told = aws.events.filter(({ name }) => name === 'RunFinished').map(({ detail }) => detail);
    expectEnd({ item, lock, told } as never, 'Failed', 'the run was stopped: Stopped: wrong data');
  });

  it('by lasting too long is told as such', async () => {
    await settleRun(status('TIMED_OUT'), context);
    expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({
      status: 'Failed',
      failureReason: 'the run lasted longer than its workflow allows',
    });
  });

  it('is left alone when its own last step has ended it', async () => {
    const played = await play({ 'describe-training': () => job('AlgorithmError: no rows') });
    await settleRun(status('FAILED', { error: 'RunFailed' }), context);
    expectEnd(
      {
        ...played,
        told: aws.events.filter(({ name }) => name === 'RunFinished').map(({ detail }) => detail),
      },
      'Failed',
      'AlgorithmError',
    );
  });

  it('is started once by a trigger that comes twice', async () => {
    const bench = pipelineBench(aPlan());
    const machine = await bench.create(trainingDefinition());
    const executions = [await bench.start(machine, aRun(), RUN), await bench.start(machine, aRun(), RUN)];
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now() + DAY_SECONDS * 1000);
    expect(new Set(executions).size).toBe(1);
    expect(bench.created).toEqual([`${BASE}-a1`, `${BASE}-challenger-a1`]);
    expect(aws.events.filter(({ name }) => name === 'RunFinished')).toHaveLength(1);
  });
});
